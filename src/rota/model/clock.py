"""The wall clock as an argument. Durations are measured with the event loop's own `time()`."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """The wall-clock time. It may jump in either direction, like a real clock."""

    def timestamp(self) -> float:
        """Return seconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's clock: the only reader of wall time in rota."""

    def timestamp(self) -> float:
        """Return seconds since the Unix epoch."""
        return time.time()


def instant(epoch_seconds: float) -> datetime:
    """Return the aware UTC moment of an epoch time."""
    return datetime.fromtimestamp(epoch_seconds, UTC)


# All tasks that are due together have the same slot, and format it several times each.
@lru_cache(maxsize=64)
def rfc3339(moment: datetime) -> str:
    """Return `2026-11-24T03:00:00Z`; with a fraction of a second only if there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def duration_text(seconds: float) -> str:
    """Return `1h30m`, `45s`, `2d`: days to seconds, without units that are zero."""
    whole = int(seconds)
    if whole != seconds:
        return f"{seconds:g}s"
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        number, whole = divmod(whole, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"
