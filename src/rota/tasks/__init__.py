"""Tasks: the base class, the reference tasks, and how an application's own are found."""

from typing import Any

from rota.tasks.base import BaseTask
from rota.tasks.cleanup import CleanupTask
from rota.tasks.fan_out import fan_out
from rota.tasks.notifications import NotificationTask

__all__ = ["BaseTask", "CleanupTask", "NotificationTask", "fan_out", "register_tasks"]


def register_tasks(scheduler: Any) -> None:
    """Register the reference tasks with anything that has `register_task`."""
    for task in (CleanupTask(), NotificationTask()):
        scheduler.register_task(
            name=task.name,
            handler=task,
            interval_seconds=task.interval_seconds,
            run_on_start=task.run_on_start,
        )
