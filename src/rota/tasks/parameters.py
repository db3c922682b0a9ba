"""The parameters of a task's function: the API client, `run` and `log`, and values."""

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rota.model.errors import TaskDefinitionError

PROVIDED = ("run", "log")
"""Parameters of a function task that rota provides by name, besides the client."""

_Kind = inspect.Parameter


# Every start makes this class: a frozen dataclass takes several times as long.
class Parameters(NamedTuple):
    """`provided` are those of PROVIDED that a function has; `values` are its defaults by name.

    `rota run TASK --arg name=value` may set the values.
    """

    provided: tuple[str, ...]
    values: Mapping[str, Any]


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """Return the parameters of a function. Raises TaskDefinitionError for one without a value."""
    found = [*inspect.signature(function).parameters.values()]
    if not found:
        raise TaskDefinitionError(
            "has no parameter: a task is called with the API client, write (api) or (api, run)"
        )
    _check_client(found[0])
    for parameter in found[1:]:
        _check_other(parameter)
    names = [parameter.name for parameter in found[1:]]
    return Parameters(
        provided=tuple(name for name in PROVIDED if name in names),
        values=values_of(function),
    )


def values_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the parameters with a default, beyond the client, that may be set by name."""
    return {
        parameter.name: parameter.default
        for parameter in [*inspect.signature(function).parameters.values()][1:]
        if parameter.default is not _Kind.empty
        and parameter.kind in (_Kind.POSITIONAL_OR_KEYWORD, _Kind.KEYWORD_ONLY)
        and parameter.name not in PROVIDED
    }


def _check_client(first: inspect.Parameter) -> None:
    if first.kind not in (_Kind.POSITIONAL_ONLY, _Kind.POSITIONAL_OR_KEYWORD):
        raise TaskDefinitionError(
            f"its first parameter, {str(first)!r}, cannot be passed by position, and the API "
            "client is: write the client first, as in (api, *, run)"
        )
    if first.name in PROVIDED:
        raise TaskDefinitionError(
            f"its first parameter is {first.name!r}, but would get the API client: write "
            f"(api, {first.name})"
        )
    if first.default is not _Kind.empty:
        advice = "(api)" if first.name == "api" else f"(api, {first.name}=…)"
        raise TaskDefinitionError(
            f"its first parameter, {first.name!r}, has a default, but would get the API "
            f"client: write {advice}"
        )


def _check_other(parameter: inspect.Parameter) -> None:
    name = parameter.name
    if parameter.kind in (_Kind.VAR_POSITIONAL, _Kind.VAR_KEYWORD):
        raise TaskDefinitionError(
            f"has {str(parameter)!r}, which rota has no value for: name each parameter"
        )
    if parameter.kind is _Kind.POSITIONAL_ONLY:
        raise TaskDefinitionError(
            f"its parameter {name!r} is before a '/', but rota passes everything except the client "
            "by name: move the '/' behind the client"
        )
    if name not in PROVIDED and parameter.default is _Kind.empty:
        near = difflib.get_close_matches(name, PROVIDED, n=1)
        hint = f", did you mean {near[0]!r}?" if near else ";"
        raise TaskDefinitionError(
            f"rota has no value for {name!r}{hint} write 'run' or 'log', or give {name!r} a "
            "default, which `rota run --arg` can then replace"
        )
