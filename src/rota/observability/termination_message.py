"""The few bytes that Kubernetes keeps of a pod's end."""

import json
import os
from pathlib import Path
from typing import Any

from rota.clock import rfc3339
from rota.redaction import redact
from rota.runs.events import RunEvent, RunFinished
from rota.runs.outcome import RunResult

# The kubelet reads no more (pkg/kubelet/container/runtime.go, MaxContainerTerminationMessageLength).
MAX_MESSAGE_BYTES = 4096


class TerminationMessage:
    """Writes the end of a run to `path`, where Kubernetes has put that file; elsewhere nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: RunEvent) -> None:
        """Write the message of a finished run; the other events are no business of a pod's end."""
        if isinstance(event, RunFinished):
            write_message(self._path, describe(event.result))


def describe(result: RunResult) -> dict[str, Any]:
    """Return what is worth keeping of a run, JSON-ready."""
    run = result.run
    message: dict[str, Any] = {
        "task": run.task,
        "outcome": result.outcome.value,
        "exit_code": int(result.exit_code),
        "run_id": run.run_id,
        "trigger": run.trigger.value,
        "slot": rfc3339(run.slot) if run.slot else None,
        "duration_seconds": round(result.duration_seconds, 3),
    }
    if result.counts:
        message["counts"] = dict(result.counts)
    if result.reason:
        message["reason"] = result.reason
    return message


def write_message(path: Path, message: dict[str, Any]) -> None:
    """Write `message` as JSON, its `reason` cut so that all fits; silent where it cannot be."""
    text = encode(message)
    try:
        # Not created: outside Kubernetes nobody asked for a file in /dev.
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(descriptor, text)
    except OSError:
        return
    finally:
        os.close(descriptor)


def encode(message: dict[str, Any]) -> bytes:
    """Return JSON in UTF-8 of at most `MAX_MESSAGE_BYTES`, cut between two characters."""
    message = {
        key: redact(value) if isinstance(value, str) else value for key, value in message.items()
    }
    encoded = _json(message)
    reason = message.get("reason", "")
    while len(encoded) > MAX_MESSAGE_BYTES and reason:
        # Halving rather than counting: how many bytes a character takes depends on its escapes.
        reason = reason[: len(reason) // 2]
        encoded = _json({**message, "reason": reason + "…"})
    if len(encoded) > MAX_MESSAGE_BYTES:
        message.pop("counts", None)
        encoded = _json({**message, "reason": reason})
    return encoded


def _json(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, default=str).encode("utf-8", "replace")
