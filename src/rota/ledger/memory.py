"""A ledger that ends with its process."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from rota.ledger.digest import TaskDigest, digest_of
from rota.ledger.protocol import MOST_RUNS_READ, OnDirty
from rota.ledger.records import (
    LostRun,
    RecordedRun,
    RecordedSkip,
    Recovered,
    TaskProgress,
    recorded_end,
    recorded_start,
    state_of_slot,
)
from rota.ledger.renaming import NO_RENAMES, Formerly, renames
from rota.ledger.retention import Retention, forgettable
from rota.ledger.run_filter import EVERY_RUN, RunFilter
from rota.model.events import SlotsSkipped
from rota.model.pause import Pause
from rota.model.run import Run, RunRecord
from rota.model.slot import SlotState

# What it costs a process to remember a run, about.
_RUN_BYTES = 400
SMALL = Retention(runs=20, age=timedelta(hours=1), failures=5, total_bytes=2**20)
_GROWTH_BEFORE_FORGETTING = 1.25
_MOST_SKIPS = 1000


@dataclass(slots=True)
class _Task:
    schedule: str = ""
    accounted: int = 0
    suspended: bool = False
    owed: set[int] = field(default_factory=set)


class MemoryLedger:
    """Ledger and reader of one process. By default its history is short."""

    def __init__(self, retention: Retention = SMALL) -> None:
        self._retention = retention
        self._most_runs = max(1, retention.total_bytes // _RUN_BYTES)
        self._forget_at = self._most_runs
        self._tasks: dict[str, _Task] = {}
        self._runs: dict[str, RecordedRun] = {}
        self._skips: deque[RecordedSkip] = deque(maxlen=_MOST_SKIPS)
        self._pauses: dict[str, Pause] = {}

    def open(
        self,
        on_dirty: OnDirty,  # noqa: ARG002 (nothing is ever dirty)
        formerly: Formerly = NO_RENAMES,
    ) -> Recovered:
        """Return what was noted before the scheduler was stopped."""
        for old, new in renames(formerly):
            self._rename(old, new)
        unfinished = [run for run in self._runs.values() if run.state is SlotState.RUNNING]
        for run in unfinished:
            self._runs[run.run_id] = replace(run, state=SlotState.LOST)
        tasks = {
            name: TaskProgress(
                task.schedule, task.accounted, tuple(sorted(task.owed)), task.suspended
            )
            for name, task in self._tasks.items()
        }
        lost = tuple(LostRun(run.task, run.run_id, run.slot) for run in unfinished)
        return Recovered(tasks, lost, self.pauses())

    def _rename(self, old: str, new: str) -> None:
        older = self._tasks.pop(old, None)
        if older is not None:
            known = self._tasks.setdefault(new, older)
            newest = max(known, older, key=lambda task: task.accounted)
            self._tasks[new] = replace(newest, owed=known.owed | older.owed)
        if old in self._pauses:
            self._pauses.setdefault(new, self._pauses.pop(old))
        for run in [run for run in self._runs.values() if run.task == old]:
            self._runs[run.run_id] = replace(run, task=new)
        self._skips = deque(
            (
                replace(skip, skipped=replace(skip.skipped, task=new))
                if skip.skipped.task == old
                else skip
                for skip in self._skips
            ),
            maxlen=_MOST_SKIPS,
        )

    def account(self, task: str, schedule: str, until: int, *, suspended: bool = False) -> None:
        """Note that every slot of `schedule` up to `until` has been met or was never one."""
        known = self._task(task)
        known.schedule, known.accounted, known.suspended = schedule, until, suspended

    def slot_due(self, task: str, slot: int) -> None:
        """Note that a slot needs a run."""
        self._task(task).owed.add(slot)

    def run_started(self, run: Run, started_at: float) -> None:
        """Note that a run has begun."""
        self._runs[run.run_id] = recorded_start(run, started_at)

    def run_ended(self, record: RunRecord, *, owed: bool) -> None:
        """Note how a run ended; `owed` tells that its slot needs another one."""
        run = recorded_end(record)
        self._runs[run.run_id] = run
        if run.slot is not None and not owed:
            self._task(run.task).owed.discard(run.slot)
        if len(self._runs) > self._forget_at:
            self._forget(run.started_at)

    def slots_skipped(self, skipped: SlotsSkipped, noted_at: float) -> None:
        """Note slots that never start; none of them is owed any more."""
        known = self._task(skipped.task)
        known.owed = {
            slot for slot in known.owed if not skipped.first_slot <= slot <= skipped.last_slot
        }
        self._skips.append(RecordedSkip(skipped, noted_at))

    def paused(self, task: str, pause: Pause) -> None:
        """Note the last pause of a task, also where it has ended."""
        self._pauses[task] = pause

    def flush(self) -> bool:
        """Do nothing: what is noted is kept."""
        return False

    def reader(self) -> "MemoryLedger":
        """Return itself."""
        return self

    def close(self) -> None:
        """Do nothing: the same process may open it again."""

    def runs(
        self,
        wanted: RunFilter = EVERY_RUN,
        *,
        before: str | None = None,
        limit: int = 100,
    ) -> Sequence[RecordedRun]:
        """Return the runs that are wanted, the newest first, and before a run's id."""
        found = list(self._runs.values())
        if before is not None:
            ids = list(self._runs)
            found = found[: ids.index(before)] if before in self._runs else []
        return [run for run in reversed(found) if wanted.matches(run)][: min(limit, MOST_RUNS_READ)]

    def run(self, run_id: str) -> RecordedRun | None:
        """Return one run, or None where it is not known (any more)."""
        return self._runs.get(run_id)

    def history(self, task: str, first: int, last: int) -> Sequence[RecordedRun]:
        """Return the runs of a task due between two epoch times, both included, in their order."""
        found = [
            run for run in self._runs.values() if run.task == task and first <= run.due <= last
        ]
        return sorted(found, key=lambda run: run.due)[-MOST_RUNS_READ:]

    def skips(self, task: str, first_slot: int, last_slot: int) -> Sequence[RecordedSkip]:
        """Return what was skipped of a task between two slots, both included."""
        return sorted(
            (
                skip
                for skip in self._skips
                if skip.skipped.task == task
                and skip.skipped.first_slot <= last_slot
                and skip.skipped.last_slot >= first_slot
            ),
            key=lambda skip: skip.skipped.first_slot,
        )

    def slot_state(self, task: str, slot: int) -> SlotState | None:
        """Return what became of a slot, or None where nothing is known of it (any more)."""
        states = [run.state for run in self._runs.values() if (run.task, run.slot) == (task, slot)]
        known = self._tasks.get(task)
        return state_of_slot(
            states[-1] if states else None,
            skipped=bool(self.skips(task, slot, slot)),
            owed=known is not None and slot in known.owed,
        )

    def digests(self, tasks: Collection[str], *, recent: int) -> Mapping[str, TaskDigest]:
        """Return each task's history in short, with its `recent` newest runs and skips."""
        runs: dict[str, list[RecordedRun]] = {name: [] for name in tasks}
        skips: dict[str, list[RecordedSkip]] = {name: [] for name in tasks}
        for run in self._runs.values():
            if run.task in runs:
                runs[run.task].append(run)
        for skip in self._skips:
            if skip.skipped.task in skips:
                skips[skip.skipped.task].append(skip)
        return {name: digest_of(runs[name], skips[name], recent=recent) for name in tasks}

    def count_runs(self) -> int:
        """Return how many runs are kept."""
        return len(self._runs)

    def owed(self, task: str) -> Sequence[int]:
        """Return the slots of a task that still need a run, ascending."""
        known = self._tasks.get(task)
        return sorted(known.owed) if known is not None else ()

    def pauses(self) -> Mapping[str, Pause]:
        """Return the last pause of each task that ever had one."""
        return dict(self._pauses)

    def watched_until(self) -> float | None:
        """Return None: a console's ledger is a file."""
        return None

    def gaps(self) -> Sequence[tuple[float, float]]:
        """Return nothing: a scheduler sees all that it does."""
        return ()

    def _task(self, name: str) -> _Task:
        return self._tasks.setdefault(name, _Task())

    def _forget(self, now: float) -> None:
        owed = {(name, slot) for name, task in self._tasks.items() for slot in task.owed}
        for run in forgettable(list(self._runs.values()), self._retention, now=now, owed=owed):
            del self._runs[run.run_id]
        surplus = len(self._runs) - self._most_runs
        if surplus > 0:
            everything = list(self._runs.values())
            candidates = forgettable(
                everything, self._retention, now=now, owed=owed, short_of_bytes=True
            )
            for run in candidates[:surplus]:
                del self._runs[run.run_id]
        # What may not go must not be looked at again with each run.
        least = max(self._most_runs, len(self._runs))
        self._forget_at = int(least * _GROWTH_BEFORE_FORGETTING)
