"""From the registry of tasks to the `tasks` of the Helm chart's values."""

from typing import Any

from rota.kubernetes.manifests.yaml_text import yaml_document
from rota.schedules import Cron
from rota.tasks.definition import TaskDefinition
from rota.tasks.registry import Registry

# Field of TaskDefinition → key of a task in the chart's values, where the field's own value is the
# chart's. Schedules are decided in `_schedule_values`.
_PLAIN_FIELDS = {
    "run_on_start": "runOnStart",
    "timeout_seconds": "timeoutSeconds",
    "overlap": "overlap",
    "catch_up_seconds": "catchUpSeconds",
    "splay_minutes": "splayMinutes",
    "backoff_limit": "backoffLimit",
    "shards": "shards",
    "suspend": "suspend",
}


def tasks_values(registry: Registry) -> dict[str, dict[str, Any]]:
    """Return the chart's `tasks`: each task's schedule, and what else was stated about it.

    These are the tasks that run; the disabled ones too, with `enabled: false`, so that a values
    file can enable them. In the chart they take the place of the reference tasks.
    UnknownTaskError where settings name a task that nobody has.
    """
    selected = {task.name for task in registry.selected()}
    values: dict[str, dict[str, Any]] = {}
    for task in registry.found.values():
        if task.name in selected:
            values[task.name] = task_values(task)
        elif not task.enabled:
            values[task.name] = {**task_values(task), "enabled": False}
    return values


def task_values(task: TaskDefinition) -> dict[str, Any]:
    """Return one task's values: its schedule, and what was stated; the chart has the defaults."""
    stated = {
        key: _plain(getattr(task, field))
        for field, key in _PLAIN_FIELDS.items()
        if field in task.stated
    }
    return {**_schedule_values(task), **stated}


def helm_values(registry: Registry) -> str:
    """Return a values file for the chart, as YAML; the same registry gives the same bytes."""
    return yaml_document(
        {"tasks": tasks_values(registry)},
        comment=["Written by `rota export helm-values`: change the tasks, and export again."],
    )


def _schedule_values(task: TaskDefinition) -> dict[str, Any]:
    if not isinstance(task.schedule, Cron) or task.interval_seconds is not None:
        return {"intervalSeconds": task.interval_seconds}
    values: dict[str, Any] = {"schedule": task.schedule.text}
    if "timezone" in task.stated:
        values["timezone"] = task.schedule.timezone
    return values


def _plain(value: Any) -> Any:
    """Return a value that YAML has: enums by their value, whole floats as whole numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return getattr(value, "value", value)
