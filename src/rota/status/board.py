"""Everything that can be asked about the tasks of one installation."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota.ledger.protocol import LedgerReader
from rota.ledger.records import RecordedRun
from rota.model.clock import Clock, instant, rfc3339
from rota.model.errors import UsageError
from rota.model.slot import SlotState
from rota.status.explanation import Explanation, explain
from rota.status.slots import SlotStatus, slots_between
from rota.status.task_status import PROBLEMS, SEVERITY, TaskState, TaskStatus, task_status
from rota.tasks.definition import TaskDefinition
from rota.tasks.naming import suggestion


@dataclass(frozen=True, slots=True)
class Overview:
    """All tasks at one moment, problems first. `as_of` is an epoch time."""

    tasks: Sequence[TaskStatus]
    as_of: float

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tasks are in each state."""
        found = Counter(status.state for status in self.tasks)
        return {state.value: found[state] for state in TaskState}

    @property
    def problems(self) -> Sequence[TaskStatus]:
        """The tasks that are failing or overdue."""
        return [status for status in self.tasks if status.state in PROBLEMS]

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "items": [status.facts() for status in self.tasks],
            "counts": dict(self.counts),
            "as_of": rfc3339(instant(round(self.as_of, 3))),
        }


class Board:
    """Answers about `tasks` from what `reader` knows. Every question may read a file."""

    def __init__(self, tasks: Sequence[TaskDefinition], reader: LedgerReader, clock: Clock) -> None:
        self._tasks = {task.name: task for task in tasks}
        self._reader = reader
        self._clock = clock

    @property
    def task_names(self) -> Collection[str]:
        """The names of the tasks, in their order."""
        return self._tasks.keys()

    def definition(self, name: str) -> TaskDefinition:
        """Return a task; UsageError, with the nearest name, where there is none."""
        found = self._tasks.get(name)
        if found is None:
            known = ", ".join(self._tasks) or "none"
            hint = suggestion(name, self._tasks)
            raise UsageError(f"no task is named {name!r}{hint} (known: {known})")
        return found

    def overview(self, *, strip_length: int = 30) -> Overview:
        """Return how every task is doing."""
        now = self._clock.timestamp()
        digests = self._reader.digests(self.task_names, recent=strip_length)
        statuses = [
            task_status(task, digests[name], now, strip_length=strip_length)
            for name, task in self._tasks.items()
        ]
        return Overview(sorted(statuses, key=_severity), now)

    def task(self, name: str, *, strip_length: int = 200) -> TaskStatus:
        """Return how one task is doing; UsageError where there is none."""
        task = self.definition(name)
        digest = self._reader.digests([name], recent=strip_length)[name]
        return task_status(task, digest, self._clock.timestamp(), strip_length=strip_length)

    def slots(self, name: str, first: int, last: int) -> Sequence[SlotStatus]:
        """Return what became of a task's slots between two epoch times, both included."""
        now = self._clock.timestamp()
        return slots_between(self.definition(name), self._reader, first, last, now)

    def explain(self, name: str, slot: int) -> Explanation:
        """Say why a slot ran or did not; UsageError where it is not a slot of the task."""
        return explain(self.definition(name), self._reader, slot, self._clock.timestamp())

    def runs(
        self,
        *,
        task: str | None = None,
        states: Collection[SlotState] = (),
        before: str | None = None,
        limit: int = 100,
    ) -> Sequence[RecordedRun]:
        """Return runs, the newest first; UsageError for a task that is not known."""
        if task is not None:
            self.definition(task)
        return self._reader.runs(task=task, states=states, before=before, limit=limit)

    def run(self, run_id: str) -> RecordedRun | None:
        """Return one run, or None where it is not known (any more)."""
        return self._reader.run(run_id)


def _severity(status: TaskStatus) -> tuple[int, str]:
    return SEVERITY[status.state], status.task.name
