"""What a pod tells of its attempt: why it has not started, or how it ended. No I/O."""

import json
from collections.abc import Mapping
from typing import Any

from rota.kubernetes.manifests.pod_failure_policy import CONTAINER_NAME
from rota.kubernetes.watching.fields import (
    Fields,
    created_at,
    epoch,
    name_of,
    part,
    parts,
    sentence,
    true_condition,
)
from rota.ledger.attempts import Attempt
from rota.model.exit_codes import ExitCode, meaning_of

# A pod that has just been made waits for this, and for nothing that is wrong.
_ORDINARY_WAITS = {"ContainerCreating", "PodInitializing"}
_MOST_CHARACTERS = 500
# What the kubelet says of an end for which there is nothing to say.
_ORDINARY_ENDS = {"Error", "Completed"}


def attempt_of(pod: Fields) -> Attempt:
    """Return what is known of a pod's attempt."""
    end = _end(pod)
    message = _message(end)
    started = end.get("startedAt") or _container(pod).get("running", {}).get("startedAt")
    code = end.get("exitCode")
    scheduled = true_condition(pod, "PodScheduled") or {}
    return Attempt(
        pod=name_of(pod),
        node=part(pod, "spec").get("nodeName"),
        exit_code=code if isinstance(code, int) else None,
        reason=_reason(pod, end, message),
        created_at=created_at(pod),
        started_at=epoch(started),
        ended_at=epoch(end.get("finishedAt")),
        message=message,
        scheduled_at=epoch(scheduled.get("lastTransitionTime")),
    )


def _container(pod: Fields) -> Fields:
    """Return the state of rota's container; of the only one, where it has another name."""
    statuses = parts(part(pod, "status"), "containerStatuses")
    for status in statuses:
        if status.get("name") == CONTAINER_NAME or len(statuses) == 1:
            return part(status, "state") or {}
    return {}


def _end(pod: Fields) -> Fields:
    """Return how rota's container ended: now, or before it was started again in the same pod."""
    ended = part(_container(pod), "terminated")
    if ended:
        return ended
    for status in parts(part(pod, "status"), "containerStatuses"):
        before = part(status, "lastState", "terminated")
        if status.get("name") == CONTAINER_NAME and before:
            return before
    return {}


def _message(end: Fields) -> Mapping[str, Any]:
    """Return rota's own last words; what the end of a log says as `text`."""
    text = end.get("message")
    if not isinstance(text, str) or not text.strip():
        return {}
    try:
        # No ledger keeps halves of characters, and no answer of the API has NaN.
        whole = json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False)
        message = json.loads(whole.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        # An application may write anything.
        message = None
    if isinstance(message, dict):
        return message
    return {"text": text.strip().splitlines()[-1].strip()[:_MOST_CHARACTERS]}


def _reason(pod: Fields, end: Fields, message: Mapping[str, Any]) -> str | None:
    lost = _taken_away(pod)
    if lost:
        return lost
    if not end:
        return _not_started(pod)
    code = end.get("exitCode")
    if code == ExitCode.SUCCEEDED:
        return None
    text = message.get("reason") or message.get("text")
    if end.get("reason") == "OOMKilled":
        return sentence("OOMKilled", "the container used more memory than its limit")
    if isinstance(text, str):
        return text
    kubelets = None if end.get("reason") in _ORDINARY_ENDS else end.get("reason")
    return sentence(kubelets, meaning_of(code) if isinstance(code, int) else None)


def _taken_away(pod: Fields) -> str | None:
    """Return what took the pod away, such as a drained node: no fault of the task's."""
    disruption, status = true_condition(pod, "DisruptionTarget"), part(pod, "status")
    if status.get("reason"):
        # Evicted, NodeLost, UnexpectedAdmissionError and the like.
        return sentence(status["reason"], status.get("message"))
    return sentence(disruption.get("reason"), disruption.get("message")) if disruption else None


def _not_started(pod: Fields) -> str | None:
    """Return what a pod is waiting for, unless that is ordinary or over."""
    status = part(pod, "status")
    for each in (*parts(status, "initContainerStatuses"), *parts(status, "containerStatuses")):
        waiting, ended = part(each, "state", "waiting"), part(each, "state", "terminated")
        if waiting and waiting.get("reason") not in _ORDINARY_WAITS:
            return sentence(waiting.get("reason"), waiting.get("message"))
        if ended.get("exitCode") and each.get("name") != CONTAINER_NAME:
            return f"container {each.get('name')} ended with {ended['exitCode']}"
    for condition in parts(status, "conditions"):
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return sentence(condition.get("reason"), condition.get("message"))
    return None
