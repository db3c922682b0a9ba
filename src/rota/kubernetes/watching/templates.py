"""What a CronJob's template says of its task beside when it runs. JSON-ready, no I/O."""

from collections.abc import Mapping
from typing import Any

from rota.kubernetes.manifests.deployed import DeployedTask, deployed_tasks
from rota.kubernetes.manifests.installation import FORMERLY_ANNOTATION, TASK_LABEL
from rota.kubernetes.manifests.pod_failure_policy import CONTAINER_NAME
from rota.kubernetes.watching.fields import Fields, metadata, part, parts
from rota.model.errors import ConfigError
from rota.schedules import five_field_text, splay_offset_minutes
from rota.settings import value_of

# Who labels objects for themselves: `app.kubernetes.io/instance`, `helm.sh/chart`.
_TOOLS = (TASK_LABEL.partition("/")[0], "kubernetes.io", "k8s.io", "helm.sh")
_KUBERNETES_TRIES = 6  # the default of backoffLimit


def said_by(cronjob: Fields) -> dict[str, Any]:
    """Return what Kubernetes acts on, and `settings`: the task's fields in its pods, as texts.

    `labels` are the CronJob's own, `formerly` the former names of its task, `image` is that of
    rota's container. `interval_seconds` is there where the schedule is an interval's; `job_seconds`
    is how long a Job may take with all its attempts.
    """
    spec, job = part(cronjob, "spec"), part(cronjob, "spec", "jobTemplate", "spec")
    sharded = job.get("completionMode") == "Indexed"
    tries = job.get("backoffLimitPerIndex" if sharded else "backoffLimit", _KUBERNETES_TRIES)
    said: dict[str, Any] = {
        "overlap": str(spec.get("concurrencyPolicy") or "Allow").lower(),
        "backoff_limit": tries,
        "shards": job.get("completions", 1) if sharded else 1,
    }
    labels = _own_labels(cronjob)
    if labels:
        said["labels"] = labels
    formerly = _former_names(cronjob)
    if formerly:
        said["formerly"] = formerly
    if isinstance(job.get("activeDeadlineSeconds"), int):
        said["job_seconds"] = job["activeDeadlineSeconds"]
    image = _image(job)
    if image:
        said["image"] = image
    deployed = _deployed(cronjob)
    if deployed is not None:
        said["settings"] = dict(deployed.settings)
        interval = _interval_of(deployed)
        if interval is not None:
            said["interval_seconds"] = interval
    return said


def _image(job: Fields) -> str | None:
    containers = parts(part(job, "template", "spec"), "containers")
    named = [each for each in containers if each.get("name") == CONTAINER_NAME] or containers
    return str(named[0]["image"]) if named and named[0].get("image") else None


def _former_names(cronjob: Fields) -> list[str]:
    names = str(part(metadata(cronjob), "annotations").get(FORMERLY_ANNOTATION) or "").split(",")
    return [name.strip() for name in names if name.strip()]


def _own_labels(cronjob: Fields) -> dict[str, str]:
    """Return the labels that an application has given, and not those of tools, rota's included."""
    labels = part(metadata(cronjob), "labels")
    return {
        str(name): str(value)
        for name, value in labels.items()
        if not any(
            name.partition("/")[0] == tool or name.partition("/")[0].endswith(f".{tool}")
            for tool in _TOOLS
        )
    }


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
