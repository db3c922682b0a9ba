"""The tasks of a module that is named as a whole, and of a list in one."""

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

    Those of its list `TASKS`, if it has one. Else its function tasks, task classes and instances of
    these; what it imports counts only where `__all__` names it, what begins with `_` never.
    TaskDefinitionError for a module without any.
    """
    listed = vars(module).get(LIST_NAME)
    if isinstance(listed, list | tuple):
        return tasks_of_list(listed, f"{module.__name__}:{LIST_NAME}")
    if listed is not None:
        raise TaskDefinitionError(
            f"'{module.__name__}:{LIST_NAME}' is no list: write {LIST_NAME} = [first, second]"
        )
    found = list(_own_tasks(module))
    if not found:
        register = ""
        if inspect.isfunction(vars(module).get("register_tasks")):
            register = f", or name '{module.__name__}:register_tasks'"
        raise TaskDefinitionError(
            f"module {module.__name__!r} has no task of its own: write @task above a function "
            f"there, or list tasks in {LIST_NAME}{register}"
        )
    return found


def tasks_of_list(listed: Sequence[Any], target: str) -> list[tuple[str, Any]]:
    """Return the members of a list with their sources; TaskDefinitionError for an empty one."""
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
    offered = getattr(module, "__all__", ())
    seen: list[object] = []
    members = [(name, each) for name, each in vars(module).items() if not name.startswith("_")]
    instances = [type(each) for _, each in members if isinstance(each, BaseTask)]
    for name, each in members:
        if any(each is known for known in seen) or each in instances:
            continue
        home = _home_of(each)
        if home is not None and (home == module.__name__ or name in offered):
            seen.append(each)
            yield f"{module.__name__}:{name}", each


def _home_of(found: Any) -> str | None:
    """Return the module that a task was made in; None for what is no task."""
    if isinstance(found, FunctionTask):
        return str(found.function.__module__)
    if isinstance(found, BaseTask):
        return type(found).__module__
    if inspect.isclass(found) and issubclass(found, BaseTask) and not inspect.isabstract(found):
        # A class that states no name of its own is a base of others.
        return found.__module__ if "name" in vars(found) else None
    return None
