"""A task's fields as variables: `ROTA_TASK__<NAME>__<FIELD>`, and values as strings."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from rota.settings.task_overrides import TaskOverrides

PREFIX = "ROTA_TASK__"
_SEPARATOR = "__"


def override_key(task_name: str) -> str:
    """Return a task's name as its variables have it, in lower case."""
    return task_name.replace("-", "_").lower()


def task_variable(task_name: str, field: str) -> str:
    """Return the variable of a task's field: `ROTA_TASK__SEND_REMINDERS__SHARDS`."""
    return f"{PREFIX}{override_key(task_name)}{_SEPARATOR}{field}".upper()


def parse_task_variable(variable: str) -> tuple[str, str] | None:
    """Return the task and the field in the name of a variable; None for any other name."""
    if not variable.startswith(PREFIX):
        return None
    task, _, field = variable.removeprefix(PREFIX).partition(_SEPARATOR)
    return (task, field) if task and field and _SEPARATOR not in field else None


def texts_of_task(task_name: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of one task in `variables`, whose names are in upper case."""
    prefix = task_variable(task_name, "")
    return {
        variable.removeprefix(prefix).lower(): text
        for variable, text in variables.items()
        if variable.startswith(prefix)
    }


def text_of(value: Any) -> str:
    """Return a field's value as a string, from which `value_of` returns the same value."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def value_of(field: str, text: str) -> Any:
    """Return the value of a variable's string, or the string itself if it is refused."""
    try:
        return getattr(TaskOverrides.model_validate({field: text}), field)
    except ValidationError:
        return text
