"""Warnings for schedules that are valid and do not mean what they seem to."""

from datetime import UTC, datetime

from rota.schedules.calendar import five_parts, parse_calendar
from rota.schedules.every import Every
from rota.schedules.fields import (
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    FIELD_SPECS,
    HOUR,
    FieldSpec,
    Range,
    parse_field,
)
from rota.schedules.mapping import parse_schedule
from rota.schedules.zones import SECONDS_PER_DAY, load_zone

# Changes of the clock are looked for in these years: enough for each date to meet one.
_CHANGES_FROM = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
_CHANGES_UNTIL = int(datetime(2046, 1, 1, tzinfo=UTC).timestamp())
_CYCLES = {"minute": "hour", "hour": "day", "day-of-month": "month", "month": "year"}


def warnings_for(
    text: str,
    timezone: str = "Etc/UTC",
    *,
    changes_from: int = _CHANGES_FROM,
    changes_until: int = _CHANGES_UNTIL,
) -> list[str]:
    """Return what a reader of `text` may not expect, a sentence each; empty if there is none.

    Changes of the clock are looked for between two epoch times, by default over twenty years.
    ScheduleError where `parse_schedule` refuses the text or the zone.
    """
    if isinstance(parse_schedule(text, timezone), Every):
        warning = (
            f"{text!r} has no fixed times, a CronJob counts from its creation: "
            "use an interval or five fields for times that do not depend on it"
        )
        return [warning]
    parts = [
        (part, spec, parse_field(part, spec))
        for part, spec in zip(five_parts(text), FIELD_SPECS, strict=True)
    ]
    warnings = [
        caveat
        for part, spec, ranges in parts
        for each in ranges
        if (caveat := _step_warning(part, spec, each))
    ]
    days = [(part, ranges) for part, spec, ranges in parts if spec in (DAY_OF_MONTH, DAY_OF_WEEK)]
    if all(ranges and not any(each.starred for each in ranges) for _, ranges in days):
        warnings.append(
            f"day-of-month {days[0][0]!r} and day-of-week {days[1][0]!r} are both restricted: "
            "it fires on days that match either of them, not both"
        )
    return warnings + _clock_change_warnings(text, timezone, changes_from, changes_until)


def _step_warning(part: str, spec: FieldSpec, each: Range) -> str | None:
    size = spec.maximum - spec.minimum + 1
    whole = each.first == spec.minimum and each.last == spec.maximum
    if not whole or each.step == 1:
        return None
    cycle = _CYCLES.get(spec.name, "week")
    if each.step >= size:
        return (
            f"the {spec.name} step in {part!r} is longer than its {cycle}: "
            f"it fires at {spec.name} {spec.minimum} only, once in each {cycle}"
        )
    if spec is DAY_OF_MONTH:
        return f"the day-of-month steps in {part!r} restart on the 1st of each month"
    if size % each.step:
        last = each.first + (size - 1) // each.step * each.step
        gap = spec.maximum + 1 - last
        return (
            f"the {spec.name} steps in {part!r} restart with each {cycle}: from {last} to "
            f"{spec.minimum} it is {gap}, not {each.step}"
        )
    return None


def _clock_change_warnings(text: str, timezone: str, first: int, until: int) -> list[str]:
    rule, zone = parse_calendar(text), load_zone(timezone)
    if rule.hours == HOUR.full_mask:
        return []  # each hour that passes has its runs, however the clock is moved by whole hours
    skipped: set[str] = set()
    doubled: set[str] = set()
    for before, after in zone.changes(first, until):
        low, high = sorted((after.start + before.offset, after.start + after.offset))
        times = skipped if after.offset > before.offset else doubled
        for local in range(low, high, 60):
            day, second = divmod(local, SECONDS_PER_DAY)
            hour, minute = divmod(second // 60, 60)
            if rule.hours >> hour & rule.minutes >> minute & 1 and rule.matches_date(day):
                times.add(f"{hour:02}:{minute:02}")
    effects = (
        (skipped, "skipped on days when the clock jumps forward over it"),
        (doubled, "run twice on days when the clock goes back over it"),
    )
    return [
        f"the run at {min(times)} in {timezone} is {effect}; Etc/UTC has no such days"
        for times, effect in effects
        if times
    ]
