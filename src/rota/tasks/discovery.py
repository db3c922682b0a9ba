"""Finds tasks: the entry points of installed packages, and the modules named in ROTA_TASKS."""

import inspect
from collections.abc import Collection
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

from rota.model.errors import RotaError, TaskDefinitionError
from rota.runtime.streams import stdout_on_stderr
from rota.settings import Settings
from rota.settings.importing import describe_error, load_target
from rota.settings.installed import installed
from rota.tasks.declaration import is_task
from rota.tasks.modules import tasks_of_list, tasks_of_module
from rota.tasks.registry import Registry

ENTRY_POINT_GROUP = "rota.tasks"
REFERENCE_ENTRY_POINT = "rota.tasks:register_tasks"


def discover(settings: Settings) -> Registry:
    """Return all tasks that can be found.

    The reference tasks are examples: they are included if there are no other tasks, or if
    ROTA_TASKS or ROTA_ONLY names them. An application's task of the same name replaces one; any
    other duplicate is refused. Raises TaskDefinitionError, which names the culprit. What modules
    print while they are imported goes to stderr.
    """
    with stdout_on_stderr():
        return _discover(settings)


def _discover(settings: Settings) -> Registry:
    registry = Registry(settings)
    reference, others = _installed()
    for point in others:
        register_found(registry, _load(point), point.value)
    for target in settings.tasks:
        register_found(registry, load_target(target, "ROTA_TASKS"), target)
    alone = not others and not settings.tasks
    for point in reference:
        wanted = _OnlyWanted(registry, None if alone else settings.only)
        register_found(wanted, _load(point), point.value)
        registry.left_out = tuple(wanted.left_out)
    return registry


class _OnlyWanted:
    """Registers the reference tasks that are wanted (None: all) and whose names are free."""

    def __init__(self, registry: Registry, wanted: Collection[str] | None) -> None:
        self._registry = registry
        self._wanted = wanted
        self.left_out: list[str] = []
        self.source = ""

    def register_task(
        self,
        name: str,
        handler: Any,
        interval_seconds: int | None,
        run_on_start: bool = False,  # noqa: FBT001, FBT002 (the seed's signature)
    ) -> None:
        if name in self._registry.found:
            return
        if self._wanted is not None and name not in self._wanted:
            self.left_out.append(name)
            return
        self._registry.source = self.source
        self._registry.register_task(name, handler, interval_seconds, run_on_start)


def _installed() -> tuple[list[EntryPoint], list[EntryPoint]]:
    found = installed(ENTRY_POINT_GROUP)
    reference = [point for point in found if point.value == REFERENCE_ENTRY_POINT]
    return reference[:1], [point for point in found if point.value != REFERENCE_ENTRY_POINT]


def _load(point: EntryPoint) -> Any:
    package = f" of package {point.dist.name!r}" if point.dist else ""
    return load_target(point.value, f"entry point {point.name!r}{package}")


def register_found(registry: Any, found: Any, target: str) -> None:
    """Register what `target` names: a task, a class, a function, a list, or all of a module.

    Raises TaskDefinitionError.
    """
    try:
        if isinstance(found, ModuleType):
            for source, each in tasks_of_module(found):
                _register(registry, each, source)
        elif isinstance(found, list | tuple):
            for source, each in tasks_of_list(found, target):
                _register(registry, each, source)
        else:
            _register(registry, found, target)
    except RotaError:
        raise
    except (Exception, SystemExit) as error:
        # Attributes may be properties, which run the application's code.
        raise TaskDefinitionError(f"{target!r} cannot be used: {describe_error(error)}") from error


def _register(registry: Any, found: Any, target: str) -> None:
    registry.source = target
    if inspect.isclass(found):
        found = _instance(found, target)
    if is_task(found):
        registry.register_task(
            found.name,
            found,
            getattr(found, "interval_seconds", None),
            run_on_start=getattr(found, "run_on_start", False),
        )
    elif inspect.isfunction(found) and not inspect.iscoroutinefunction(found):
        _call(found, registry, target)
    else:
        raise TaskDefinitionError(
            f"{target!r} is neither a task class, nor a task, nor a function like "
            f"register_tasks(scheduler){_hint_for(found)}"
        )


def _hint_for(found: object) -> str:
    return "; write @task above it" if inspect.iscoroutinefunction(found) else ""


def _instance(task_class: type, target: str) -> Any:
    try:
        return task_class()
    except (Exception, SystemExit) as error:
        raise TaskDefinitionError(
            f"{target!r} cannot be instantiated without arguments: {describe_error(error)}"
        ) from error


def _call(register: Any, registry: Any, target: str) -> None:
    try:
        register(registry)
    except RotaError:
        raise
    except (Exception, SystemExit) as error:
        raise TaskDefinitionError(f"{target!r} failed: {describe_error(error)}") from error
