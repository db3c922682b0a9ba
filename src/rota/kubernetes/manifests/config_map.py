"""The settings of an installation as texts.

Those of all tasks are in a ConfigMap, for the scheduler; those of one in its CronJob, for its pods.
"""

from collections.abc import Sequence

from rota.kubernetes.manifests.installation import Installation
from rota.model.task_fields import TASK_FIELDS
from rota.settings import settings_text, task_variable, text_of
from rota.tasks.definition import TaskDefinition

SETTINGS_KEY = "settings.env"
"""The only key, so that a failed upgrade cannot leave a single setting behind."""


def settings_of(tasks: Sequence[TaskDefinition], installation: Installation) -> str:
    """Return the settings of a pod that runs `tasks`: those of all pods, and those of these tasks.

    They contain every field that a task's class could set. The Business API's URL is in the
    environment of each pod.
    """
    values = {
        "ROTA_RELEASE": installation.release,
        "ROTA_GRACE_SECONDS": text_of(installation.grace_seconds),
        "ROTA_ONLY": ",".join(task.name for task in tasks),
    }
    for task in tasks:
        values |= {task_variable(task.name, field): text for field, text in _fields(task).items()}
    return settings_text(values)


def _fields(task: TaskDefinition) -> dict[str, str]:
    values = {
        field.name: task.value_of(field.name)
        for field in TASK_FIELDS
        if field.in_settings and task.in_manifests(field)
    }
    return {field: text_of(value) for field, value in values.items() if value is not None}
