"""The settings of an installation as texts.

Those of all tasks are in a ConfigMap, for the scheduler; those of one in its CronJob, for its pods.
"""

from collections.abc import Sequence

from rota.kubernetes.manifests.installation import Installation
from rota.model.task_fields import TASK_FIELDS
from rota.settings import settings_text, task_variable, text_of
from rota.tasks.definition import TaskDefinition

SETTINGS_KEY = "settings.env"
"""The one key: an upgrade that fails cannot leave a single setting behind."""


def settings_of(tasks: Sequence[TaskDefinition], installation: Installation) -> str:
    """Return the settings of a pod that runs `tasks`: what all pods share, and these tasks' own.

    Everything that a task's class could state is said. Where the Business API is stands in each
    pod's own environment.
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
        field.name: task.decided(field.name)
        for field in TASK_FIELDS
        if field.in_settings and task.carries(field)
    }
    return {field: text_of(value) for field, value in values.items() if value is not None}
