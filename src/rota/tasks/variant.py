"""What another task of the same function has of its own: `remind.also("remind-late", …)`."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from rota.model.errors import TaskDefinitionError
from rota.model.task_fields import TASK_FIELD_BY_NAME
from rota.tasks.naming import suggestion

_NEAR = 0.6


def split_changes(
    changes: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options among `changes`, and the defaults of parameters; None sets no option.

    `values` are the function's parameters with defaults. Raises TaskDefinitionError for a name that
    is neither, or both.
    """
    options: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in TASK_FIELD_BY_NAME and name not in values:
            known = [*values, *TASK_FIELD_BY_NAME]
            raise TaskDefinitionError(
                f"{name!r} is neither an option of @task nor a parameter with a default"
                f"{suggestion(name, known, cutoff=_NEAR)}"
            )
        if name not in TASK_FIELD_BY_NAME:
            defaults[name] = value
        elif value is not None:
            if name in values:
                raise TaskDefinitionError(
                    f"{name!r} is an option of @task and a parameter: rename the parameter"
                )
            options[name] = value
    return options, defaults


def combined_options(stated: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the second task: a schedule replaces an interval, and vice versa."""
    replaced: tuple[str, ...] = ()
    if "schedule" in changed:
        replaced = ("interval_seconds",)
    elif "interval_seconds" in changed:
        replaced = ("schedule", "timezone")
    kept = {name: value for name, value in stated.items() if name not in replaced}
    return kept | dict(changed)


def with_defaults(
    function: Callable[..., Any],
    defaults: Mapping[str, Any],
    positional: tuple[Any, ...],
    named: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the named arguments of a call with those `defaults` that it does not set itself."""
    given = inspect.signature(function).bind_partial(*positional, **named).arguments
    return {**{name: each for name, each in defaults.items() if name not in given}, **named}
