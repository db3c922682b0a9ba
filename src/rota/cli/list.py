"""`rota list`."""

import json

import click

from rota.cli.table import echo_table
from rota.model.clock import SystemClock, duration_text
from rota.settings import load_settings
from rota.status.table import Column

_COLUMNS = (
    Column("TASK", least=24),
    Column("STATUS"),
    Column("SCHEDULE", least=12),
    Column("TIME ZONE", least=9, leaves=3),
    Column("NEXT (UTC)", leaves=4),
    Column("CRONJOB", least=12, leaves=2),
    Column("TIMEOUT", leaves=1),
)


@click.command("list", epilog="\b\nExample:\n  rota list --json | jq '.tasks[].name'")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every field.")
def list_command(*, as_json: bool) -> None:
    """List the tasks with their effective settings."""
    from rota.tasks.description import describe  # noqa: PLC0415 (--help works without)
    from rota.tasks.discovery import discover  # noqa: PLC0415

    registry = discover(load_settings())
    selected = {task.name for task in registry.selected()}
    now = int(SystemClock().timestamp())
    described = [
        describe(task, selected=task.name in selected, now=now) for task in registry.found.values()
    ]
    if as_json:
        facts = {"tasks": described, "left_out": registry.left_out}
        click.echo(json.dumps(facts, indent=2))
        return
    if not described:
        click.echo("No task was found: name some in ROTA_TASKS.")
        return
    rows = [
        (
            task["name"],
            task["status"],
            task["schedule"],
            task["timezone"] if task["interval_seconds"] is None else "-",
            task["next"] or "-",
            task["cronjob"]["schedule"] if task["cronjob"] else "not possible",
            duration_text(task["timeout_seconds"]),
        )
        for task in described
    ]
    echo_table(_COLUMNS, rows)
    if registry.left_out:
        names = " and ".join(registry.left_out)
        click.echo(
            f"Reference tasks left out: {names} (name them in ROTA_ONLY or ROTA_TASKS to run them)"
        )
