"""The tasks and the settings that the functions of the test kit are given."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from rota.model.errors import UsageError
from rota.settings import Settings, override_key, settings_with
from rota.tasks.definition import TaskDefinition
from rota.tasks.discovery import register_found
from rota.tasks.registry import Registry, check_not_empty

Tasks = Any
"""A task, a class of one, a module, or a sequence of these."""


def settings_of(given: Settings | Mapping[str, Any] | None) -> Settings:
    """Return the defaults with what is given, without the environment. Raises UsageError."""
    if isinstance(given, Settings):
        return given
    values = dict(given or {})
    unknown = sorted(set(values) - set(Settings.model_fields))
    if unknown:
        raise UsageError(f"settings: there is no field {', '.join(map(repr, unknown))}")
    if isinstance(values.get("task"), Mapping):
        values["task"] = {override_key(name): fields for name, fields in values["task"].items()}
    try:
        return settings_with(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"settings: {field} is not allowed: {reason}") from None


def definitions_of(tasks: Tasks, settings: Settings) -> Sequence[TaskDefinition]:
    """Return the definitions of `tasks`, as discovery would. Raises TaskDefinitionError."""
    registry = Registry(settings)
    resolved: list[TaskDefinition] = []
    listed = tasks if isinstance(tasks, list | tuple) else [tasks]
    for each in listed:
        if isinstance(each, TaskDefinition):
            resolved.append(each)
        else:
            register_found(registry, each, "tasks")
    found = [*resolved, *(registry.selected() if registry.found else ())]
    check_not_empty(found)
    return found
