"""Instants and spans of time as people write them."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

from rota.model.errors import UsageError
from rota.model.plain import plain_repr
from rota.schedules.moments import read_moment, read_span

Instant = datetime | str
"""An aware datetime, RFC 3339 as `2027-03-28T00:30:00Z`, or `2027-03-28 01:30 Europe/Berlin`."""
Span = timedelta | str
"""A timedelta, or a text as `30d`, `1h30m` or `90s`."""
Moment = Instant | Span
"""An instant, or how long after the start."""

# The clocks of all zones are still in the year 9998 then.
LAST_EPOCH_SECONDS = datetime(9998, 12, 30, tzinfo=UTC).timestamp()


def epoch_of(value: Instant, name: str) -> float:
    """Return an instant as an epoch time. Raises UsageError, which says `name`."""
    _check_type(value, datetime, name, "an aware datetime or a text")
    if isinstance(value, str):
        try:
            value = read_moment(value)
        except ValueError as error:
            raise UsageError(f"{name} {value!r} is not an instant: {error}") from None
    if value.tzinfo is None:
        raise UsageError(f"{name} {value.isoformat()!r} has no time zone: write one with UTC")
    return value.timestamp()


def seconds_of(value: Span, name: str) -> float:
    """Return a span in seconds, negative for one that begins with `-`. Raises UsageError."""
    _check_type(value, timedelta, name, "a timedelta or a text")
    if isinstance(value, timedelta):
        return value.total_seconds()
    try:
        return float(read_span(value))
    except ValueError as error:
        raise UsageError(f"{name} {value!r} is not a span of time: {error}") from None


def _check_type(value: Any, wanted: type, name: str, allowed: str) -> None:
    if not isinstance(value, str | wanted):
        raise UsageError(f"{name} must be {allowed}, not {plain_repr(value, 80)}")


def elapsed_of(moment: Moment, start: float, name: str) -> float:
    """Return how many seconds after the epoch time `start` a moment is. Raises UsageError."""
    if isinstance(moment, timedelta):
        return moment.total_seconds()
    if isinstance(moment, str) and not moment.startswith("-"):
        with contextlib.suppress(ValueError):
            return float(read_span(moment))
    return epoch_of(moment, name) - start
