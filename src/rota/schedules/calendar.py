"""The parsed form of a five-field text: bit masks, and the search for the next matching date.

Days are counted from the Unix epoch (day 0 is 1970-01-01, a Thursday), weekdays from Sunday = 0.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rota.model.errors import ScheduleError
from rota.schedules.fields import (
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    FIELD_SPECS,
    HOUR,
    MINUTE,
    MONTH,
    parse_field,
    split_fields,
)

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
LAST_YEAR = date.max.year - 1  # the last that is whole in every time zone

_DAYS_PER_WEEK = 7
# A mask of weekdays times this repeats it for as many weeks as a month can touch.
_EVERY_WEEK = sum(1 << week * _DAYS_PER_WEEK for week in range(6))
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_LONGEST_MONTHS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """When a five-field text fires, on the wall clock of whichever zone.

    `days_by_first_weekday[w]` is the mask of the matching days (bits 1 to 31) of a month that
    begins on weekday w: day of month and day of week in one, whichever way they are combined.
    """

    minutes: int
    hours: int
    months: int
    days_by_first_weekday: tuple[int, ...]
    every_day: bool
    first_minute: int
    first_minute_of_day: int

    def matches_date(self, day: int) -> bool:
        """Return whether the date `day` days after the epoch is one that fires."""
        return bool(self.months >> date_of(day).month & 1) and self.matches_day(day)

    def matches_day(self, day: int) -> bool:
        """Return whether day of month and day of week fire on that date, whatever its month."""
        at = date_of(day)
        first_weekday = (at.toordinal() + 1 - at.day) % _DAYS_PER_WEEK
        return bool(self.days_by_first_weekday[first_weekday] >> at.day & 1)

    def next_date(self, day: int, last_year: int) -> int | None:
        """Return the first matching date at or after `day`; None where it is after `last_year`."""
        at = date_of(day)
        year, month, first_day = at.year, at.month, at.day
        last_year = min(last_year, LAST_YEAR)
        while year <= last_year:
            later_months = self.months >> month
            if later_months & 1:
                first = date(year, month, 1).toordinal()
                days = self.days_by_first_weekday[first % _DAYS_PER_WEEK]
                days = days & month_mask(year, month) & -(1 << first_day)
                if days:
                    return first + lowest_bit(days) - 1 - EPOCH_ORDINAL
                later_months &= -2
            first_day = 1
            if later_months:
                month += lowest_bit(later_months)
                continue
            year += 1
            month = lowest_bit(self.months)
        return None


def date_of(day: int) -> date:
    """Return the date `day` days after the epoch."""
    return date.fromordinal(day + EPOCH_ORDINAL)


def lowest_bit(mask: int) -> int:
    """Return the number of the lowest set bit; `mask` has one."""
    return (mask & -mask).bit_length() - 1


def month_mask(year: int, month: int) -> int:
    """Return the mask of the days that a month has (bits 1 to 28, 29, 30 or 31)."""
    length = _LONGEST_MONTHS[month]
    if month == 2 and (year % 4 or (year % 100 == 0 and year % 400)):  # noqa: PLR2004 (February and the Gregorian rule)
        length = 28
    return (2 << length) - 2


@lru_cache(maxsize=4096)
def parse_calendar(text: str) -> CalendarRule:
    """Return the rule of a five-field text or a descriptor other than `@every`.

    Equal texts share one rule. ScheduleError where the text is refused or never fires.
    """
    parts = five_parts(text)
    masks, starred = [], []
    for part, spec in zip(parts, FIELD_SPECS, strict=True):
        try:
            ranges = parse_field(part, spec)
        except ScheduleError as error:
            raise ScheduleError(f"schedule {text!r} is refused: {error}") from None
        mask = 0
        for each in ranges:
            mask |= each.mask
        masks.append(mask)
        starred.append(any(each.starred for each in ranges))
    minutes, hours, doms, months, dows = masks
    _, _, dom_starred, _, dow_starred = starred
    days = _days_by_first_weekday(doms, dows, both_needed=dom_starred or dow_starred)
    for mask, spec in ((minutes, MINUTE), (hours, HOUR), (months, MONTH)):
        if not mask:
            raise ScheduleError(f"schedule {text!r} never fires: its {spec.name} field is empty")
    if not any(days):
        spec = DAY_OF_WEEK if dom_starred else DAY_OF_MONTH
        raise ScheduleError(f"schedule {text!r} never fires: its {spec.name} field is empty")
    if not _some_month_has_such_a_day(months, days):
        raise ScheduleError(
            f"schedule {text!r} never fires: no month that it names has a day that it names"
        )
    return CalendarRule(
        minutes=minutes,
        hours=hours,
        months=months,
        days_by_first_weekday=days,
        every_day=months == MONTH.full_mask and set(days) == {DAY_OF_MONTH.full_mask},
        first_minute=lowest_bit(minutes),
        first_minute_of_day=lowest_bit(hours) * 60 + lowest_bit(minutes),
    )


def five_parts(text: str) -> list[str]:
    """Return the five fields of a text, a descriptor written out; ScheduleError on refusal."""
    if "TZ" in text:  # the API server's own test
        raise ScheduleError(
            f"schedule {text!r} is refused: TZ= and CRON_TZ= are not allowed in a schedule, "
            "set timezone instead"
        )
    if text.startswith("@"):
        text = _expand_descriptor(text)
    parts = split_fields(text)
    if len(parts) != len(FIELD_SPECS):
        names = ", ".join(spec.name for spec in FIELD_SPECS)
        hint = {
            0: "it is empty; ",
            6: "seconds are not supported; ",
            7: "seconds and years are not supported; ",
        }.get(len(parts), "")
        raise ScheduleError(
            f"schedule {text!r} is refused: {hint}exactly five fields are needed ({names}), "
            f"not {len(parts)}"
        )
    return parts


def _expand_descriptor(text: str) -> str:
    expanded = _DESCRIPTORS.get(text)
    if expanded is not None:
        return expanded
    allowed = ", ".join([*_DESCRIPTORS, "@every <duration>"])
    hint = ""
    if text == "@reboot":
        hint = "to run a task at the start, set run_on_start; "
    elif text.strip().lower() in _DESCRIPTORS:
        hint = f"write it as {text.strip().lower()}; "
    elif text.startswith("@every"):
        hint = "exactly one blank and a duration follow @every, as in @every 90m; "
    raise ScheduleError(f"schedule {text!r} is refused: {hint}allowed are {allowed}")


def _days_by_first_weekday(doms: int, dows: int, *, both_needed: bool) -> tuple[int, ...]:
    masks = []
    weekdays = dows * _EVERY_WEEK
    for first_weekday in range(_DAYS_PER_WEEK):
        by_weekday = weekdays >> first_weekday << 1 & DAY_OF_MONTH.full_mask
        masks.append(doms & by_weekday if both_needed else doms | by_weekday)
    return tuple(masks)


def _some_month_has_such_a_day(months: int, days: tuple[int, ...]) -> bool:
    # A star never narrows the other field, so what a month lacks it lacks on all seven weekdays.
    return any(
        months >> month & 1 and mask & ((2 << length) - 2)
        for month, length in enumerate(_LONGEST_MONTHS)
        for mask in days
    )
