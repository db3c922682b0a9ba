"""What is allowed in a task but may be a mistake: `rota check`, and later `doctor`."""

from rota.model.errors import ScheduleError
from rota.model.task_fields import CatchUp
from rota.schedules import Interval, warnings_for
from rota.schedules.zone_report import zone_warnings
from rota.tasks.definition import TaskDefinition
from rota.tasks.description import describe_cronjob

_YEAR_SECONDS = 366 * 86_400


def task_warnings(task: TaskDefinition, now: int) -> list[str]:
    """Return what is allowed in a task but may be a mistake; `now` is an epoch time."""
    warnings: list[str] = []
    if not isinstance(task.schedule, Interval):
        if task.interval_seconds is None:
            warnings += _of_text(task.schedule.text, task.schedule.timezone, now)
    elif describe_cronjob(task) is None:
        warnings.append(
            f"every {task.interval_seconds} s is too often for a CronJob: it runs in "
            "scheduler mode, or in the small scheduler of hybrid mode"
        )
    else:
        warnings.append(
            f"every {task.interval_seconds} s has no five-field text: a CronJob keeps the gap but "
            "counts from its creation"
        )
        if task.explicit_deadline:
            warnings.append(
                f"{task.explicit_deadline} is refused in CronJob mode, since @every with a "
                "deadline may never fire"
            )
    if task.catch_up is CatchUp.ALL:
        warnings.append(
            "catch_up=all is refused in CronJob mode, since Kubernetes starts only the newest "
            "missed slot"
        )
    following = task.schedule.next_epoch(now)
    if following is None:
        warnings.append("does not fire within the next five years")
    return warnings


def _of_text(text: str, timezone: str, now: int) -> list[str]:
    try:
        return [*warnings_for(text, timezone), *zone_warnings(timezone, now, now + _YEAR_SECONDS)]
    except ScheduleError as error:
        # Only a CronJob that is there already can have such a text.
        return [f"rota cannot tell its slots: {error}"]
