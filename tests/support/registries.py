"""Registries of tasks that do nothing, for what only looks at their definitions."""

from typing import Any

from rota.settings import Settings
from rota.tasks import BaseTask
from rota.tasks.definition import TaskDefinition
from rota.tasks.registry import Registry


def task_of(name: str, **attributes: Any) -> BaseTask:
    """Return a task whose class states `attributes`."""

    async def execute(self: BaseTask, api_client: Any) -> None:
        """Do nothing."""

    task_class = type("Stated", (BaseTask,), {"name": name, "execute": execute, **attributes})
    return task_class()


def registry_of(*tasks: BaseTask, **settings: Any) -> Registry:
    """Return a registry of `tasks`, under settings that no environment decides but for these."""
    registry = Registry(Settings(**settings))
    for task in tasks:
        registry.register_task(task.name, task, task.interval_seconds, task.run_on_start)
    return registry


def definition_of(name: str, *, release: str = "rota", **attributes: Any) -> TaskDefinition:
    """Return the definition of one such task."""
    return registry_of(task_of(name, **attributes), release=release).found[name]
