"""The labels of a task: its CronJob's own; a scheduler's tasks have none."""

from collections.abc import Mapping, Sequence

from rota.kubernetes.watching.seen_tasks import SeenTask
from rota.tasks.definition import TaskDefinition


def labels_of(task: TaskDefinition) -> Mapping[str, str]:
    """Return the labels that the application gave a task's CronJob."""
    return task.labels if isinstance(task, SeenTask) else {}


def label_texts(task: TaskDefinition) -> Sequence[str]:
    """Return them as `name=value`, in the order of their names."""
    return [f"{name}={value}" for name, value in sorted(labels_of(task).items())]
