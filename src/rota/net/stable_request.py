"""A request without what differs between attempts: the time of the clock, the run, the pod.

A second attempt at a slot sends the same work with other times and another run id. What
distinguishes two pieces of work must stay: if they had the same key, the API would do only the
first. So only what certainly belongs to the attempt is removed, not everything that looks random.
"""

import re
import socket
from datetime import UTC, datetime
from urllib.parse import unquote, unquote_plus

from rota.model.run import Run

# A task may read the clock before its first request, and cut a time to whole seconds.
_SLACK_SECONDS = 2.0
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
_EPOCH = re.compile(r"(?<![\w.])(\d{10})(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?(?![\w.])")
_BOUNDARY = re.compile(r'boundary="?([^";,]+)')
# Names that Kubernetes and Docker generate for a pod or container: each attempt has another one.
_GENERATED_HOST = re.compile(r".+-[bcdfghjklmnpqrstvwxz2456789]{5}|[0-9a-f]{12}")
_REMOVED = "<this try>"


class StableRequest:
    """Removes what belongs to this attempt of `run`, from `started_at` to `now`."""

    def __init__(self, run: Run, started_at: float, now: float) -> None:
        self._run = run
        self._earliest = started_at - _SLACK_SECONDS
        self._latest = now + _SLACK_SECONDS
        # The slot too: a time in whole seconds equals it only in an attempt that is on time.
        self._instants = {int(run.deadline.timestamp())}
        if run.slot is not None:
            self._instants.add(int(run.slot.timestamp()))

    def target(self, target: str) -> str:
        """Return a path with its query."""
        return self._text(unquote(target))

    def body(self, body: bytes, content_type: str) -> str:
        """Return a body, as text."""
        # One character per byte, so that bytes which are not text are kept.
        text = body.decode("latin-1")
        if content_type.startswith("application/x-www-form-urlencoded"):
            text = unquote_plus(text)
        boundary = _BOUNDARY.search(content_type)
        if boundary is not None:
            text = text.replace(boundary[1], _REMOVED)
        return self._text(text)

    def _text(self, text: str) -> str:
        text = text.replace(self._run.run_id, _REMOVED)
        host = socket.gethostname()
        if _GENERATED_HOST.fullmatch(host):
            text = text.replace(host, _REMOVED)
        text = _TIME.sub(self._without_time, text)
        return _EPOCH.sub(self._without_epoch, text)

    def _without_time(self, match: re.Match[str]) -> str:
        return _REMOVED if any(map(self._is_now, _epochs(match[0]))) else match[0]

    def _without_epoch(self, match: re.Match[str]) -> str:
        return _REMOVED if self._is_now(int(match[1])) else match[0]

    def _is_now(self, epoch: float) -> bool:
        return self._earliest <= epoch <= self._latest or int(epoch) in self._instants


def _epochs(text: str) -> list[float]:
    """Return the possible epochs of a time: without a zone it is in UTC or the machine's zone."""
    try:
        moment = datetime.fromisoformat(text.replace("UTC", "Z").replace(" Z", "Z"))
        if moment.tzinfo is not None:
            return [moment.timestamp()]
        return [moment.timestamp(), moment.replace(tzinfo=UTC).timestamp()]
    except (ValueError, OverflowError):
        return []
