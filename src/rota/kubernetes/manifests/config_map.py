"""The settings of an installation as texts.

Those of all tasks are in a ConfigMap, for the scheduler; those of one in its CronJob, for its pods.
"""

from collections.abc import Sequence

from rota.kubernetes.manifests.installation import Installation
from rota.schedules import Cron
from rota.settings import override_key, settings_text
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
        "ROTA_GRACE_SECONDS": _text(installation.grace_seconds),
        "ROTA_ONLY": ",".join(task.name for task in tasks),
    }
    for task in tasks:
        prefix = f"ROTA_TASK__{override_key(task.name).upper()}__"
        values |= {f"{prefix}{field}": value for field, value in _fields(task).items()}
    return settings_text(values)


def _fields(task: TaskDefinition) -> dict[str, str]:
    if isinstance(task.schedule, Cron) and task.interval_seconds is None:
        fields = {"SCHEDULE": task.schedule.text, "TIMEZONE": task.schedule.timezone}
    else:
        fields = {"INTERVAL_SECONDS": str(task.interval_seconds)}
    fields |= {
        "SPLAY_MINUTES": str(task.splay_minutes),
        "RUN_ON_START": _text(task.run_on_start),
        "TIMEOUT_SECONDS": _text(task.timeout_seconds),
        "OVERLAP": task.overlap.value,
    }
    if isinstance(task.schedule, Cron) or "catch_up_seconds" in task.stated:
        fields["CATCH_UP_SECONDS"] = str(task.catch_up_seconds)
    return fields | {
        "BACKOFF_LIMIT": str(task.backoff_limit),
        "SHARDS": str(task.shards),
        "SUSPEND": _text(task.suspend),
    }


def _text(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:.15g}"
