"""Instants and spans of time as people write them."""

import re
from datetime import datetime, timedelta

from rota.model.clock import instant
from rota.model.errors import UsageError
from rota.schedules import load_zone

Instant = datetime | str
"""An aware datetime, RFC 3339 as `2027-03-28T00:30:00Z`, or `2027-03-28 01:30 Europe/Berlin`."""
Span = timedelta | str
"""A timedelta, or a text as `30d`, `1h30m` or `90s`."""
Moment = Instant | Span
"""An instant, or how long after the start."""

_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?) ([A-Za-z][\w+/-]*)")
_UNIT_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def epoch_of(value: Instant, name: str) -> float:
    """Return an instant as an epoch time. Raises UsageError, which says `name`."""
    if isinstance(value, str):
        local = _LOCAL.fullmatch(value)
        if local is not None:
            return _epoch_of_local(datetime.fromisoformat(local[1]), local[2])
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise UsageError(f"{name} {value!r} is not an instant: {_FORMS}") from None
    if value.tzinfo is None:
        raise UsageError(f"{name} {value.isoformat()!r} has no time zone: {_FORMS}")
    return value.timestamp()


_FORMS = (
    "write RFC 3339, as 2027-03-28T00:30:00Z, or a local time with its zone, as "
    "2027-03-28 01:30 Europe/Berlin"
)


def _epoch_of_local(local: datetime, zone_name: str) -> float:
    # The wall clock, counted as if it were UTC.
    shown = int(local.replace(tzinfo=instant(0).tzinfo).timestamp())
    return float(load_zone(zone_name).resolve(shown))


def seconds_of(value: Span, name: str) -> float:
    """Return a span in seconds, negative for one that begins with `-`. Raises UsageError."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    sign, text = (-1, value[1:]) if value.startswith("-") else (1, value)
    match = _SPAN.fullmatch(text)
    if not text or match is None:
        raise UsageError(
            f"{name} {value!r} is not a span of time: write days, hours, minutes and seconds, "
            "as 30d, 1h30m or 90s"
        )
    parts = zip(match.groups(), _UNIT_SECONDS.values(), strict=True)
    return float(sign * sum(int(number or 0) * seconds for number, seconds in parts))


def elapsed_of(moment: Moment, start: float, name: str) -> float:
    """Return how many seconds after the epoch time `start` a moment is. Raises UsageError."""
    if isinstance(moment, timedelta):
        return moment.total_seconds()
    if isinstance(moment, str) and _SPAN.fullmatch(moment):
        return seconds_of(moment, name)
    return epoch_of(moment, name) - start
