"""The fields as attributes of classes, so that type checkers and editors know them."""

import json
from enum import StrEnum

from rota.model.task_fields import NON_SCHEDULE_FIELDS, TASK_FIELDS, TaskField


def overrides() -> str:
    """Return the fields of TaskOverrides: each may be None, and has its bounds."""
    return "\n".join(f"    {field.name}: {_bounded(field)} | None = None" for field in TASK_FIELDS)


def task_attributes() -> str:
    """Return the attributes of BaseTask."""
    return "\n".join(f"    {field.name}: {_attribute(field)}" for field in TASK_FIELDS)


def attributes() -> str:
    """Return the attributes of FunctionTask, which it has none of as a class."""
    return "\n".join(f"    {field.name}: {_type_of(field)}" for field in TASK_FIELDS)


def options() -> str:
    """Return the keys of TaskOptions: all except those of the schedule."""
    return "\n".join(f"    {field.name}: {_option(field)} | None" for field in NON_SCHEDULE_FIELDS)


def definition() -> str:
    """Return the fields of TaskDefinition."""
    return "\n".join(
        f"    {field.name}: {field.type.__name__}{'' if field.always_set else ' | None'}"
        for field in NON_SCHEDULE_FIELDS
    )


def _bounded(field: TaskField) -> str:
    bounds = {"ge": field.minimum, "gt": field.above, "le": field.maximum}
    arguments = ", ".join(f"{key}={each:_}" for key, each in bounds.items() if each is not None)
    name = field.type.__name__
    return f"Annotated[{name}, Field({arguments})]" if arguments else name


def _attribute(field: TaskField) -> str:
    return f"{_type_of(field)} = {field.class_value!r}"


def _type_of(field: TaskField) -> str:
    # A class states a choice as a text.
    name = "str" if issubclass(field.type, StrEnum) else field.type.__name__
    return f"{name}{' | None' if field.class_value is None else ''}"


def _option(field: TaskField) -> str:
    if not field.choices:
        return field.type.__name__
    return f"Literal[{', '.join(map(json.dumps, field.choices))}]"
