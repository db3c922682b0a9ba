"""Everything that can be asked about the tasks of one installation."""

import heapq
import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota.ledger.memory import MemoryLedger
from rota.ledger.protocol import LedgerReader
from rota.ledger.records import RecordedRun
from rota.ledger.run_filter import EVERY_RUN, RunFilter
from rota.model.clock import Clock, instant, rfc3339
from rota.model.errors import UnknownTaskError, UsageError
from rota.model.pause import Pause
from rota.schedules import fire_times
from rota.status.explanation import Explanation, explain
from rota.status.sight import Gap, Sight, gap_facts, sight_of
from rota.status.slots import SlotStatus, slots_between
from rota.status.task_status import (
    PROBLEMS,
    SEVERITY,
    STRIP_LENGTH,
    TaskState,
    TaskStatus,
    task_status,
)
from rota.tasks.definition import TaskDefinition
from rota.tasks.naming import suggestion

_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Overview:
    """All tasks at one moment, problems first. Times are epoch times.

    `blind_since` is since when a console has not seen the cluster; None while it does.
    """

    tasks: Sequence[TaskStatus]
    as_of: float
    blind_since: float | None = None

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
            "next": None,
            "counts": dict(self.counts),
            "as_of": rfc3339(instant(round(self.as_of, 3))),
            **blind_facts(self.blind_since),
        }


def blind_facts(since: float | None) -> Mapping[str, Any]:
    """Return what is said of the time that a console does not see now, JSON-ready."""
    return {
        "complete": since is None,
        "gaps": [] if since is None else gap_facts([(since, None)]),
        "blind_since": None if since is None else rfc3339(instant(round(since, 3))),
    }


class Board:
    """Answers about `tasks` from what `reader` knows. Every question may read a file."""

    def __init__(
        self,
        tasks: Sequence[TaskDefinition],
        reader: LedgerReader,
        clock: Clock,
        *,
        owes_since: Mapping[str, int] | None = None,
    ) -> None:
        """`owes_since`: by task, the slot up to which it owes none, where a scheduler knows one."""
        self._owes_since = owes_since or {}
        self._tasks = {task.name: task for task in tasks}
        self._reader = reader
        self._clock = clock

    @property
    def in_memory(self) -> bool:
        """Whether the ledger is memory of this process, which only its own event loop may read."""
        return isinstance(self._reader, MemoryLedger)

    def now(self) -> float:
        """Return the epoch time at which the answers are given."""
        return self._clock.timestamp()

    @property
    def task_names(self) -> Collection[str]:
        """The names of the tasks, in their order."""
        return self._tasks.keys()

    def definition(self, name: str) -> TaskDefinition:
        """Return a task; UnknownTaskError, with the nearest name, where there is none."""
        found = self._tasks.get(name)
        if found is None:
            known = ", ".join(self._tasks) or "none"
            hint = suggestion(name, self._tasks)
            raise UnknownTaskError(f"no task is named {name!r}{hint} (known: {known})")
        return found

    def overview(self, *, strip_length: int = STRIP_LENGTH) -> Overview:
        """Return how every task is doing. Strips are most of the work: of many tasks, 0."""
        statuses, now, sight = self._look(self.task_names, strip_length)
        blind_since = None if sight is None else sight.blind_since
        return Overview(sorted(statuses, key=_severity), now, blind_since)

    def task(self, name: str, *, strip_length: int = 200) -> TaskStatus:
        """Return how one task is doing; UnknownTaskError where there is none."""
        [status] = self.tasks([name], strip_length=strip_length)
        return status

    def tasks(
        self, names: Collection[str], *, strip_length: int = STRIP_LENGTH
    ) -> Sequence[TaskStatus]:
        """Return how some tasks are doing, in their order; UnknownTaskError for another name."""
        statuses, _, _ = self._look(names, strip_length)
        return statuses

    def _look(
        self, names: Collection[str], strip_length: int
    ) -> tuple[Sequence[TaskStatus], float, Sight | None]:
        """Return the tasks, the moment that they are shown at, and what could be seen then."""
        tasks = [self.definition(name) for name in names]
        digests = self._reader.digests(names, recent=strip_length)
        now, sight, pauses = self._clock.timestamp(), self.sight(), self._reader.pauses()
        statuses = [
            task_status(
                task,
                digests[task.name],
                now,
                strip_length=strip_length,
                owes_since=self._owes_since.get(task.name, 0),
                sight=sight,
                pause=pauses.get(task.name),
            )
            for task in tasks
        ]
        return statuses, now, sight

    def sight(self) -> Sight | None:
        """Return what the console that writes the ledger could see; None of a scheduler's."""
        return sight_of(self._reader, self._clock.timestamp())

    def unseen(self, first: float, last: float) -> Sequence[Gap]:
        """Return what a console did not see between two epoch times; nothing of a scheduler's."""
        sight = self.sight()
        return () if sight is None else sight.unseen_between(first, last)

    def slots(self, name: str, first: int, last: int) -> Sequence[SlotStatus]:
        """Return what became of a task's slots between two epoch times, both included."""
        now = self._clock.timestamp()
        return slots_between(self.definition(name), self._reader, first, last, now)

    def explain(self, name: str, slot: int) -> Explanation:
        """Say why a slot ran or did not; UsageError where it is not a slot of the task."""
        return explain(self.definition(name), self._reader, slot, self._clock.timestamp())

    def last_pause(self, name: str) -> Pause | None:
        """Return a task's last pause, which may have ended; None where it never had one."""
        return self._reader.pauses().get(name)

    def upcoming(
        self, hours: float, limit: int, *, after: tuple[int, str] | None = None
    ) -> Sequence[tuple[int, str]]:
        """Return the slots of all tasks that come within `hours`, the soonest first.

        `after` is a slot with its task: only what comes behind it.
        """
        now = int(self._clock.timestamp())
        begin = now if after is None else max(now, after[0] - 1)
        since = {task.name: begin for task in self._tasks.values() if not task.suspend}
        for name, pause in self._reader.pauses().items():
            if pause.active_at(now) and name in since:
                since[name] = max(begin, pause.last_slot)
        until = int(now + hours * _HOUR_SECONDS)
        merged = heapq.merge(*(_slots(self._tasks[name], at, until) for name, at in since.items()))
        return list(itertools.islice((each for each in merged if not after or each > after), limit))

    def runs(
        self, wanted: RunFilter = EVERY_RUN, *, before: str | None = None, limit: int = 100
    ) -> Sequence[RecordedRun]:
        """Return runs, the newest first; UnknownTaskError for a task that is not known."""
        if wanted.task is not None:
            self.definition(wanted.task)
        return self._reader.runs(wanted, before=before, limit=limit)

    def run(self, run_id: str) -> RecordedRun | None:
        """Return one run, or None where it is not known (any more)."""
        return self._reader.run(run_id)

    def known_run(self, run_id: str) -> RecordedRun:
        """Return one run; UsageError where it is not known (any more)."""
        found = self._reader.run(run_id)
        if found is None:
            raise UsageError(
                f"no run {run_id!r} is known: it has another id, or was deleted to keep the "
                "history small"
            )
        return found


def _slots(task: TaskDefinition, after: int, until: int) -> Iterator[tuple[int, str]]:
    return ((slot, task.name) for slot in fire_times(task.schedule, after, until))


def _severity(status: TaskStatus) -> tuple[int, str]:
    return SEVERITY[status.state], status.task.name
