"""A Job made by hand from a task's CronJob, as `kubectl create job --from` makes it."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from rota.kubernetes.manifests.naming import short_name
from rota.kubernetes.manifests.pod_failure_policy import CONTAINER_NAME
from rota.model.errors import UsageError

INSTANTIATE = "cronjob.kubernetes.io/instantiate"
SLOT_ANNOTATION = "rota/slot"
"""The slot that the Job was asked to be for, in RFC 3339: a console need not see the pod."""

# Of a Job's name: no digits, so that it is never taken for a slot, and no vowels, for words.
_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz"
_SUFFIX_LENGTH = 6
# With "-manual-", the suffix, and the index of an Indexed Job's pod below 63.
_CRONJOB_CHARACTERS = 45
_RUN = 2  # arguments: run TASK


def new_suffix() -> str:
    """Return what tells a Job's name from those of others."""
    return "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(_SUFFIX_LENGTH))


def manual_job(
    cronjob: Mapping[str, Any],
    *,
    suffix: str,
    slot: str | None = None,
    arguments: Sequence[str] = (),
) -> dict[str, Any]:
    """Return a Job of `cronjob`, as the API server has it, whose name ends with `suffix`.

    `slot`, in RFC 3339, and `arguments`, each `name=value`, are those of `run TASK` in the
    container. The owner reference is kubectl's own: one that
    blocks the owner's deletion would need another right. Raises UsageError where one
    of them is given and the container does not run `rota run TASK`.
    """
    metadata, template = cronjob["metadata"], cronjob["spec"]["jobTemplate"]
    told = template.get("metadata") or {}
    spec = dict(template["spec"])
    added = [] if slot is None else ["--slot", slot]
    added += [part for each in arguments for part in ("--arg", each)]
    if added:
        spec["template"] = _with_arguments(spec["template"], added, metadata["name"])
    annotations = {INSTANTIATE: "manual", **(told.get("annotations") or {})}
    if slot is not None:
        annotations[SLOT_ANNOTATION] = slot
    name = short_name(metadata["name"], max_characters=_CRONJOB_CHARACTERS)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{name}-manual-{suffix}",
            "namespace": metadata["namespace"],
            "labels": dict(told.get("labels") or {}),
            "annotations": annotations,
            "ownerReferences": [
                {
                    "apiVersion": "batch/v1",
                    "kind": "CronJob",
                    "name": metadata["name"],
                    "uid": metadata["uid"],
                    "controller": True,
                }
            ],
        },
        "spec": spec,
    }


def _with_arguments(
    template: Mapping[str, Any], arguments: Sequence[str], cronjob: str
) -> dict[str, Any]:
    containers = template["spec"]["containers"]
    changed = [_extended(each, arguments) if _runs_a_task(each) else each for each in containers]
    if changed == containers:
        raise UsageError(
            f"CronJob {cronjob} has no container with the arguments `run TASK`, which --slot and "
            "--arg could be added to"
        )
    return {**template, "spec": {**template["spec"], "containers": changed}}


def _runs_a_task(container: Mapping[str, Any]) -> bool:
    arguments = container.get("args") or []
    return (
        container.get("name") == CONTAINER_NAME
        and arguments[:1] == ["run"]
        and (len(arguments) >= _RUN)
    )


def _extended(container: Mapping[str, Any], arguments: Sequence[str]) -> dict[str, Any]:
    return {**container, "args": [*container["args"], *arguments]}
