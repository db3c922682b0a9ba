"""The tasks of one scheduler, by name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rota.model.clock import instant
from rota.model.errors import TaskDefinitionError
from rota.scheduler.entry import ScheduleEntry
from rota.tasks.definition import TaskDefinition
from rota.tasks.naming import check_former_names, kubernetes_name


class Entries:
    """An entry for each task, in the order of their registration; no name is taken twice."""

    def __init__(self) -> None:
        self.by_name: dict[str, ScheduleEntry] = {}
        self._kubernetes_names: dict[str, str] = {}

    def __iter__(self) -> Iterator[ScheduleEntry]:
        return iter(self.by_name.values())

    def add(self, task: TaskDefinition) -> ScheduleEntry | None:
        """Return the entry of another task; None for one that is not enabled.

        Raises TaskDefinitionError where its name is taken, also if only in Kubernetes.
        """
        other = self._kubernetes_names.get(kubernetes_name(task.name))
        if other is not None:
            raise TaskDefinitionError(
                f"task {task.name!r} is registered twice"
                if other == task.name
                else f"tasks {other!r} and {task.name!r} have the same name in Kubernetes"
            )
        if not task.enabled:
            return None
        self._kubernetes_names[kubernetes_name(task.name)] = task.name
        self.by_name[task.name] = entry = ScheduleEntry(task)
        return entry

    def former_names(self) -> Mapping[str, Sequence[str]]:
        """Return the former names of each task. TaskDefinitionError where two claim one."""
        return check_former_names({entry.task.name: entry.task.formerly for entry in self})

    def facts(self) -> Mapping[str, Mapping[str, Any]]:
        """Return `TaskScheduler.tasks`."""
        return {
            entry.task.name: {
                "handler": entry.task.handler,
                "interval": entry.task.interval_seconds,
                "run_on_start": entry.task.run_on_start,
                "last_run": None
                if entry.last_started_at is None
                else instant(entry.last_started_at),
            }
            for entry in self
        }
