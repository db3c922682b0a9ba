"""The tasks that run: what is not in this list does not."""

from example_worker.tasks.cleanup_task import cleanup
from example_worker.tasks.notifications_task import notifications

TASKS = [
    cleanup,
    notifications,
]
