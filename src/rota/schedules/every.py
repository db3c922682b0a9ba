"""`@every <Go duration>`: a constant delay counted from the moment asked."""

import re
from dataclasses import dataclass, field

from rota.model.errors import ScheduleError
from rota.schedules.base import LAST_EPOCH_SECOND, MomentAnswers
from rota.schedules.fields import MAX_INT64

PREFIX = "@every "

_NANOSECONDS_PER_SECOND = 10**9
_UNIT_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,  # U+00B5, micro sign
    "\u03bcs": 10**3,  # Greek letter mu
    "ms": 10**6,
    "s": _NANOSECONDS_PER_SECOND,
    "m": 60 * _NANOSECONDS_PER_SECOND,
    "h": 3600 * _NANOSECONDS_PER_SECOND,
}
_TERM = re.compile(r"(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_DAYS_OR_WEEKS = {"d": 24, "day": 24, "days": 24, "w": 168, "week": 168, "weeks": 168}
# Digits after the point that Go reads; it ignores those that do not fit into 63 bits.
_FRACTION_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Every(MomentAnswers):
    """`@every 1h30m`: fires `delay_seconds` after the moment asked, whichever that is.

    It has no grid of its own: a CronJob counts from its creation, then from its last run.
    ScheduleError for what Go's `time.ParseDuration` refuses, and for zero, negative delays and
    parts of a second, which the API server would take for something else.
    """

    text: str
    delay_seconds: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "delay_seconds", _parse_every(self.text))

    def next_epoch(self, after: int, /) -> int | None:
        """Return `after` plus the delay, in UTC epoch seconds; None beyond the year 9999."""
        fire = after + self.delay_seconds
        return fire if fire <= LAST_EPOCH_SECOND else None


def _parse_every(text: str) -> int:
    if not text.startswith(PREFIX):
        raise ScheduleError(f"schedule {text!r} is refused: it does not begin with '@every '")
    try:
        nanoseconds = _parse_duration(text.removeprefix(PREFIX))
    except ScheduleError as error:
        raise ScheduleError(f"schedule {text!r} is refused: {error}") from None
    if nanoseconds <= 0:
        problem = "the delay is zero" if nanoseconds == 0 else "the delay is negative"
        raise ScheduleError(f"schedule {text!r} is refused: {problem}, it must be 1s or more")
    seconds, rest = divmod(nanoseconds, _NANOSECONDS_PER_SECOND)
    if rest:
        raise ScheduleError(
            f"schedule {text!r} is refused: parts of a second are not supported, "
            f"write whole seconds such as @every {max(seconds, 1)}s"
        )
    return seconds


def _parse_duration(text: str) -> int:
    """Return the nanoseconds of a Go duration such as `1h30m`, `90m` or `1.5h`."""
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    if unsigned == "0":
        return 0
    total, position = 0, 0
    while position < len(unsigned) or not unsigned:
        term = _TERM.match(unsigned, position)
        if term is None:
            raise ScheduleError(f"{text!r} is not a duration: write one like 90s, 45m, 1h30m")
        total += _term_nanoseconds(term, text)
        position = term.end()
    if total > MAX_INT64 + text.startswith("-"):
        raise ScheduleError(f"the duration {text!r} is too large: 2562047h (292 years) at most")
    return -total if text.startswith("-") else total


def _term_nanoseconds(term: re.Match[str], text: str) -> int:
    whole, fraction, unit = term[1], term[2] or "", term[3]
    if not unit:
        raise ScheduleError(f"the duration {text!r} lacks a unit: s, m or h")
    if unit not in _UNIT_NANOSECONDS:
        hours = _DAYS_OR_WEEKS.get(unit.strip().lower())
        small = whole and not fraction and len(whole) < 6  # noqa: PLR2004 (a hint for small whole numbers only)
        hint = f", write {int(whole) * hours}h" if hours and small else ""
        raise ScheduleError(f"the duration {text!r} has the unknown unit {unit!r}: s, m or h{hint}")
    unit_nanoseconds = _UNIT_NANOSECONDS[unit]
    digits = whole.lstrip("0")
    if len(digits) > len(str(MAX_INT64)):
        raise ScheduleError(f"the duration {text!r} is too large: 2562047h (292 years) at most")
    # Go computes the part after the point in floating point, and cuts off what is below 1 ns.
    read = fraction[:_FRACTION_DIGITS] or "0"
    part = int(float(int(read)) * (unit_nanoseconds / float(10 ** len(read))))
    return int(digits or "0") * unit_nanoseconds + part
