"""`rota trigger --url`: asks a scheduler for a run, over the JSON API of its pages."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from rota.cli.asking import ask_scheduler
from rota.cli.cluster import StoppedError, run_until_stopped, tell
from rota.model.errors import ConfigError, NotThereError
from rota.model.exit_codes import ExitCode
from rota.model.outcome import exit_code_of_signal
from rota.model.slot import SlotState
from rota.net.page import ask_page
from rota.settings import load_settings

_POLL_SECONDS = 1.0
# Longer than a run takes to end that is replaced; a scheduler that was restarted never has it.
_POLLS_UNTIL_BEGUN = 120


@dataclass(frozen=True, slots=True)
class SchedulerOrder:
    """A run that a scheduler is asked for. `arguments` are `name=value`, `slot` is RFC 3339."""

    url: str
    task: str
    slot: str | None
    arguments: Sequence[str]
    reason: str | None
    wait: bool
    as_json: bool

    def carry_out(self) -> int:
        """Ask for the run, and perhaps wait for its end; return the command's exit code."""
        body = {
            "slot": self.slot,
            "arguments": dict(text.split("=", 1) for text in self.arguments),
            "reason": self.reason,
        }
        started = ask_scheduler(
            self.url, self.task, "runs", body, instead="`rota trigger` makes a Job"
        )
        run_id = started.get("run_id")
        if not isinstance(run_id, str):
            raise ConfigError(f"{self.url} is not a page of rota: its answer has no run_id")
        if not self.wait:
            self._report(started)
            return ExitCode.SUCCEEDED
        tell(f"run {run_id} of task {self.task} was asked for")
        try:
            run = run_until_stopped(self._end_of(run_id, load_settings().web_secret_file))
        except StoppedError as stopped:
            tell(f"the run goes on; see it at {self._page(run_id)}")
            return exit_code_of_signal(stopped.signal_number)
        tell(f"run {run_id}: {_end_text(run)}")
        if self.as_json:
            click.echo(json.dumps({**started, "run": dict(run)}, indent=2))
        return _exit_code(run)

    async def _end_of(self, run_id: str, secret_file: Path | None) -> Mapping[str, Any]:
        path = f"api/v1/runs/{quote(run_id)}"
        polls_in_vain = 0
        while polls_in_vain < _POLLS_UNTIL_BEGUN:
            try:
                run = await asyncio.to_thread(ask_page, self.url, path, secret_file=secret_file)
            except NotThereError:
                # Not begun yet: it waits for the one that it replaces.
                polls_in_vain += 1
            else:
                polls_in_vain = 0
                if "state" not in run:
                    raise ConfigError(f"{self.url} is not a page of rota: its answer has no state")
                if run["state"] != SlotState.RUNNING:
                    return run
            await asyncio.sleep(_POLL_SECONDS)
        raise ConfigError(
            f"{self.url} does not know the run {run_id} that was asked for: the scheduler may have "
            "been restarted before it began; ask again"
        )

    def _page(self, run_id: str) -> str:
        return f"{self.url.rstrip('/')}/runs/{quote(run_id)}"

    def _report(self, started: Mapping[str, Any]) -> None:
        if self.as_json:
            click.echo(json.dumps(dict(started), indent=2))
            return
        run_id = started["run_id"]
        text = f"run {run_id} of task {self.task} was asked for"
        if not started.get("started"):
            text += "; it starts once the run has ended that it replaces"
        click.echo(text)
        click.echo(f"see it at {self._page(run_id)}")


def _exit_code(run: Mapping[str, Any]) -> int:
    if run["state"] == SlotState.SUCCEEDED:
        return ExitCode.SUCCEEDED
    return int(run.get("exit_code") or ExitCode.TASK_FAILED)


def _end_text(run: Mapping[str, Any]) -> str:
    text = str(run["state"]).replace("_", " ")
    if run.get("duration_seconds") is not None:
        text += f" after {run['duration_seconds']:g} s"
    if run.get("exit_code"):
        text += f", exit code {run['exit_code']} ({run.get('meaning')})"
    return f"{text}: {run['reason']}" if run.get("reason") else text
