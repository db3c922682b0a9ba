"""What a task says about itself: the attributes of its classes, or of the object."""

from collections.abc import Mapping
from typing import Any

from rota.model.errors import TaskDefinitionError
from rota.model.task_fields import TASK_FIELD_BY_NAME
from rota.tasks.base import BaseTask


def is_task(handler: object) -> bool:
    """Whether `handler` is a task rather than a plain handler.

    It is a BaseTask, or anything to call that has a name and says when it runs.
    """
    if isinstance(handler, BaseTask):
        return True
    when = hasattr(handler, "interval_seconds") or hasattr(handler, "schedule")
    return callable(handler) and hasattr(handler, "name") and when


def stated_by(name: str, handler: object) -> dict[str, Any]:
    """Return every field that a task states, as opposed to BaseTask's defaults; None states none.

    A schedule takes the place of the interval of a class further up, and the other way round.
    TaskDefinitionError for both on one level.
    """
    if not is_task(handler):
        return {}
    levels = list(_levels(handler))
    stated: dict[str, Any] = {}
    level_of: dict[str, int] = {}
    for field in TASK_FIELD_BY_NAME:
        found = next((number for number, level in enumerate(levels) if field in level), None)
        value = None if found is None else getattr(handler, field, None)
        if found is not None and value is not None:
            stated[field], level_of[field] = value, found
    return _without_overridden(name, stated, level_of)


def _without_overridden(
    name: str, stated: dict[str, Any], level_of: Mapping[str, int]
) -> dict[str, Any]:
    if "schedule" not in stated or "interval_seconds" not in stated:
        return stated
    schedule, interval = level_of["schedule"], level_of["interval_seconds"]
    if schedule == interval:
        raise TaskDefinitionError(
            f"task {name!r}: states both interval_seconds and schedule; keep one"
        )
    if schedule < interval:
        del stated["interval_seconds"]
        return stated
    del stated["schedule"]
    if level_of.get("timezone", -1) > interval:
        del stated["timezone"]
    return stated


def _levels(handler: object) -> list[Mapping[str, Any]]:
    """Return the namespaces that may state something, the most derived first."""
    own_class = type(handler)
    classes = [each for each in own_class.__mro__ if each not in BaseTask.__mro__]
    # What a dataclass's __init__ copies into the object was said by the class.
    own = {
        field: value
        for field, value in getattr(handler, "__dict__", {}).items()
        if not any(vars(each).get(field) is value for each in classes)
    }
    return [own, *map(vars, classes)]
