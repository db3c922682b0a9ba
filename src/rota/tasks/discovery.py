"""Finds tasks: the entry points of installed packages, and the modules named in ROTA_TASKS."""

import inspect
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from rota.errors import RotaError, TaskDefinitionError
from rota.importing import load_attribute, place_of
from rota.settings import Settings
from rota.tasks.base import BaseTask
from rota.tasks.registry import Registry

ENTRY_POINT_GROUP = "rota.tasks"
REFERENCE_ENTRY_POINT = "rota.tasks:register_tasks"


def discover(settings: Settings) -> Registry:
    """Return all tasks that can be found.

    An application's task takes the place of a reference task of the same name; any other
    duplicate is refused. Raises TaskDefinitionError with the culprit named.
    """
    registry = Registry(settings)
    reference, others = _installed()
    for point in reference:
        _add(registry, _load(point), point.value)
    defaults = set(registry.found)
    collected = _ReplacingRegistry(registry, defaults)
    for point in others:
        _add(collected, _load(point), point.value)
    for target in settings.tasks:
        _add(collected, load_attribute(target, "ROTA_TASKS"), target)
    return registry


class _ReplacingRegistry:
    """Lets an application's tasks take the names of the reference tasks, once each."""

    def __init__(self, registry: Registry, replaceable: set[str]) -> None:
        self._registry = registry
        self._replaceable = replaceable

    @property
    def source(self) -> str:
        return self._registry.source

    @source.setter
    def source(self, value: str) -> None:
        self._registry.source = value

    def register_task(
        self,
        name: str,
        handler: Any,
        interval_seconds: int,
        run_on_start: bool = False,  # noqa: FBT001, FBT002 (the seed's signature)
    ) -> None:
        if name in self._replaceable:
            self._replaceable.discard(name)
            self._registry.forget([name])
        self._registry.register_task(name, handler, interval_seconds, run_on_start)


def _installed() -> tuple[list[EntryPoint], list[EntryPoint]]:
    found = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    reference = [point for point in found if point.value == REFERENCE_ENTRY_POINT]
    return reference[:1], [point for point in found if point.value != REFERENCE_ENTRY_POINT]


def _load(point: EntryPoint) -> Any:
    package = f" of package {point.dist.name!r}" if point.dist else ""
    return load_attribute(point.value, f"entry point {point.name!r}{package}")


def _add(registry: Any, found: Any, target: str) -> None:
    registry.source = target
    if inspect.isclass(found):
        found = _instance(found, target)
    if isinstance(found, BaseTask) or _looks_like_a_task(found):
        registry.register_task(
            found.name,
            found,
            found.interval_seconds,
            run_on_start=getattr(found, "run_on_start", False),
        )
    elif inspect.isfunction(found) and not inspect.iscoroutinefunction(found):
        _call(found, registry, target)
    else:
        raise TaskDefinitionError(
            f"{target!r} is neither a task class, nor a task, nor a function like "
            "register_tasks(scheduler)"
        )


def _looks_like_a_task(found: Any) -> bool:
    return callable(found) and hasattr(found, "name") and hasattr(found, "interval_seconds")


def _instance(task_class: type, target: str) -> Any:
    try:
        return task_class()
    except Exception as error:
        raise TaskDefinitionError(
            f"{target!r} cannot be made without arguments: {type(error).__name__}: {error}"
        ) from error


def _call(register: Any, registry: Any, target: str) -> None:
    try:
        register(registry)
    except RotaError:
        raise
    except Exception as error:
        raise TaskDefinitionError(
            f"{target!r} failed: {type(error).__name__}: {error}{place_of(error)}"
        ) from error
