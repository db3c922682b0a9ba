"""The settings that all pods of an installation share, whatever runs the tasks."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from rota.manifests.installation import Installation
from rota.manifests.naming import release_name
from rota.schedules import Cron
from rota.settings import override_key
from rota.tasks.definition import TaskDefinition

SETTINGS_CHECKSUM = "checksum/settings"


def config_map(tasks: Sequence[TaskDefinition], installation: Installation) -> dict[str, Any]:
    """Return the ConfigMap; where the Business API is remains to be said."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": release_name(installation.release), "labels": installation.labels()},
        "data": settings_data(tasks, installation),
    }


def settings_data(tasks: Sequence[TaskDefinition], installation: Installation) -> dict[str, str]:
    """Return the variables: everything that a task's class could state is said for each task."""
    data = {
        "ROTA_RELEASE": installation.release,
        "ROTA_ONLY": ",".join(task.name for task in tasks),
        "ROTA_GRACE_SECONDS": _text(installation.grace_seconds),
    }
    for task in tasks:
        prefix = f"ROTA_TASK__{override_key(task.name).upper()}__"
        data |= {f"{prefix}{field}": value for field, value in _fields(task).items()}
    return data


def settings_checksum(data: dict[str, str]) -> str:
    """Return a hash that changes when a setting does, for the pods that must then be replaced."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


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
        "BACKOFF_LIMIT": str(task.backoff_limit),
        "SHARDS": str(task.shards),
        "SUSPEND": _text(task.suspend),
    }
    if isinstance(task.schedule, Cron) or "catch_up_seconds" in task.stated:
        fields["CATCH_UP_SECONDS"] = str(task.catch_up_seconds)
    return fields


def _text(value: float) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:.15g}"
