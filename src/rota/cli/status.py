"""`rota status`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from rota.cli.completion import complete_task
from rota.cli.sources import open_source, url_option
from rota.cli.table import echo_table, marked, strip_text
from rota.model.clock import SystemClock, duration_text
from rota.model.errors import UsageError
from rota.model.exit_codes import ExitCode

_PROBLEMS = ("overdue", "failing")
_SHOWN_CELLS = 12
HEADINGS = ("STATE", "TASK", "SCHEDULE", "LAST SLOTS", "LAST RUN", "NEXT", "REASON")


@click.command(
    "status",
    epilog="\b\nExamples:\n  rota status\n  rota status cleanup --json\n"
    "  rota status --url http://127.0.0.1:8080 || echo 'look at the tasks'",
)
@click.argument("tasks", nargs=-1, shell_complete=complete_task)
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as /api/v1/tasks has it.")
def status_command(*, tasks: tuple[str, ...], url: str | None, as_json: bool) -> int:
    """Show how each task is doing, problems first.

    Exits with 0 if all is well, 1 if a task is failing or overdue, 2 if it cannot tell, also
    because a console has not seen its cluster for two minutes.
    """
    overview = open_source(url).overview()
    items = _only(overview["items"], tasks)
    if as_json:
        click.echo(json.dumps({**overview, "items": items}, indent=2))
    else:
        _print(items, SystemClock().timestamp())
    if any(item["state"] in _PROBLEMS for item in items):
        return ExitCode.TASK_FAILED
    blind_since = overview.get("blind_since")
    if blind_since is None:
        return ExitCode.SUCCEEDED
    click.echo(f"rota: the console has not seen the cluster since {blind_since}", err=True)
    return ExitCode.USAGE


def _only(items: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Mapping[str, Any]]:
    known = [item["name"] for item in items]
    for name in names:
        if name not in known:
            from rota.tasks.naming import suggestion  # noqa: PLC0415 (only for a mistake)

            hint = suggestion(name, known)
            raise UsageError(f"no task is named {name!r}{hint} (known: {', '.join(known)})")
    return [item for item in items if not names or item["name"] in names]


def _print(items: Sequence[Mapping[str, Any]], now: float) -> None:
    if not items:
        click.echo("There are no tasks.")
        return
    echo_table(HEADINGS, task_rows(items, now))


def task_rows(items: Sequence[Mapping[str, Any]], now: float) -> Sequence[Sequence[Any]]:
    """Return a row for each task, of cells below `HEADINGS`; `now` is an epoch time."""
    return [
        (
            marked(item["state"]),
            item["name"],
            item["words"],
            strip_text(item["strip"][-_SHOWN_CELLS:]),
            _last(item["last_run"], now),
            _until(item["next_slots"], now),
            item["reason"] or "",
        )
        for item in items
    ]


def _last(run: Mapping[str, Any] | None, now: float) -> str:
    if run is None:
        return "never"
    text = f"{_ago(run['started_at'], now)} ago"
    if run["duration_seconds"] is not None:
        text += f", took {run['duration_seconds']:.1f} s"
    return text


def _until(slots: Sequence[str], now: float) -> str:
    return f"in {_span(_epoch(slots[0]) - now)}" if slots else "-"


def _ago(moment: str, now: float) -> str:
    return _span(now - _epoch(moment))


def _span(seconds: float) -> str:
    return duration_text(max(0, int(seconds)))


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
