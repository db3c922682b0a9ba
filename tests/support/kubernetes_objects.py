"""Objects as a Kubernetes 1.34 API server sends them, less what nothing here reads."""

import json
from datetime import UTC, datetime

CRONJOB_UID = "4a1b0c52-0000-4000-8000-00000000c0de"
JOB_UID = "77f0a2f1-0000-4000-8000-0000000000b1"
SLOT = 1_764_122_400  # 2025-11-26T02:00:00Z, a minute and an hour


def moment(epoch_seconds):
    """Return an epoch time as Kubernetes writes it: whole seconds."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def cronjob(name="rota-cleanup", task="cleanup", *, uid=CRONJOB_UID, created=SLOT - 7200, **spec):
    status = spec.pop("status", {})
    return {
        "metadata": {
            "name": name,
            "uid": uid,
            "namespace": "shop",
            "creationTimestamp": moment(created),
            "labels": {"rota/task": task, "app.kubernetes.io/instance": "rota"},
        },
        "spec": {
            "schedule": "0 * * * *",
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "suspend": False,
            **spec,
        },
        "status": status,
    }


def job(
    slot=SLOT,
    *,
    uid=JOB_UID,
    created=None,
    manual=None,
    annotated=True,
    conditions=(),
    cronjob_name="rota-cleanup",
    cronjob_uid=CRONJOB_UID,
    labels=None,
    **status,
):
    """A Job of the controller, or, where `manual` is its name, one of `kubectl create job --from`.

    `conditions` are pairs of a type and a reason, or triples with a message.
    """
    created = (slot or SLOT) + 1 if created is None else created
    annotations = {}
    if manual:
        annotations["cronjob.kubernetes.io/instantiate"] = "manual"
    elif annotated:
        annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = moment(slot)
    return {
        "metadata": {
            "name": manual or f"{cronjob_name}-{slot // 60}",
            "uid": uid,
            "namespace": "shop",
            "creationTimestamp": moment(created),
            "labels": {"rota/task": "cleanup"} if labels is None else labels,
            "annotations": annotations,
            "ownerReferences": [
                {
                    "apiVersion": "batch/v1",
                    "kind": "CronJob",
                    "name": cronjob_name,
                    "uid": cronjob_uid,
                    "controller": True,
                }
            ],
        },
        "spec": {"backoffLimit": 2},
        "status": {
            "startTime": moment(created),
            "conditions": [_condition(created + 60, *each) for each in conditions],
            **status,
        },
    }


def _condition(at, kind, reason, message=""):
    return {
        "type": kind,
        "status": "True",
        "reason": reason,
        "message": message,
        "lastTransitionTime": moment(at),
    }


def pod(name="rota-cleanup-29402040-x7k2p", *, of=JOB_UID, created=SLOT + 1, state=None, **more):
    """A pod of a Job; `state` is that of its container, `status` and `last_state` add to it."""
    container = {"name": "rota", "state": state or {}, "lastState": more.pop("last_state", {})}
    return {
        "metadata": {
            "name": name,
            "uid": f"{name}-uid",
            "namespace": "shop",
            "creationTimestamp": moment(created),
            "labels": {
                "rota/task": "cleanup",
                "batch.kubernetes.io/job-name": "rota-cleanup-29402040",
                "batch.kubernetes.io/controller-uid": of,
            },
            "ownerReferences": [
                {"kind": "Job", "name": "rota-cleanup-29402040", "uid": of, "controller": True}
            ],
        },
        "spec": {"nodeName": "node-1"},
        "status": {
            "containerStatuses": [container] if state is not None else [],
            **more.pop("status", {}),
        },
    }


def ended(code, *, start=SLOT + 5, end=SLOT + 9, reason=None, message=None):
    """The state of a container that has ended; `message` is its termination message."""
    if isinstance(message, dict):
        message = json.dumps(message)
    return {
        "terminated": {
            "exitCode": code,
            "reason": reason or ("Completed" if code == 0 else "Error"),
            "startedAt": moment(start),
            "finishedAt": moment(end),
            **({"message": message} if message is not None else {}),
        }
    }


def waiting(reason, message=""):
    return {"waiting": {"reason": reason, "message": message}}


def running(start=SLOT + 5):
    return {"running": {"startedAt": moment(start)}}
