"""Instants and spans of time as people write them: at the terminal, in a URL and in a test."""

import re
from datetime import UTC, datetime

from rota.model.clock import instant
from rota.model.errors import ScheduleError
from rota.schedules.base import epoch_seconds
from rota.schedules.zones import load_zone

_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?) ([A-Za-z][\w+/-]*)")
_FORMS = (
    "write an instant with its zone, in RFC 3339 such as 2027-03-28T00:30:00Z or "
    "2027-03-28T01:30:00+01:00, or as local time such as '2027-03-28 01:30 Europe/Berlin'"
)

_UNIT_SECONDS = (86_400, 3600, 60, 1)
# As many digits as any span of these calendars needs: Python refuses to read thousands of them.
_SPAN = re.compile(
    r"(-?)(?=\d)(?:(\d{1,12})d)?(?:(\d{1,12})h)?(?:(\d{1,12})m)?(?:(\d{1,12})s)?", re.ASCII
)


def read_span(text: str) -> int:
    """Return the seconds of a span such as `1d12h`, negative ones of one that begins with `-`.

    Raises ValueError, which says how to write one.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError("write days, hours, minutes and seconds, as 30d, 1h30m or 90s")
    sign, *numbers = match.groups()
    parts = zip(numbers, _UNIT_SECONDS, strict=True)
    seconds = sum(int(number or 0) * unit for number, unit in parts)
    return -seconds if sign else seconds


def read_moment(text: str) -> datetime:
    """Return the aware instant of RFC 3339, or of a local time with a zone of the tz database.

    Of a local time that occurs twice or not at all, the instant is the one that a schedule there
    takes. Raises ValueError, which says how to write one, or that the zone is unknown.
    """
    local = _LOCAL.fullmatch(text)
    try:
        found = datetime.fromisoformat(text if local is None else local[1])
    except ValueError:
        raise ValueError(_FORMS) from None
    if local is not None:
        return _in_zone(found, local[2])
    if found.tzinfo is None or len(text) <= len("2026-11-25"):
        raise ValueError(_FORMS)
    try:
        # Some of the first and last hours that can be written are none in UTC.
        found.astimezone(UTC)
    except OverflowError:
        raise ValueError(_FORMS) from None
    return found


def _in_zone(shown: datetime, zone_name: str) -> datetime:
    try:
        zone = load_zone(zone_name)
    except ScheduleError as error:
        raise ValueError(str(error)) from None
    return instant(zone.resolve(epoch_seconds(shown.replace(tzinfo=UTC))))
