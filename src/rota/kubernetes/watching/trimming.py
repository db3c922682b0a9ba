"""What is kept of an object: all that anything here reads, a quarter of it or less. No I/O."""

from collections.abc import Collection, Mapping
from typing import Any

from rota.kubernetes.watching.fields import Fields, part, parts

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_TEMPLATES = ("template", "jobTemplate")
_JOB = (
    "activeDeadlineSeconds",
    "backoffLimit",
    "backoffLimitPerIndex",
    "completionMode",
    "completions",
)
_SETTING_PREFIX = "ROTA_"
_POD_METADATA = ("name", "uid", "resourceVersion", "creationTimestamp", "ownerReferences")
_POD_CONDITIONS = ("DisruptionTarget", "PodScheduled")
_CONDITION = ("type", "status", "reason", "message", "lastTransitionTime")
_CONTAINER = ("name", "state", "lastState")


def trimmed(found: Fields) -> Fields:
    """Return a CronJob, Job or pod without the history of its fields.

    Of a template only what says something of the task is left: limits, arguments and settings.
    """
    metadata = {
        key: value for key, value in part(found, "metadata").items() if key != "managedFields"
    }
    annotations = part(metadata, "annotations")
    if _APPLIED in annotations:
        kept = {key: value for key, value in annotations.items() if key != _APPLIED}
        metadata["annotations"] = kept
    kept_object: dict[str, Any] = {**found, "metadata": metadata}
    spec = part(found, "spec")
    if "containers" in spec:
        kept_object["spec"] = {"nodeName": spec.get("nodeName")}
        kept_object["metadata"] = _chosen(metadata, _POD_METADATA)
        kept_object["status"] = _pod_status(part(found, "status"))
    elif spec:
        kept_object["spec"] = {key: spec[key] for key in spec if key not in _TEMPLATES}
        if "jobTemplate" in spec:
            kept_object["spec"]["jobTemplate"] = _job_template(part(spec, "jobTemplate", "spec"))
    return kept_object


def _job_template(job: Fields) -> Mapping[str, Any]:
    containers = [
        {**_chosen(each, ("name", "args", "image")), "env": _settings(each)}
        for each in parts(part(job, "template", "spec"), "containers")
    ]
    return {"spec": {**_chosen(job, _JOB), "template": {"spec": {"containers": containers}}}}


def _settings(container: Fields) -> list[Mapping[str, Any]]:
    return [
        _chosen(each, ("name", "value"))
        for each in parts(container, "env")
        if "value" in each and str(each.get("name", "")).startswith(_SETTING_PREFIX)
    ]


def _pod_status(status: Fields) -> Mapping[str, Any]:
    kept = _chosen(status, ("reason", "message"))
    for name in ("containerStatuses", "initContainerStatuses"):
        kept[name] = [_chosen(each, _CONTAINER) for each in parts(status, name)]
    kept["conditions"] = [
        _chosen(each, _CONDITION)
        for each in parts(status, "conditions")
        if each.get("type") in _POD_CONDITIONS
    ]
    return kept


def _chosen(found: Fields, names: Collection[str]) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}
