"""Parses `rota run TASK --arg name=value` into values for a task's parameters."""

import math
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from rota.model.errors import UsageError
from rota.model.plain import plain_repr, plain_text
from rota.schedules.moments import read_moment
from rota.tasks.annotations import annotation_of
from rota.tasks.base import BaseTask
from rota.tasks.definition import TaskDefinition
from rota.tasks.function import FunctionTask
from rota.tasks.naming import suggestion
from rota.tasks.parameters import values_of

_WHOLE = re.compile(r"[+-]?[0-9]+")
_TRUTH = {"true": True, "yes": True, "on": True, "1": True}
_TRUTH |= {"false": False, "no": False, "off": False, "0": False}
_MAX_SHOWN_CHARACTERS = 80
_NEAR = 0.6
_KINDS = "str, int, float, bool, date, datetime, Literal and Enum"


def parse_arguments(task: TaskDefinition, texts: Iterable[str]) -> dict[str, Any]:
    """Return the values of `name=value` texts for the parameters of `task` that have defaults.

    A value has the type of its annotation, or else of its default. A value that equals the default
    is left out. Raises UsageError, which names the culprit and the nearest name.
    """
    function = _function_of(task.handler)
    defaults = argument_defaults(task)
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--arg {_shown(text)} is not of the form name=value")
        if name not in defaults:
            raise UsageError(f"task {task.name!r} has no argument {name!r}{_known(name, defaults)}")
        if name in found:
            raise UsageError(f"--arg {name} is given twice")
        found[name] = _parse(name, value, _type_of(function, name, defaults[name]))
    return other_than(defaults, found)


def other_than(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of `values` that differ from the default of their parameter."""
    return {name: value for name, value in values.items() if not _same(value, defaults[name])}


def argument_defaults(task: TaskDefinition) -> dict[str, Any]:
    """Return the parameters of `task` that have defaults, and these."""
    if isinstance(task.handler, FunctionTask):
        return dict(task.handler.parameters.values)
    function = _function_of(task.handler)
    return values_of(function) if callable(function) else {}


def _function_of(handler: Any) -> Any:
    if isinstance(handler, FunctionTask):
        return handler.function
    return handler.execute if isinstance(handler, BaseTask) else handler


def _known(name: str, defaults: Mapping[str, Any]) -> str:
    if not defaults:
        return ": its function has no parameter with a default"
    return f"{suggestion(name, defaults, cutoff=_NEAR)} (arguments: {', '.join(defaults)})"


def _type_of(function: Any, name: str, default: Any) -> Any:
    """Return the annotation, without None, or the type of the default if it cannot be read."""
    try:
        annotation = annotation_of(function, name)
    except Exception as error:  # noqa: BLE001 (names under TYPE_CHECKING, or anything else)
        if default is None:
            raise UsageError(
                f"--arg {name} is not allowed: the annotation of its parameter cannot be read "
                f"({plain_text(error, _MAX_SHOWN_CHARACTERS)}), and its default is None; import "
                "the type also at run time"
            ) from None
        annotation = None
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [each for each in typing.get_args(annotation) if each is not type(None)]
        annotation = members[0] if len(members) == 1 else annotation
    if annotation is None or annotation is Any:
        return str if default is None else type(default)
    return annotation


def _parse(name: str, text: str, wanted: Any) -> Any:
    try:
        return _value(text, wanted)
    except ValueError as error:
        raise UsageError(f"--arg {name}={_shown(text)} is not allowed: {error}") from None


def _value(text: str, wanted: Any) -> Any:
    """Return `text` as a value of the type. Raises ValueError, which says what is allowed."""
    if typing.get_origin(wanted) is typing.Literal:
        return _choice(text, {str(each): each for each in typing.get_args(wanted)})
    if not isinstance(wanted, type):
        raise ValueError(f"its parameter has an unsupported type; supported are {_KINDS}")  # noqa: TRY004 (of the value)
    if issubclass(wanted, Enum):
        by_name = {each.name: each for each in wanted}
        return _choice(text, by_name | {str(each.value): each for each in wanted})
    readers: dict[type, Callable[[str], Any]] = {
        str: str,
        bool: _truth,
        int: _whole,
        float: _number,
        datetime: read_moment,
        date: _day,
    }
    if wanted not in readers:
        raise ValueError(f"its parameter has the type {wanted.__name__}; supported are {_KINDS}")
    return readers[wanted](text)


def _choice(text: str, choices: Mapping[str, Any]) -> Any:
    if text in choices:
        return choices[text]
    hint = suggestion(text, choices, cutoff=_NEAR)
    raise ValueError(f"write one of {', '.join(choices)}{hint}")


def _truth(text: str) -> bool:
    if text.lower() not in _TRUTH:
        raise ValueError("write true or false")
    return _TRUTH[text.lower()]


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError("write a whole number, such as 10")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("write a number, such as 0.5")
    return number


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a date, such as 2026-11-25") from None


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _shown(text: str) -> str:
    return plain_repr(text, _MAX_SHOWN_CHARACTERS)
