"""The fields that a task declares: as attributes of its classes, or of the object."""

from collections.abc import Mapping
from typing import Any

from rota.model.errors import TaskDefinitionError
from rota.model.task_fields import TASK_FIELD_BY_NAME
from rota.tasks.base import BaseTask


def is_task(handler: object) -> bool:
    """Whether `handler` is a task rather than a plain handler.

    It is a BaseTask, or a callable with a name and with an interval or a schedule.
    """
    if isinstance(handler, BaseTask):
        return True
    when = hasattr(handler, "interval_seconds") or hasattr(handler, "schedule")
    return callable(handler) and hasattr(handler, "name") and when


def declared_fields(name: str, handler: object) -> dict[str, Any]:
    """Return the fields that a task sets, as opposed to BaseTask's defaults. None sets nothing.

    A schedule overrides the interval of a base class, and the other way round. Raises
    TaskDefinitionError if one class has both.
    """
    if not is_task(handler):
        return {}
    levels = list(_levels(handler))
    declared: dict[str, Any] = {}
    level_of: dict[str, int] = {}
    for field in TASK_FIELD_BY_NAME:
        found = next((number for number, level in enumerate(levels) if field in level), None)
        value = None if found is None else getattr(handler, field, None)
        if found is not None and value is not None:
            declared[field], level_of[field] = value, found
    return _without_overridden(name, declared, level_of)


def _without_overridden(
    name: str, declared: dict[str, Any], level_of: Mapping[str, int]
) -> dict[str, Any]:
    if "schedule" not in declared or "interval_seconds" not in declared:
        return declared
    schedule, interval = level_of["schedule"], level_of["interval_seconds"]
    if schedule == interval:
        raise TaskDefinitionError(
            f"task {name!r}: has both interval_seconds and schedule; keep one"
        )
    if schedule < interval:
        del declared["interval_seconds"]
        return declared
    del declared["schedule"]
    if level_of.get("timezone", -1) > interval:
        del declared["timezone"]
    return declared


def _levels(handler: object) -> list[Mapping[str, Any]]:
    """Return the namespaces that may set fields, the most derived first."""
    own_class = type(handler)
    classes = [each for each in own_class.__mro__ if each not in BaseTask.__mro__]
    # What a dataclass's __init__ copies into the object was set by the class.
    own = {
        field: value
        for field, value in getattr(handler, "__dict__", {}).items()
        if not any(vars(each).get(field) is value for each in classes)
    }
    return [own, *map(vars, classes)]
