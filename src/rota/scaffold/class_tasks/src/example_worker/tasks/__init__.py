"""The tasks that run: what is not in this list does not."""

from example_worker.tasks.cleanup_task import CleanupTask
from example_worker.tasks.notifications_task import NotificationsTask

TASKS = [
    CleanupTask,
    NotificationsTask,
]
