"""The tasks of a module, or of a list in a module."""

import inspect
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from rota.model.errors import TaskDefinitionError
from rota.tasks.base import BaseTask
from rota.tasks.function import FunctionTask, decorated
from rota.tasks.registry import Registry

LIST_NAME = "TASKS"


def tasks_of_module(module: ModuleType) -> list[tuple[str, Any]]:
    """Return a module's tasks with their sources, `module:name`, in the order of their definition.

    These are the members of its list `TASKS`, if it has one. Otherwise they are its function tasks,
    task classes and instances of these: imported ones only if `__all__` names them, and none that
    begin with `_`. Raises TaskDefinitionError for a module without any.
    """
    listed = vars(module).get(LIST_NAME)
    if isinstance(listed, list | tuple):
        return tasks_of_list(listed, f"{module.__name__}:{LIST_NAME}")
    if listed is not None:
        raise TaskDefinitionError(
            f"'{module.__name__}:{LIST_NAME}' is not a list: write {LIST_NAME} = [first, second]"
        )
    found = list(_own_tasks(module))
    if not found:
        register = ""
        if inspect.isfunction(vars(module).get("register_tasks")):
            register = f", or name '{module.__name__}:register_tasks'"
        raise TaskDefinitionError(
            f"module {module.__name__!r} defines no task: write @task above a function "
            f"there, or list tasks in {LIST_NAME}{register}"
        )
    return found


def tasks_of_list(listed: Sequence[Any], target: str) -> list[tuple[str, Any]]:
    """Return the members of a list with their sources. Raises TaskDefinitionError if empty."""
    if not listed:
        raise TaskDefinitionError(f"{target!r} is an empty list: name a task in it")
    return [
        (each.target if isinstance(each, FunctionTask) else f"{target}[{number}]", each)
        for number, each in enumerate(listed)
    ]


def unregistered(registry: Registry) -> list[str]:
    """Return the function tasks, as `module:function`, that were decorated and not registered."""
    registered = [task.handler for task in registry.found.values()]
    return [
        task.target
        for task in decorated()
        if "<locals>" not in task.target and not any(each is task for each in registered)
    ]


def _own_tasks(module: ModuleType) -> Iterator[tuple[str, Any]]:
    exported = getattr(module, "__all__", ())
    seen: list[object] = []
    members = [(name, each) for name, each in vars(module).items() if not name.startswith("_")]
    instances = [type(each) for _, each in members if issubclass(type(each), BaseTask)]
    for name, each in members:
        if any(each is known for known in (*seen, *instances)):
            continue
        home = _home_of(each)
        if home is not None and (home == module.__name__ or name in exported):
            seen.append(each)
            yield f"{module.__name__}:{name}", each


def _home_of(found: Any) -> str | None:
    """Return the module that a task was made in, or None for anything else."""
    # Not isinstance, which asks a proxy, such as Flask's current_app, what it stands for.
    kind = type(found)
    if issubclass(kind, FunctionTask):
        return found.home  # type: ignore[no-any-return]
    if issubclass(kind, BaseTask):
        return kind.__module__
    if issubclass(kind, type) and issubclass(found, BaseTask) and not inspect.isabstract(found):
        # A class without a name of its own is a base of others.
        return found.__module__ if "name" in vars(found) else None
    return None
