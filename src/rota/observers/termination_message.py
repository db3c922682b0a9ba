"""The few bytes that Kubernetes keeps of a pod's end."""

import json
import os
from bisect import bisect_right
from pathlib import Path
from typing import Any

from rota.logs.redaction import redact
from rota.model.events import RunEvent, RunFinished

# The kubelet reads no more (MaxContainerTerminationMessageLength in kubelet/container/runtime.go).
MAX_MESSAGE_BYTES = 4096
# What the counts may take once not everything fits.
_LONG_BYTES = 1024


class TerminationMessage:
    """Writes the end of a run to `path`, where Kubernetes has put that file; elsewhere nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: RunEvent) -> None:
        """Write the message of a finished run; the other events do not concern a pod's end."""
        if isinstance(event, RunFinished):
            write_message(self._path, event.record.facts())


def write_message(path: Path, message: dict[str, Any]) -> None:
    """Write `message` as JSON, its `reason` cut so that all fits; silent where it cannot be."""
    text = encode(message)
    try:
        # Not created: outside Kubernetes nobody asked for a file in /dev. Not waited for, should
        # it be a pipe that nobody reads.
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NONBLOCK)
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
    if len(_json(message)) > MAX_MESSAGE_BYTES and len(_json(message.get("counts"))) > _LONG_BYTES:
        # The log has them; why the run ended matters more.
        del message["counts"]
    encoded = _json(message)
    if len(encoded) <= MAX_MESSAGE_BYTES:
        return encoded
    reason = message.get("reason", "")

    def size(characters: int) -> int:
        return len(_json({**message, "reason": f"{reason[:characters]}…"}))

    # Tried rather than counted: how many bytes a character takes depends on its escapes.
    kept = bisect_right(range(len(reason)), MAX_MESSAGE_BYTES, key=size) - 1
    return _json({**message, "reason": f"{reason[:kept]}…"})


def _json(message: Any) -> bytes:
    text = json.dumps(message, ensure_ascii=False, default=str, skipkeys=True)
    return text.encode("utf-8", "replace")
