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
from rota.status.table import Column

_PROBLEMS = ("overdue", "failing")
_SHOWN_CELLS = 12
COLUMNS = (
    Column("STATE"),
    Column("TASK", least=24),
    Column("SCHEDULE", least=16, leaves=2),
    Column("LAST SLOTS", leaves=3),
    Column("LAST RUN", leaves=5),
    Column("TOOK", leaves=1),
    Column("NEXT", leaves=4),
    Column("REASON", least=24, wraps=True),
)


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
    echo_table(COLUMNS, task_rows(items, now))


def task_rows(items: Sequence[Mapping[str, Any]], now: float) -> Sequence[Sequence[Any]]:
    """Return a row for each task, of cells below `COLUMNS`; `now` is an epoch time."""
    return [
        (
            marked(item["state"]),
            item["name"],
            item["words"],
            strip_text(item["strip"][-_SHOWN_CELLS:]),
            *_last(item["last_run"], now),
            _next(item, now),
            item["reason"] or "",
        )
        for item in items
    ]


def _last(run: Mapping[str, Any] | None, now: float) -> tuple[str, str]:
    if run is None:
        return "never", "-"
    took = run["duration_seconds"]
    return f"{_ago(run['started_at'], now)} ago", "-" if took is None else f"{took:.1f} s"


def _next(item: Mapping[str, Any], now: float) -> str:
    """Return when something starts, and a retry of what has failed is told from a slot."""
    retry_at = item.get("retry_at")
    if retry_at is not None:
        return f"retry in {_span(_epoch(retry_at) - now)}"
    slots = item["next_slots"]
    return f"in {_span(_epoch(slots[0]) - now)}" if slots else "-"


def _ago(moment: str, now: float) -> str:
    return _span(now - _epoch(moment))


def _span(seconds: float) -> str:
    return duration_text(max(0, int(seconds)))


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
