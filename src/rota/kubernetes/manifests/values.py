"""From the registry of tasks to the `tasks` of the Helm chart's values."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rota.kubernetes.manifests.cronjob import formerly_annotation
from rota.kubernetes.manifests.yaml_text import yaml_document
from rota.model.task_fields import NON_SCHEDULE_FIELDS, TASK_FIELDS
from rota.schedules import largest_gap_seconds
from rota.tasks.definition import TaskDefinition
from rota.tasks.registry import Registry

# The same years every time, so that an exported file does not change by itself; one has a leap day.
_GAPS_FROM = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
_GAPS_UNTIL = int(datetime(2031, 1, 1, tzinfo=UTC).timestamp())


def tasks_values(registry: Registry, *, largest_gaps: bool = False) -> dict[str, dict[str, Any]]:
    """Return the chart's `tasks`: each task's schedule, and the other fields that were set.

    These are the tasks that run; the disabled ones too, with `enabled: false`, so that a values
    file can enable them. In the chart they replace the reference tasks. `largest_gaps` adds those
    of cron texts, over some years.
    Raises UnknownTaskError if settings name an unknown task.
    """
    selected = {task.name for task in registry.selected()}
    values: dict[str, dict[str, Any]] = {}
    for task in registry.found.values():
        if task.name in selected:
            values[task.name] = task_values(task)
            if largest_gaps:
                values[task.name] |= _largest_gap(task)
        elif not task.enabled:
            values[task.name] = {**task_values(task), "enabled": False}
    return values


def task_values(task: TaskDefinition) -> dict[str, Any]:
    """Return one task's values: its schedule and the fields that were set, without defaults.

    What it was called before is an annotation of its CronJob.
    """
    others = {
        field.chart_key: _plain(task.value_of(field.name))
        for field in NON_SCHEDULE_FIELDS
        if field.in_settings and field.name in task.explicit_fields
    }
    values = {**_schedule_values(task), **others}
    return {**values, "annotations": formerly_annotation(task)} if task.formerly else values


def helm_values(registry: Registry, *, largest_gaps: bool = False) -> str:
    """Return a values file for the chart, as YAML; the same registry gives the same bytes."""
    return values_file(tasks_values(registry, largest_gaps=largest_gaps))


def values_file(tasks: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the values file of tasks whose values are known, by name."""
    return yaml_document(
        {"tasks": {name: dict(values) for name, values in tasks.items()}},
        comment=["Written by `rota export helm-values`: change the tasks, and export again."],
    )


def _schedule_values(task: TaskDefinition) -> dict[str, Any]:
    values = {
        field.chart_key: task.value_of(field.name)
        for field in TASK_FIELDS
        if field.part_of_schedule
    }
    if "timezone" not in task.explicit_fields:
        del values["timezone"]
    return {key: value for key, value in values.items() if value is not None}


def _largest_gap(task: TaskDefinition) -> dict[str, int]:
    if task.interval_seconds is not None:
        return {}  # The chart knows it from the interval.
    gap = largest_gap_seconds(task.schedule, _GAPS_FROM, _GAPS_UNTIL)
    return {} if gap is None else {"largestGapSeconds": gap}


def _plain(value: Any) -> Any:
    """Return a value that YAML has: enums by their value, whole floats as whole numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return getattr(value, "value", value)
