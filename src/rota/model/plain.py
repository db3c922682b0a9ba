"""Turns an application's objects into plain, bounded data that is safe to use later.

The text of an exception, the items of a mapping, even the digits of a number run the application's
code: they may raise, contain themselves or never end. They are read once, here, and not again.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MAX_TEXT_CHARACTERS = 4096

_MAX_VALUES = 1000
_MAX_DEPTH = 5
_MAX_KEY_CHARACTERS = 200
# Below Python's own limit for turning a number into text (sys.int_info.default_max_str_digits).
_MAX_WHOLE_BITS = 1024
_CUT_NOTE_CHARACTERS = 40


def plain_text(value: object, limit: int = MAX_TEXT_CHARACTERS) -> str:
    """Return the text of `value`, at most `limit` characters of it; never raises."""
    try:
        # A subclass of str, too, becomes a str.
        text = str.__str__(str(value))
    except BaseException as error:  # noqa: BLE001 (whatever its own __str__ raises, SystemExit too)
        text = f"{type(value).__name__} (its text cannot be read: {type(error).__name__})"
    return shortened(text, limit)


def plain_repr(value: object, limit: int = MAX_TEXT_CHARACTERS) -> str:
    """Return the representation of `value`, at most `limit` characters of it; never raises."""
    try:
        text = str.__str__(repr(value))
    except BaseException as error:  # noqa: BLE001 (as above)
        text = f"<{type(value).__name__}> (it cannot be shown: {type(error).__name__})"
    return shortened(text, limit)


def shortened(text: str, limit: int) -> str:
    """Return at most `limit` characters: the beginning, how many were cut, and the end."""
    if len(text) <= limit:
        return text
    kept = max(0, limit - _CUT_NOTE_CHARACTERS)
    tail = kept // 3
    note = f"… ({len(text) - kept} characters cut) …"
    return f"{text[: kept - tail]}{note}{text[len(text) - tail :]}"


def plain_data(value: object) -> Any:
    """Return `value` as JSON data: string, number, boolean, None, list or dict; never raises.

    Numbers that JSON cannot represent, and all other objects, become strings. Beyond a depth and a
    number of values the rest is left out; "…" marks a depth that was cut.
    """
    return _Reader().read(value)


def plain_counts(value: object) -> tuple[dict[str, Any], str | None]:
    """Return a mapping as plain data, and a problem if it could not be read completely.

    Anything but a mapping is empty.
    """
    reader = _Reader()
    found: dict[str, Any] = {}
    try:
        if isinstance(value, Mapping):
            found.update(reader.items(value, 1))
    except BaseException as error:  # noqa: BLE001 (as above)
        return found, f"{type(error).__name__}: {plain_text(error)}"
    return found, f"more than {_MAX_VALUES} values" if reader.exhausted else None


class _Reader:
    """Reads one value, with a limit on the number of values in it."""

    def __init__(self) -> None:
        self._left = _MAX_VALUES
        self.exhausted = False

    def read(self, value: object, depth: int = 0) -> Any:
        try:
            return self._read(value, depth)
        except BaseException:  # noqa: BLE001 (as above)
            return plain_text(value)

    def items(self, value: Mapping[Any, Any], depth: int) -> Iterator[tuple[str, Any]]:
        for key, each in self._within_budget(value.items()):
            yield plain_text(key, _MAX_KEY_CHARACTERS), self.read(each, depth)

    def _read(self, value: object, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return _plain_number(value)
        if not isinstance(value, Mapping | list | tuple | set | frozenset):
            return plain_text(value)
        if depth >= _MAX_DEPTH:
            return "…"
        if isinstance(value, Mapping):
            return dict(self.items(value, depth + 1))
        return [self.read(each, depth + 1) for each in self._within_budget(value)]

    def _within_budget(self, values: Iterable[Any]) -> Iterator[Any]:
        for each in values:
            if self._left == 0:
                self.exhausted = True
                return
            self._left -= 1
            yield each


def _plain_number(value: float) -> int | float | str:
    if isinstance(value, int):
        whole = int.__int__(value)
        bits = whole.bit_length()
        return whole if bits <= _MAX_WHOLE_BITS else f"a number of {bits} bits"
    number = float.__float__(value)
    return number if math.isfinite(number) else float.__repr__(number)
