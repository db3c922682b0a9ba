"""A task as `rota list` and the pages show it."""

from typing import Any

from rota.model.clock import duration_text, instant, rfc3339
from rota.model.errors import ScheduleError
from rota.model.task_fields import NON_SCHEDULE_FIELDS
from rota.tasks.definition import TaskDefinition


def describe(task: TaskDefinition, *, selected: bool, now: int) -> dict[str, Any]:
    """Return all fields of a task, JSON-ready; `now` is an epoch time."""
    interval = task.interval_seconds
    planned = selected and not task.suspend
    following = task.schedule.next_epoch(now) if planned else None
    return {
        "name": task.name,
        "status": status_of(task, selected=selected),
        "schedule": f"every {duration_text(interval)}" if interval else task.schedule.text,
        "interval_seconds": interval,
        "timezone": getattr(task.schedule, "timezone", "Etc/UTC"),
        "next": rfc3339(instant(following)) if following is not None else None,
        "cronjob": describe_cronjob(task),
        **{field.name: task.value_of(field.name) for field in NON_SCHEDULE_FIELDS},
        "formerly": list(task.formerly),
        "source": task.source,
    }


def describe_cronjob(task: TaskDefinition) -> dict[str, Any] | None:
    """Return the schedule of a CronJob for the task, or None if it cannot have one."""
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
