"""The grammar of five-field cron text, as the API server accepts it in `.spec.schedule`.

The verdict is that of robfig/cron v3.0.1 `ParseStandard`; the wording of refusals is rota's. What
each field allows is a bit mask: bit n set means that the value n fires.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rota.model.errors import ScheduleError

MAX_INT64 = 2**63 - 1  # Go's int: larger numbers do not parse
MAX_DIGITS = len(str(MAX_INT64))

_WILDCARDS = ("*", "?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
# Go's unicode.IsSpace; str.split() also cuts at the separators U+001C to U+001F, which Go does not.
_SPACE = re.compile("[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One of the five fields: its name, the values it allows, and their names from the first on."""

    name: str
    minimum: int
    maximum: int
    value_names: tuple[str, ...] = ()

    @property
    def full_mask(self) -> int:
        """The mask in which every allowed value is set."""
        return (1 << (self.maximum + 1)) - (1 << self.minimum)


MINUTE = FieldSpec("minute", 0, 59)
HOUR = FieldSpec("hour", 0, 23)
DAY_OF_MONTH = FieldSpec("day-of-month", 1, 31)
MONTH = FieldSpec(
    "month",
    1,
    12,
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
DAY_OF_WEEK = FieldSpec("day-of-week", 0, 6, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))
FIELD_SPECS = (MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK)


@dataclass(frozen=True, slots=True)
class Range:
    """One comma-separated part of a field: `first-last/step`, bounds included."""

    first: int
    last: int
    step: int
    wildcard: bool

    @property
    def mask(self) -> int:
        """The values of the range as bits."""
        return sum(1 << value for value in range(self.first, self.last + 1, self.step))

    @property
    def starred(self) -> bool:
        """Whether the part leaves its field unrestricted; a step of two or more restricts it."""
        return self.wildcard and self.step == 1


def split_fields(text: str) -> list[str]:
    """Return the blank-separated parts of `text`, blanks being what Go takes for them."""
    return [part for part in _SPACE.split(text) if part]


@lru_cache(maxsize=1024)
def parse_field(text: str, spec: FieldSpec) -> tuple[Range, ...]:
    """Return the ranges of one field; empty for a field of commas. ScheduleError on refusal."""
    return tuple(_parse_range(part, spec) for part in text.split(",") if part)


def _parse_range(part: str, spec: FieldSpec) -> Range:
    bounds, *steps = part.split("/")
    first_text, *last_texts = bounds.split("-")
    if len(steps) > 1:
        raise ScheduleError(f"the {spec.name} field has too many slashes in {part!r}")
    step = _parse_integer(steps[0], part, spec) if steps else 1
    wildcard = first_text in _WILDCARDS
    if wildcard:
        # Whatever follows the hyphen of `*-` is ignored, unread: robfig's way.
        first, last = spec.minimum, spec.maximum
    elif len(last_texts) > 1:
        raise ScheduleError(f"the {spec.name} field has too many hyphens in {part!r}")
    else:
        first = _parse_value(first_text, part, spec)
        last = _parse_value(last_texts[0], part, spec) if last_texts else first
        if steps and not last_texts:
            last = spec.maximum
    _check_range(first, last, step, part, spec)
    return Range(first, last, step, wildcard)


def _check_range(first: int, last: int, step: int, part: str, spec: FieldSpec) -> None:
    allowed = f"{spec.minimum} to {spec.maximum} are allowed"
    if spec is DAY_OF_WEEK and 7 in (first, last):  # noqa: PLR2004 (crontab(5)'s second Sunday)
        raise ScheduleError(
            f"the day-of-week field {part!r} has a 7: write 0 for Sunday ({allowed})"
        )
    for value in (first, last):
        if not spec.minimum <= value <= spec.maximum:
            raise ScheduleError(f"the {spec.name} field {part!r} has {value}: {allowed}")
    if first > last:
        turned = f"{_label(first, spec)}-{_label(spec.maximum, spec)}"
        rest = f"{_label(spec.minimum, spec)}-{_label(last, spec)}"
        raise ScheduleError(
            f"the {spec.name} range {part!r} runs backwards: write it as {turned},{rest}"
        )
    if step == 0:
        raise ScheduleError(f"the {spec.name} field {part!r} has a step of 0: steps are 1 or more")


def _label(value: int, spec: FieldSpec) -> str:
    return spec.value_names[value - spec.minimum] if spec.value_names else str(value)


def _parse_value(word: str, part: str, spec: FieldSpec) -> int:
    # Only ASCII letters: upper() would take the long s of "\u017fun" for the S of a name.
    name = word.upper() if word.isascii() else word
    if name in spec.value_names:
        return spec.value_names.index(name) + spec.minimum
    return _parse_integer(word, part, spec)


def _parse_integer(word: str, part: str, spec: FieldSpec) -> int:
    if not _INTEGER.fullmatch(word):
        raise ScheduleError(f"the {spec.name} field {part!r} {_what_is_wrong(word, part, spec)}")
    digits = word.lstrip("+-").lstrip("0") or "0"
    if len(digits) > MAX_DIGITS or int(digits) > MAX_INT64:
        raise ScheduleError(f"the {spec.name} field {part!r} has a number that is too large")
    number = int(digits)
    if number and word.startswith("-"):
        raise ScheduleError(f"the {spec.name} field {part!r} has a negative number")
    return number


def _what_is_wrong(word: str, part: str, spec: FieldSpec) -> str:
    allowed = f"{spec.minimum} to {spec.maximum}"
    if spec.value_names:
        allowed += f" or {_label(spec.minimum, spec)} to {_label(spec.maximum, spec)}"
    allowed += ", *, ranges (a-b), steps (*/n) and lists (a,b)"
    if not word:
        return f"lacks a number: allowed are {allowed}"
    if re.fullmatch(r"H(\(.*)?", word):
        return "uses H, which Kubernetes does not know: write a number, or set splay_minutes"
    if re.search(r"[LW#]", part) and not re.search(r"[A-Z]{2}", word.upper()):
        return f"uses L, W or #, which Kubernetes does not know: allowed are {allowed}"
    return f"has {word!r}: allowed are {allowed}"
