"""The next fire time around a change of a zone's clock, found step by step as robfig/cron does.

Near such a change robfig/cron's answer depends on the way that its search takes: months and days
are added on the wall clock, hours and minutes in elapsed time, and midnights that do not exist
are stepped around. The CronJob controller inherits every oddity of that (in the Lord Howe
autumn a text for 02:15 is passed over), so rota takes the same way there. Elsewhere the
arithmetic of `rota.schedules.cron` gives the same answers at once.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from rota.schedules.calendar import EPOCH_ORDINAL, LAST_YEAR, CalendarRule, date_of
from rota.schedules.zones import SECONDS_PER_DAY, Zone

HORIZON_YEARS = 5

_HOUR_SECONDS = 3600
_HOURS_PER_DAY = 24
_NOON = 12


class _Level(NamedTuple):
    """One unit of the search, coarse to fine; all functions take and return epoch seconds."""

    matches: Callable[[CalendarRule, Zone, int], bool]
    floor: Callable[[Zone, int], int]
    step: Callable[[Zone, int], int]
    rolled_over: Callable[[Zone, int], bool]


def walk(rule: CalendarRule, zone: Zone, after: int) -> int | None:
    """Return the first fire time strictly after `after`, both in UTC epoch seconds.

    None where there is none in this calendar year of the zone or the five after it.
    """
    last_year = min(_date(zone, after + 1).year + HORIZON_YEARS, LAST_YEAR)
    return walk_on(rule, zone, after + 1, last_year, floored=False)


def walk_on(
    rule: CalendarRule, zone: Zone, epoch: int, last_year: int, *, floored: bool
) -> int | None:
    """Return the first fire time at or after `epoch` and not after `last_year`, as `walk` does.

    `floored` says that the search has stepped already, so that `epoch` begins a unit of time. The
    first step of a search goes back to the beginning of the unit that does not match.
    """
    level = 0
    while level < len(_LEVELS):
        if level == 0 and _date(zone, epoch).year > last_year:
            return None
        unit = _LEVELS[level]
        if unit.matches(rule, zone, epoch):
            level += 1
            continue
        if not floored:
            floored = True
            epoch = unit.floor(zone, epoch)
        epoch = unit.step(zone, epoch)
        if unit.rolled_over(zone, epoch):
            level = 0
    return epoch


def _date(zone: Zone, epoch: int) -> date:
    return date_of(zone.local(epoch) // SECONDS_PER_DAY)


def _hour(zone: Zone, epoch: int) -> int:
    return zone.local(epoch) // _HOUR_SECONDS % _HOURS_PER_DAY


def _minute(zone: Zone, epoch: int) -> int:
    return zone.local(epoch) // 60 % 60


def _floor_to_month(zone: Zone, epoch: int) -> int:
    first = _date(zone, epoch).replace(day=1)
    return zone.resolve((first.toordinal() - EPOCH_ORDINAL) * SECONDS_PER_DAY)


def _next_month(zone: Zone, epoch: int) -> int:
    # The day of the month is kept, and runs into the month after where there is no such day.
    at = _date(zone, epoch)
    first = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    day = first.toordinal() + at.day - 1 - EPOCH_ORDINAL
    return zone.resolve(day * SECONDS_PER_DAY + zone.local(epoch) % SECONDS_PER_DAY)


def _floor_to_day(zone: Zone, epoch: int) -> int:
    local = zone.local(epoch)
    return zone.resolve(local - local % SECONDS_PER_DAY)


def _next_day(zone: Zone, epoch: int) -> int:
    following = zone.resolve(zone.local(epoch) + SECONDS_PER_DAY)
    if following <= epoch:
        # A day that the zone left out (Apia, 2011-12-30): robfig/cron never returns from there.
        return zone.span(epoch).end
    hour = _hour(zone, following)
    if hour > _NOON:
        return following + (_HOURS_PER_DAY - hour) * _HOUR_SECONDS
    return following - hour * _HOUR_SECONDS


def _floor_to_hour(zone: Zone, epoch: int) -> int:
    local = zone.local(epoch)
    return zone.resolve(local - local % _HOUR_SECONDS)


_LEVELS = (
    _Level(
        matches=lambda rule, zone, epoch: bool(rule.months >> _date(zone, epoch).month & 1),
        floor=_floor_to_month,
        step=_next_month,
        rolled_over=lambda zone, epoch: _date(zone, epoch).month == 1,
    ),
    _Level(
        matches=lambda rule, zone, epoch: rule.matches_day(zone.local(epoch) // SECONDS_PER_DAY),
        floor=_floor_to_day,
        step=_next_day,
        rolled_over=lambda zone, epoch: _date(zone, epoch).day == 1,
    ),
    _Level(
        matches=lambda rule, zone, epoch: bool(rule.hours >> _hour(zone, epoch) & 1),
        floor=_floor_to_hour,
        step=lambda _zone, epoch: epoch + _HOUR_SECONDS,
        rolled_over=lambda zone, epoch: _hour(zone, epoch) == 0,
    ),
    _Level(
        matches=lambda rule, zone, epoch: bool(rule.minutes >> _minute(zone, epoch) & 1),
        floor=lambda zone, epoch: epoch - zone.local(epoch) % 60,
        step=lambda _zone, epoch: epoch + 60,
        rolled_over=lambda zone, epoch: _minute(zone, epoch) == 0,
    ),
    _Level(
        matches=lambda _rule, zone, epoch: zone.local(epoch) % 60 == 0,
        floor=lambda _zone, epoch: epoch,
        step=lambda zone, epoch: epoch + 60 - zone.local(epoch) % 60,
        rolled_over=lambda _zone, _epoch: True,
    ),
)
