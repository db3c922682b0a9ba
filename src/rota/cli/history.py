"""`rota history`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from rota.cli.completion import complete_task
from rota.cli.sources import open_source, url_option
from rota.cli.table import echo_table, marked
from rota.ledger.protocol import MOST_RUNS_READ
from rota.model.slot import SlotState
from rota.status.table import Column

_DEFAULT_LIMIT = 20
_COLUMNS = (
    Column("STATE"),
    Column("TASK", least=16),
    Column("SLOT", least=20),
    Column("STARTED", leaves=2),
    Column("LATE", leaves=3),
    Column("TOOK", leaves=4),
    Column("CODE"),
    Column("RUN", leaves=1),
    Column("REASON", least=20, wraps=True),
)
_STATES = [state.value for state in SlotState if state not in (SlotState.DUE, SlotState.SKIPPED)]


@click.command(
    "history",
    epilog="\b\nExamples:\n  rota history cleanup --limit 5\n"
    "  rota history --state failed --state timed_out --json | jq -r '.items[].run_id'",
)
@click.argument("task", required=False, shell_complete=complete_task)
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only these.")
@click.option(
    "--limit",
    type=click.IntRange(1, MOST_RUNS_READ),
    default=_DEFAULT_LIMIT,
    show_default=True,
    help="How many runs.",
)
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as /api/v1/runs has it.")
def history_command(
    *, task: str | None, states: tuple[str, ...], limit: int, url: str | None, as_json: bool
) -> None:
    """Show the runs of TASK, or of all tasks, the newest first.

    What became of a slot without a run is shown by `rota why`.
    """
    wanted = [SlotState(state) for state in states]
    runs = open_source(url).runs(task=task, states=wanted, limit=limit)
    if as_json:
        click.echo(json.dumps({"items": list(runs)}, indent=2))
    elif runs:
        echo_table(_COLUMNS, _rows(runs))
    else:
        click.echo("No such run is known.")


def _rows(runs: Sequence[Mapping[str, Any]]) -> list[Sequence[Any]]:
    return [
        (
            marked(run["state"]),
            run["task"],
            run["slot"] or _asked(run),
            run["started_at"].split(".")[0].removesuffix("Z") + "Z",
            f"{run['lateness_seconds']:.1f} s" if run["slot"] else "-",
            "-" if run["duration_seconds"] is None else f"{run['duration_seconds']:.1f} s",
            "-" if run["exit_code"] is None else str(run["exit_code"]),
            run["run_id"],
            run["reason"] or run.get("purpose") or "",
        )
        for run in runs
    ]


def _asked(run: Mapping[str, Any]) -> str:
    actor = run.get("actor")
    return f"{run['trigger']} by {actor}" if actor else str(run["trigger"])
