"""How a task's fields stand in variables: `ROTA_TASK__<NAME>__<FIELD>`, and values as texts."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from rota.settings.task_overrides import TaskOverrides

PREFIX = "ROTA_TASK__"
_SEPARATOR = "__"


def override_key(task_name: str) -> str:
    """Return how a task's name stands in its variables, in lower case."""
    return task_name.replace("-", "_").lower()


def task_variable(task_name: str, field: str) -> str:
    """Return the variable of a task's field: `ROTA_TASK__SEND_REMINDERS__SHARDS`."""
    return f"{PREFIX}{override_key(task_name)}{_SEPARATOR}{field}".upper()


def parse_task_variable(variable: str) -> tuple[str, str] | None:
    """Return task and field as they stand in such a name; None for one that is not of that form."""
    if not variable.startswith(PREFIX):
        return None
    task, _, field = variable.removeprefix(PREFIX).partition(_SEPARATOR)
    return (task, field) if task and field and _SEPARATOR not in field else None


def texts_of_task(task_name: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return what `variables`, whose names are in upper case, say about one task, by field."""
    prefix = task_variable(task_name, "")
    return {
        variable.removeprefix(prefix).lower(): text
        for variable, text in variables.items()
        if variable.startswith(prefix)
    }


def text_of(value: Any) -> str:
    """Return a field's value as a variable has it, which `value_of` reads as the same value."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def value_of(field: str, text: str) -> Any:
    """Return the value that a variable's text means; the text itself where it is refused."""
    try:
        return getattr(TaskOverrides.model_validate({field: text}), field)
    except ValidationError:
        return text
