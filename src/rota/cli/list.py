"""`rota list`."""

import json
from typing import Any

import click

from rota.cli.table import duration_text, echo_table
from rota.model.clock import SystemClock, instant, rfc3339
from rota.model.errors import ScheduleError
from rota.model.task_fields import DECIDED_FIELDS
from rota.settings import load_settings
from rota.tasks.definition import TaskDefinition


@click.command("list", epilog="\b\nExample:\n  rota list --json | jq '.tasks[].name'")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every field.")
def list_command(*, as_json: bool) -> None:
    """List the tasks that are found, with what was decided about each."""
    from rota.tasks.discovery import discover  # noqa: PLC0415 (--help works without)

    registry = discover(load_settings())
    selected = {task.name for task in registry.selected()}
    described = [describe(task, selected=task.name in selected) for task in registry.found.values()]
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
    headings = ("TASK", "STATUS", "SCHEDULE", "TIME ZONE", "NEXT (UTC)", "CRONJOB", "TIMEOUT")
    echo_table(headings, rows)
    if registry.left_out:
        names = " and ".join(registry.left_out)
        click.echo(f"Left out, as reference tasks: {names} (ROTA_ONLY or ROTA_TASKS can name them)")


def describe(task: TaskDefinition, *, selected: bool) -> dict[str, Any]:
    """Return everything that was decided about a task, JSON-ready."""
    interval = task.interval_seconds
    planned = selected and not task.suspend
    following = task.schedule.next_epoch(int(SystemClock().timestamp())) if planned else None
    return {
        "name": task.name,
        "status": status_of(task, selected=selected),
        "schedule": f"every {duration_text(interval)}" if interval else task.schedule.text,
        "interval_seconds": interval,
        "timezone": getattr(task.schedule, "timezone", "Etc/UTC"),
        "next": rfc3339(instant(following)) if following is not None else None,
        "cronjob": describe_cronjob(task),
        **{field.name: task.decided(field.name) for field in DECIDED_FIELDS},
        "source": task.source,
    }


def describe_cronjob(task: TaskDefinition) -> dict[str, Any] | None:
    """Return what a CronJob of the task would carry; None where there can be none."""
    try:
        cronjob = task.cronjob_schedule()
    except ScheduleError:
        return None
    return {"schedule": cronjob.text, "timeZone": cronjob.timezone, "exact": cronjob.exact}


def status_of(task: TaskDefinition, *, selected: bool) -> str:
    """Return `scheduled`, `suspended`, `disabled` or `not selected`."""
    if selected:
        return "suspended" if task.suspend else "scheduled"
    return "not selected" if task.enabled else "disabled"
