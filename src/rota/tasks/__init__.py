"""Tasks: the base class, the reference tasks, and how an application's own are found."""

from typing import Any

from rota.tasks.base import BaseTask
from rota.tasks.fan_out import fan_out
from rota.tasks.function import FunctionTask, task
from rota.tasks.reference import CleanupTask, NotificationTask

__all__ = [
    "BaseTask",
    "CleanupTask",
    "FunctionTask",
    "NotificationTask",
    "fan_out",
    "register_tasks",
    "task",
]


def register_tasks(scheduler: Any) -> None:
    """Register the reference tasks with anything that has `register_task`."""
    for each in (CleanupTask(), NotificationTask()):
        scheduler.register_task(
            name=each.name,
            handler=each,
            interval_seconds=each.interval_seconds,
            run_on_start=each.run_on_start,
        )
