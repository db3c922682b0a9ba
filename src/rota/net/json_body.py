"""Parses bodies as interoperable JSON (RFC 8259), and explains what is wrong with others."""

import json
import math
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

_UTF8_BOM = b"\xef\xbb\xbf"
_JSON_WHITESPACE = b" \t\r\n"
_FIRST_BYTES = frozenset(b'{["-0123456789tfn')


class BodyKind(Enum):
    """What a body is."""

    JSON = auto()
    """Complete and valid."""
    CUT = auto()
    """It begins like JSON but does not parse, or is not text: a part was lost on the way."""
    EMPTY = auto()
    REFUSED = auto()
    """Complete, but not JSON, or JSON whose meaning depends on the reader."""


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """A parsed body. `problem` explains why there is no value."""

    kind: BodyKind
    value: Any = None
    problem: str = ""


class _NotInteroperableError(ValueError):
    """Parsers disagree on the value."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _NotInteroperableError("a key appears twice in one object")
    return result


def _constant(name: str) -> None:
    raise _NotInteroperableError(f"{name} is not JSON")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise _NotInteroperableError("a number is too large")
    return value


_LITERALS = ("true", "false", "null")
# What may follow the last digit of a truncated number.
_CUT_NUMBER = re.compile(r"-?|\.|[eE][+-]?")

_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_number
)


def parse_body(body: bytes) -> ParsedBody:
    """Parse a response body. Never raises: problems are in the result's `kind` and `problem`."""
    start = body[:64].removeprefix(_UTF8_BOM).lstrip(_JSON_WHITESPACE)
    if not start and not body.removeprefix(_UTF8_BOM).strip(_JSON_WHITESPACE):
        return ParsedBody(BodyKind.EMPTY, problem="the body is empty")
    if start and start[0] not in _FIRST_BYTES:
        return ParsedBody(BodyKind.REFUSED, problem="the body is not JSON")
    try:
        text = body.decode("utf-8-sig")
        return ParsedBody(BodyKind.JSON, _decoder.decode(text))
    except UnicodeDecodeError:
        return ParsedBody(BodyKind.CUT, problem="the body cannot be decoded as text")
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError) and _ends_early(error):
            return ParsedBody(BodyKind.CUT, problem="the JSON ends or breaks off in the middle")
        return ParsedBody(BodyKind.REFUSED, problem=_refusal(error))


def _ends_early(error: json.JSONDecodeError) -> bool:
    """Return whether the text up to its end could be the beginning of JSON."""
    rest = error.doc[error.pos :].rstrip()
    # The parser reports a string without its end at its beginning, a number at its end.
    return bool(
        _CUT_NUMBER.fullmatch(rest)
        or error.msg.startswith(("Unterminated string", "Invalid \\uXXXX"))
        or any(literal.startswith(rest) for literal in _LITERALS)
    )


def _refusal(error: ValueError | RecursionError) -> str:
    if isinstance(error, _NotInteroperableError):
        return f"not interoperable JSON: {error}"
    if isinstance(error, json.JSONDecodeError):
        return "the body is not JSON"
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply"
    # CPython refuses to convert more than 4,300 digits (CVE-2020-10735).
    return "a number has too many digits"
