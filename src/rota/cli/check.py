"""`rota check`."""

import json
from typing import Any

import click

from rota.cli.list import describe_cronjob
from rota.cli.time_zones import tz_database_facts, tz_database_text, zone_warnings
from rota.model.clock import SystemClock
from rota.model.errors import ConfigError
from rota.schedules import Cron, warnings_for
from rota.settings import load_settings
from rota.tasks.definition import TaskDefinition

_YEAR_SECONDS = 366 * 86_400


@click.command("check", epilog="\b\nExample, in the build of an image:\n  RUN rota check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_command(*, as_json: bool) -> None:
    """Validate settings, tasks, schedules and files without running anything: 0, or 2 if refused.

    Warnings tell what is allowed and may not be meant; they do not change the exit code.
    """
    from rota.app import App  # noqa: PLC0415 (--help works without)
    from rota.tasks.discovery import discover  # noqa: PLC0415

    settings = load_settings()
    registry = discover(settings)
    tasks = registry.selected()
    App(settings)
    if not tasks:
        raise ConfigError("no task would run: name some in ROTA_TASKS or ROTA_ONLY, or enable one")
    warnings = {task.name: task_warnings(task) for task in tasks}
    if as_json:
        facts: dict[str, Any] = {"ok": True, "tasks": [task.name for task in tasks]}
        facts["tz_database"] = tz_database_facts()
        click.echo(json.dumps({**facts, "warnings": warnings}, indent=2))
        return
    for name, texts in warnings.items():
        for text in texts:
            click.secho(f"warning: task {name!r}: {text}", fg="yellow")
    number = "1 task" if len(tasks) == 1 else f"{len(tasks)} tasks"
    click.echo(f"tz database: {tz_database_text()}")
    click.secho(f"ok: {number}: {', '.join(task.name for task in tasks)}", fg="green")


def task_warnings(task: TaskDefinition) -> list[str]:
    """Return what is allowed about a task and may not be meant."""
    warnings: list[str] = []
    now = int(SystemClock().timestamp())
    if isinstance(task.schedule, Cron):
        if task.interval_seconds is None:
            warnings += warnings_for(task.schedule.text, task.schedule.timezone)
            warnings += zone_warnings(task.schedule.timezone, now, now + _YEAR_SECONDS)
    elif describe_cronjob(task) is None:
        warnings.append(
            f"every {task.interval_seconds} s is more often than a CronJob can: it runs in "
            "scheduler mode, or in the small scheduler of hybrid mode"
        )
    else:
        warnings.append(
            f"every {task.interval_seconds} s has no five-field text: a CronJob keeps the gap but "
            "counts from its creation"
        )
        if "catch_up_seconds" in task.stated:
            warnings.append(
                "catch_up_seconds is refused in CronJob mode, since @every with a deadline may "
                "never fire"
            )
    following = task.schedule.next_epoch(now)
    if following is None:
        warnings.append("does not fire within the next five years")
    return warnings
