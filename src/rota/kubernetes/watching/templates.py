"""What a CronJob's template says of its task beside when it runs. JSON-ready, no I/O."""

from collections.abc import Mapping
from typing import Any

from rota.kubernetes.manifests.deployed import DeployedTask, deployed_tasks
from rota.kubernetes.watching.fields import Fields, part
from rota.model.errors import ConfigError
from rota.schedules import five_field_text, splay_offset_minutes
from rota.settings import value_of

_KUBERNETES_TRIES = 6  # the default of backoffLimit


def said_by(cronjob: Fields) -> dict[str, Any]:
    """Return what Kubernetes acts on, and `settings`: the task's fields in its pods, as texts.

    `interval_seconds` is there where the schedule is an interval's; `job_seconds` is how long a Job
    may take with all its attempts.
    """
    spec, job = part(cronjob, "spec"), part(cronjob, "spec", "jobTemplate", "spec")
    sharded = job.get("completionMode") == "Indexed"
    tries = job.get("backoffLimitPerIndex" if sharded else "backoffLimit", _KUBERNETES_TRIES)
    said: dict[str, Any] = {
        "overlap": str(spec.get("concurrencyPolicy") or "Allow").lower(),
        "backoff_limit": tries,
        "shards": job.get("completions", 1) if sharded else 1,
    }
    if isinstance(job.get("activeDeadlineSeconds"), int):
        said["job_seconds"] = job["activeDeadlineSeconds"]
    deployed = _deployed(cronjob)
    if deployed is not None:
        said["settings"] = dict(deployed.settings)
        interval = _interval_of(deployed)
        if interval is not None:
            said["interval_seconds"] = interval
    return said


def _deployed(cronjob: Fields) -> DeployedTask | None:
    try:
        found = deployed_tasks([{**cronjob, "kind": "CronJob"}], image_tasks=[])
    except ConfigError:
        # A CronJob that has rota's label and another's container.
        return None
    return found[0] if found else None


def _interval_of(deployed: DeployedTask) -> int | None:
    """Return the interval that the pods are told, where its five-field text is the schedule.

    Somebody may have changed the schedule since, by hand. `@every` needs no telling.
    """
    settings = deployed.settings
    interval = _whole(settings, "interval_seconds")
    if interval is None:
        return None
    splay = _whole(settings, "splay_minutes") or 0
    offset = splay_offset_minutes(deployed.release, deployed.name, splay) if splay else 0
    return interval if five_field_text(interval, offset) == deployed.schedule else None


def _whole(settings: Mapping[str, str], field: str) -> int | None:
    value = value_of(field, settings[field]) if field in settings else None
    return value if isinstance(value, int) else None
