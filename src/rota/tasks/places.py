"""Where a task is written, for the messages about a mistake: file and line."""

import inspect
import sys
from types import FrameType
from typing import Any

_OWN_MODULES = (__name__, "rota.tasks.function")


def place_of(function: Any) -> str:
    """Return where a function is defined, or else the line that is being executed."""
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    if code is None:
        return place_of_caller()
    return f" ({code.co_filename}, line {code.co_firstlineno})"


def place_of_caller() -> str:
    """Return the line outside the decorator's own modules that is being executed."""
    frame = caller()
    return f" ({frame.f_code.co_filename}, line {frame.f_lineno})"


def caller() -> FrameType:
    """Return the frame outside the decorator's own modules that is being executed."""
    frame = sys._getframe()  # noqa: SLF001 (the documented way)
    while frame.f_back is not None and frame.f_globals.get("__name__") in _OWN_MODULES:
        frame = frame.f_back
    return frame
