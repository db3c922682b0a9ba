"""Reads the annotation of a parameter, also where it is a string."""

import inspect
import sys
import types
import typing
from typing import Any


def annotation_of(function: Any, name: str) -> Any:
    """Return the annotation of one parameter, or None; those of others may not be resolvable.

    Raises whatever evaluating it raises: NameError for a name under TYPE_CHECKING.
    """
    written = inspect.unwrap(function)
    written = getattr(written, "__func__", written)
    if sys.version_info >= (3, 14):
        from annotationlib import Format, get_annotations  # noqa: PLC0415 (not before 3.14)

        found = get_annotations(written, format=Format.FORWARDREF)
    else:
        found = written.__annotations__
    alone = types.SimpleNamespace(__annotations__={name: found[name]} if name in found else {})
    return typing.get_type_hints(alone, globalns=written.__globals__).get(name)
