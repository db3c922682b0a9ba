"""`rota backfill`."""

import json
import shlex
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from rota.cli.cluster import tell
from rota.cli.completion import complete_task
from rota.cli.sources import url_option
from rota.cli.table import echo_table, marked
from rota.model.clock import SystemClock, instant, rfc3339
from rota.model.errors import ConfigError, UsageError
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import RunRecord
from rota.settings import Settings, load_settings, setup_logging

if TYPE_CHECKING:
    from rota.ledger.backfill_log import BackfillLog
    from rota.status.backfill import PlannedSlot
    from rota.tasks.definition import TaskDefinition

_MOST_SHOWN = 50


@dataclass(slots=True)
class _Backfill:
    """The slots of one task between two epoch times, both included, and what was done for them."""

    task: "TaskDefinition"
    first: int
    last: int
    log: "BackfillLog | None"
    planned: Sequence["PlannedSlot"] = ()
    chosen: Sequence["PlannedSlot"] = ()
    records: list[RunRecord] = field(default_factory=list)
    is_noted: bool = True

    def note(self, record: RunRecord) -> None:
        """Remember a run that has ended."""
        self.records.append(record)
        try:
            if self.log is not None and self.is_noted:
                self.log.note(record)
        except ConfigError as error:
            self.is_noted = False
            tell(f"{error}: the same command would run these slots again")

    @property
    def left(self) -> Sequence[int]:
        """The chosen slots that have not succeeded."""
        done = {record.run.slot for record in self.records if record.outcome is Outcome.SUCCEEDED}
        return [each.slot for each in self.chosen if instant(each.slot) not in done]

    @property
    def command_for_the_rest(self) -> str | None:
        """What goes on where this has ended; None where nothing is left."""
        if not self.left:
            return None
        ends = [rfc3339(instant(end)) for end in (min(self.left), max(self.left))]
        return shlex.join(["rota", "backfill", self.task.name, "--from", ends[0], "--to", ends[1]])


@click.command(
    "backfill",
    epilog="\b\nExamples:\n"
    "  rota backfill cleanup --from 2026-11-24T00:00:00Z --to 2026-11-25T00:00:00Z --dry-run\n"
    "  rota backfill send-bills --from 2026-11-01T00:00:00Z --yes --keep-going\n\n"
    "The exit code is that of the first run that failed, as of `rota run`.",
)
@click.argument("task", shell_complete=complete_task)
@click.option(
    "--from", "first", metavar="INSTANT", required=True, help="The first slot, or before."
)
@click.option("--to", "last", metavar="INSTANT", help="The last slot, or after.  [default: now]")
@click.option("--limit", type=click.IntRange(1), help="Run at most so many slots.")
@click.option("--newest-first", is_flag=True, help="Begin with the newest slot, not the oldest.")
@click.option("--keep-going", is_flag=True, help="Do not stop at a run that fails.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only list the slots.")
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON; needs --yes or --dry-run.")
def backfill_command(
    *,
    task: str,
    first: str,
    last: str | None,
    limit: int | None,
    newest_first: bool,
    keep_going: bool,
    yes: bool,
    dry_run: bool,
    url: str | None,
    as_json: bool,
) -> int:
    """Run TASK for the slots of a stretch of time that have not succeeded, one after another.

    The runs are here, in this process, each like `rota run TASK --slot`, with the slot's own
    idempotency keys. What has succeeded, by the ledger or --url, or in an earlier backfill, is left
    alone, so that the same command goes on where an earlier one has ended.
    """
    if as_json and not (yes or dry_run):
        raise UsageError("--json needs --yes or --dry-run: there is nobody to ask")
    settings = load_settings()
    backfill = _prepared(settings, task, first, last, url)
    wanted = [each for each in backfill.planned if each.wanted]
    backfill.chosen = (wanted[::-1] if newest_first else wanted)[:limit]
    if not as_json:
        _show(backfill)
    if dry_run or not backfill.chosen:
        if as_json:
            _print_json(backfill, ExitCode.SUCCEEDED)
        return ExitCode.SUCCEEDED
    if not yes:
        _ask(backfill, newest_first=newest_first)
    return _run(backfill, settings, keep_going=keep_going, as_json=as_json)


def _prepared(
    settings: Settings, name: str, first: str, last: str | None, url: str | None
) -> _Backfill:
    from rota.app import backfill_log  # noqa: PLC0415 (--help works without)
    from rota.status.backfill import plan_backfill, slots_to_plan  # noqa: PLC0415
    from rota.tasks.discovery import discover  # noqa: PLC0415

    setup_logging()
    task = discover(settings).get(name)
    # Again, since a module may have set up logging of its own while it was imported.
    setup_logging()
    now = int(SystemClock().timestamp())
    begin, end = _epoch("--from", first), now if last is None else _epoch("--to", last)
    if end < begin:
        raise UsageError("--to is before --from")
    backfill = _Backfill(task, begin, min(end, now), backfill_log(settings))
    done = {} if backfill.log is None else backfill.log.states(name)
    slots = slots_to_plan(task, begin, backfill.last)
    backfill.planned = plan_backfill(slots, known=_known(settings, backfill, url), done=done)
    return backfill


def _epoch(option: str, text: str) -> int:
    from rota.tasks.arguments import moment  # noqa: PLC0415 (as above)

    try:
        return int(moment(text).timestamp())
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not allowed: {error}") from None


def _known(settings: Settings, backfill: _Backfill, url: str | None) -> Sequence[Mapping[str, Any]]:
    """Return what a page knows of the slots, or the ledger; of no ledger, nothing."""
    task = backfill.task
    if url is not None:
        from rota.cli.remote_source import RemoteSource  # noqa: PLC0415 (HTTP: where asked for)

        return RemoteSource(url).slots(task.name, backfill.first, backfill.last)
    from rota.app import open_board  # noqa: PLC0415 (as above)
    from rota.cli.local_source import LocalSource  # noqa: PLC0415

    try:
        source = LocalSource(open_board(settings, [task]))
    except ConfigError as error:
        tell(f"{error}: which slots have succeeded is not known; a page knows, with --url")
        return ()
    return source.slots(task.name, backfill.first, backfill.last)


def _show(backfill: _Backfill) -> None:
    counts = Counter(each.state.value.replace("_", " ") for each in backfill.planned)
    found = ", ".join(f"{number} {state}" for state, number in counts.items()) or "none"
    click.secho(f"{backfill.task.name}: {len(backfill.planned)} slots: {found}", bold=True)
    shown = backfill.chosen[:_MOST_SHOWN]
    if shown:
        rows = [(marked(each.state.value), each.at, each.reason or "") for each in shown]
        echo_table(("STATE", "SLOT", "REASON"), rows)
    if len(backfill.chosen) > len(shown):
        click.echo(f"and {len(backfill.chosen) - len(shown)} more")
    if not backfill.chosen:
        click.echo("There is nothing to run.")


def _ask(backfill: _Backfill, *, newest_first: bool) -> None:
    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask: add --yes to run these slots, or --dry-run")
    number, order = len(backfill.chosen), "newest" if newest_first else "oldest"
    slots = "this slot" if number == 1 else f"these {number} slots, the {order} first"
    click.confirm(f"Run {backfill.task.name} for {slots}?", abort=True, err=True)


def _run(backfill: _Backfill, settings: Settings, *, keep_going: bool, as_json: bool) -> int:
    from rota.processes.backfill import run_slots  # noqa: PLC0415 (as above)

    slots = [each.slot for each in backfill.chosen]
    exit_code = run_slots(
        backfill.task, settings, slots, keep_going=keep_going, on_ended=backfill.note
    )
    counts = Counter(each.outcome.value.replace("_", " ") for each in backfill.records)
    ended = ", ".join(f"{number} {outcome}" for outcome, number in counts.items()) or "none ran"
    rest = backfill.command_for_the_rest
    text = f"{len(slots)} slots: {ended}"
    tell(f"{text}; go on with: {rest}" if rest else text)
    if as_json:
        _print_json(backfill, exit_code)
    return exit_code


def _print_json(backfill: _Backfill, exit_code: ExitCode) -> None:
    facts = {
        "task": backfill.task.name,
        "from": rfc3339(instant(backfill.first)),
        "to": rfc3339(instant(backfill.last)),
        "slots": [each.facts() for each in backfill.planned],
        "runs": [record.facts() for record in backfill.records],
        "left": [rfc3339(instant(slot)) for slot in backfill.left],
        "exit_code": int(exit_code),
    }
    click.echo(json.dumps(facts, indent=2))
