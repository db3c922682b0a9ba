"""The tasks of one process, by name."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from rota.model.errors import ConfigError, TaskDefinitionError, UnknownTaskError
from rota.settings import Settings, override_key, task_variable
from rota.tasks.definition import Handler, TaskDefinition, define_task
from rota.tasks.naming import check_former_names, kubernetes_name, suggestion


class Registry:
    """Collects tasks, with the same `register_task` as the scheduler.

    `left_out` names the reference tasks that do not run because there are other tasks.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: dict[str, TaskDefinition] = {}
        self._kubernetes_names: dict[str, str] = {}
        self.source = "register_task"
        self.left_out: tuple[str, ...] = ()

    def register_task(
        self,
        name: str,
        handler: Handler,
        interval_seconds: int | None,
        run_on_start: bool = False,  # noqa: FBT001, FBT002 (the seed's signature)
    ) -> None:
        """Add a task. Raises TaskDefinitionError for a bad or taken name.

        `interval_seconds` may be None for a handler with a schedule of its own.
        """
        task = define_task(
            name,
            handler,
            interval_seconds,
            run_on_start=run_on_start,
            settings=self._settings,
            source=self.source,
        )
        self._claim_name(task)
        self._found[task.name] = task

    def _claim_name(self, task: TaskDefinition) -> None:
        key = kubernetes_name(task.name)
        other = self._kubernetes_names.setdefault(key, task.name)
        if task.name in self._found:
            raise TaskDefinitionError(
                f"two tasks are named {task.name!r}: one from {self._found[task.name].source}, "
                f"one from {task.source}; rename one of them"
            )
        if other != task.name:
            raise TaskDefinitionError(
                f"tasks {other!r} and {task.name!r} would both be {key!r} in Kubernetes; "
                "rename one of them"
            )

    @property
    def found(self) -> dict[str, TaskDefinition]:
        """All tasks that were found, enabled or not, in order."""
        return dict(self._found)

    def __iter__(self) -> Iterator[TaskDefinition]:
        return iter(self.selected())

    def selected(self) -> list[TaskDefinition]:
        """Return the tasks that run: exactly those in ROTA_ONLY, else all that are enabled.

        Raises UnknownTaskError for a name in ROTA_ONLY, or in a `ROTA_TASK__…` variable, that no
        task has.
        """
        check_former_names({name: task.formerly for name, task in self._found.items()})
        self._refuse_unknown_overrides()
        if not self._settings.only:
            return [task for task in self._found.values() if task.enabled]
        for name in self._settings.only:
            if name not in self._found:
                raise self._unknown(name, "ROTA_ONLY")
        # ROTA_ONLY enables a task, in every mode.
        return [
            replace(task, enabled=True)
            for task in self._found.values()
            if task.name in self._settings.only
        ]

    def get(self, name: str) -> TaskDefinition:
        """Return the task `name`. Raises UnknownTaskError, which suggests the nearest name."""
        for task in self.selected():
            if task.name == name:
                return task
        if name in self._found:
            why = "is not in ROTA_ONLY" if self._settings.only else "is disabled"
            raise UnknownTaskError(f"task {name!r} {why}")
        raise self._unknown(name, None)

    def _unknown(self, name: str, where: str | None) -> UnknownTaskError:
        prefix = f"{where}: " if where else ""
        if name in self.left_out:
            return UnknownTaskError(
                f"{prefix}{name!r} is a reference task, left out because "
                "there are other tasks; name it in ROTA_ONLY or ROTA_TASKS to run it"
            )
        for task in self._found.values():
            if name in (*task.formerly, *map(override_key, task.formerly)):
                return UnknownTaskError(
                    f"{prefix}task {name!r} is called {task.name!r} now; write that name"
                )
        known = ", ".join(self._found) or "none"
        return UnknownTaskError(
            f"{prefix}no task is named {name!r}{suggestion(name, self._found)} (known: {known})"
        )

    def _refuse_unknown_overrides(self) -> None:
        if self._settings.cronjob_name:
            return  # The pod of one task ignores the settings of all others, known or not.
        known = {override_key(name): name for name in self._found}
        for key in self._settings.all_overrides():
            if key not in known:
                raise self._unknown(key, task_variable(key, "…"))


def check_not_empty(tasks: Collection[TaskDefinition]) -> None:
    """Raise ConfigError if there is no task to run."""
    if not tasks:
        raise ConfigError("no task would run: name some in ROTA_TASKS or ROTA_ONLY, or enable one")
