"""What an answer is asked with: the parameters of a path and a query, checked."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request

from rota.schedules.moments import read_moment
from rota.web.problems import BadQuestionError

# A plus sign that nobody has encoded arrives as a space.
_LOST_PLUS = re.compile(r" (?=\d\d:?\d\d$)")
_Enum = TypeVar("_Enum", bound=StrEnum)
_MOST_EXIT_CODE = 255
_MOST_DIGITS = 15
_SEARCHED = ("state", "trigger", "exit_code", "q", "since", "until")


def refuse_unknown(request: Request, known: Sequence[str]) -> None:
    """BadQuestionError for a parameter that is not one of `known`: it would do nothing."""
    for name in request.query_params:
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise BadQuestionError(f"unknown parameter {name!r} (allowed: {allowed})")


def instant_of(request: Request, name: str) -> float | None:
    """Return the epoch time of a parameter in RFC 3339; None without it."""
    text = request.query_params.get(name)
    return None if text is None else epoch_of(text, name)


def epoch_of(text: str, name: str) -> float:
    """Return the epoch time of an RFC 3339 text."""
    try:
        return read_moment(_LOST_PLUS.sub("+", text.strip())).timestamp()
    except ValueError as error:
        raise BadQuestionError(f"{name}={text!r} is not allowed: {error}") from None


def number_of(request: Request, name: str, default: int, *, most: int, least: int = 1) -> int:
    """Return a whole number from `least` to `most`."""
    text = request.query_params.get(name, str(default))
    if not (is_whole(text) and least <= int(text) <= most):
        raise BadQuestionError(f"{name}={text!r} is not a whole number from {least} to {most}")
    return int(text)


def is_search(request: Request) -> bool:
    """Whether a list of runs is asked for that no index has: all that are kept may be read."""
    return any(request.query_params.get(name) for name in _SEARCHED)


def is_whole(text: str) -> bool:
    """Whether a text is a whole number of a usual length: Python refuses to read a long one."""
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def exit_code_of(request: Request, name: str) -> int | None:
    """Return an exit code; None without one."""
    if name not in request.query_params:
        return None
    return number_of(request, name, 0, most=_MOST_EXIT_CODE, least=0)


def words_of(request: Request, name: str, words: type[_Enum]) -> list[_Enum]:
    """Return the words that a parameter names; it may be repeated."""
    found = []
    for text in request.query_params.getlist(name):
        if text not in list(words):
            allowed = ", ".join(words)
            raise BadQuestionError(f"{name}={text!r} is not one of {allowed}")
        found.append(words(text))
    return found
