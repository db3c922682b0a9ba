"""`rota check`."""

import json
from typing import Any

import click

from rota.model.clock import SystemClock
from rota.schedules.zone_report import tz_database_facts, tz_database_text
from rota.settings import load_settings


@click.command("check", epilog="\b\nExample, in the build of an image:\n  RUN rota check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_command(*, as_json: bool) -> None:
    """Validate settings, tasks, schedules and files without running anything.

    Exits with 0, or with 2 if something is invalid. Warnings are about what is allowed but may be a
    mistake; they do not change the exit code.
    """
    from rota.app import App  # noqa: PLC0415 (--help works without)
    from rota.tasks.client_check import check_clients  # noqa: PLC0415
    from rota.tasks.discovery import discover  # noqa: PLC0415
    from rota.tasks.modules import unregistered  # noqa: PLC0415
    from rota.tasks.registry import check_not_empty  # noqa: PLC0415
    from rota.tasks.warnings import task_warnings  # noqa: PLC0415

    settings = load_settings()
    registry = discover(settings)
    tasks = registry.selected()
    app = App(settings)
    check_not_empty(tasks)
    check_clients(tasks, app.client)
    now = int(SystemClock().timestamp())
    warnings = {task.name: task_warnings(task, now) for task in tasks}
    if as_json:
        facts: dict[str, Any] = {"ok": True, "tasks": [task.name for task in tasks]}
        facts["unregistered"] = unregistered(registry)
        facts["tz_database"] = tz_database_facts()
        click.echo(json.dumps({**facts, "warnings": warnings}, indent=2))
        return
    for name, texts in warnings.items():
        for text in texts:
            click.secho(f"warning: task {name!r}: {text}", fg="yellow")
    for target in unregistered(registry):
        click.secho(
            f"warning: decorated but not registered: {target}; name it in ROTA_TASKS, or in a "
            "list TASKS",
            fg="yellow",
        )
    number = "1 task" if len(tasks) == 1 else f"{len(tasks)} tasks"
    click.echo(f"tz database: {tz_database_text()}")
    click.secho(f"ok: {number}: {', '.join(task.name for task in tasks)}", fg="green")
