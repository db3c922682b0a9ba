"""The five fields of a crontab as cronie reads them, and the same as rota's cron text.

Source: `src/entry.c` of cronie. Masks: bit n set means that the value n fires; Sunday is bit 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rota.model.errors import ScheduleError
from rota.schedules.calendar import EPOCH_ORDINAL
from rota.schedules.fields import (
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    FIELD_SPECS,
    HOUR,
    MINUTE,
    MONTH,
    FieldSpec,
    parse_field,
)

_SUNDAY_TOO = 7
_HINT = "cron itself refuses this line"
SHORTCUTS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


@dataclass(frozen=True, slots=True)
class CronRule:
    """When cronie runs a line, on the wall clock.

    `both_days`: a day must match day of month and day of week, since one of them begins with `*`
    (`*/2` too); otherwise one of them is enough. `wildcard`: minute or hour begins with `*`, so
    that the job follows the clock when that is changed, rather than be made up for.
    """

    parts: tuple[str, ...]
    minutes: int
    hours: int
    days: int
    months: int
    weekdays: int
    both_days: bool
    wildcard: bool

    def fires_on(self, day: int) -> bool:
        """Return whether it runs on the date `day` days after 1970-01-01."""
        at = date.fromordinal(day + EPOCH_ORDINAL)
        day_matches = bool(self.days >> at.day & 1)
        weekday_matches = bool(self.weekdays >> at.isoweekday() % 7 & 1)
        matches = (
            day_matches and weekday_matches if self.both_days else day_matches or weekday_matches
        )
        return matches and bool(self.months >> at.month & 1)


def parse_rule(parts: Sequence[str]) -> CronRule:
    """Return the rule of five fields; ScheduleError where cronie refuses one."""
    minutes, hours, days, months, weekdays = (
        _mask(part, spec) for part, spec in zip(parts, FIELD_SPECS, strict=True)
    )
    starred = [part.startswith("*") for part in parts]
    return CronRule(
        parts=tuple(parts),
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=weekdays,
        both_days=starred[2] or starred[4],
        wildcard=starred[0] or starred[1],
    )


def five_fields(rule: CronRule) -> str | None:
    """Return the text for rota and Kubernetes that means the same on the wall clock.

    None where there is none: both days restricted, and both required.
    """
    _, _, day_part, _, weekday_part = rule.parts
    every_day = rule.days == DAY_OF_MONTH.full_mask
    every_weekday = rule.weekdays == DAY_OF_WEEK.full_mask
    if rule.both_days and not (every_day or every_weekday):
        return None
    if not rule.both_days and (every_day or every_weekday):
        day, weekday = "*", "*"  # one of the two is enough, and one always matches
    else:
        day = _text(day_part, rule.days, DAY_OF_MONTH)
        weekday = _text(weekday_part, rule.weekdays, DAY_OF_WEEK)
    minute = _text(rule.parts[0], rule.minutes, MINUTE)
    hour = _text(rule.parts[1], rule.hours, HOUR)
    return f"{minute} {hour} {day} {_text(rule.parts[3], rule.months, MONTH)} {weekday}"


def _mask(part: str, spec: FieldSpec) -> int:
    if "~" in part:
        raise ScheduleError(
            f"the {spec.name} field {part!r} is random, anew at each start of cron: choose a number"
        )
    mask = 0
    for each in part.split(","):
        mask |= _range_mask(each, spec)
    if spec is DAY_OF_WEEK and mask >> _SUNDAY_TOO & 1:
        mask = mask & DAY_OF_WEEK.full_mask | 1
    return mask


def _range_mask(text: str, spec: FieldSpec) -> int:
    bounds, slash, step_text = text.partition("/")
    first_text, hyphen, last_text = bounds.partition("-")
    highest = _SUNDAY_TOO if spec is DAY_OF_WEEK else spec.maximum
    if bounds == "*":
        first, last = spec.minimum, highest
    else:
        first = _value(first_text, text, spec)
        last = _value(last_text, text, spec) if hyphen else first
        if slash and not hyphen:
            raise ScheduleError(
                f"{_HINT}: the {spec.name} step in {text!r} needs a range, "
                f"such as {first}-{spec.maximum}/{step_text}"
            )
    step = _number(step_text, text, spec) if slash else 1
    if step == 0 or first > last or first < spec.minimum or last > highest:
        raise ScheduleError(
            f"{_HINT}: the {spec.name} field {text!r} is out of order, or not within "
            f"{spec.minimum} to {highest}"
        )
    return sum(1 << value for value in range(first, last + 1, step))


def _value(word: str, text: str, spec: FieldSpec) -> int:
    if word.isascii() and word.upper() in spec.value_names:
        return spec.value_names.index(word.upper()) + spec.minimum
    return _number(word, text, spec)


def _number(word: str, text: str, spec: FieldSpec) -> int:
    # Longer numbers are out of every field's bounds, and of int's.
    if not (word.isascii() and word.isdecimal() and len(word) < 10):  # noqa: PLR2004 (as above)
        raise ScheduleError(f"{_HINT}: the {spec.name} field {text!r} has no number at {word!r}")
    return int(word)


def _text(part: str, mask: int, spec: FieldSpec) -> str:
    """Return `part` where Kubernetes reads it alike, else its values as a list of ranges."""
    if mask == spec.full_mask:
        return "*"
    try:
        ranges = parse_field(part, spec)
    except ScheduleError:
        ranges = ()
    theirs = 0
    for each in ranges:
        theirs |= each.mask
    return part if theirs == mask else _ranges_text(mask, spec)


def _ranges_text(mask: int, spec: FieldSpec) -> str:
    values = [value for value in range(spec.minimum, spec.maximum + 1) if mask >> value & 1]
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
