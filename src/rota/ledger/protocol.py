"""What the scheduler asks of a ledger, and what its readers may ask."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from rota.ledger.digest import TaskDigest
from rota.ledger.records import RecordedRun, RecordedSkip, Recovered
from rota.ledger.renaming import NO_RENAMES, Formerly
from rota.ledger.run_filter import EVERY_RUN, RunFilter
from rota.model.events import SlotsSkipped
from rota.model.pause import Pause
from rota.model.run import Run, RunRecord
from rota.model.slot import SlotState

OnDirty = Callable[[], None]
MOST_RUNS_READ = 500


class Ledger(Protocol):
    """Keeps what happened to every slot. Slots are epoch times.

    No method blocks the event loop but `open`, and none raises for a broken disk.
    """

    def open(self, on_dirty: OnDirty, formerly: Formerly = NO_RENAMES) -> Recovered:
        """Return what an earlier process left; the slots of its unfinished runs are owed.

        What it left under a former name of a task has the task's name from now on.

        `on_dirty` is called when there is something to flush, and not again before a flush has
        returned False.
        """
        ...

    def account(self, task: str, schedule: str, until: int, *, suspended: bool = False) -> None:
        """Note that every slot of `schedule` up to `until` has been met or was never one."""
        ...

    def slot_due(self, task: str, slot: int) -> None:
        """Note that a slot needs a run."""
        ...

    def run_started(self, run: Run, started_at: float) -> None:
        """Note that a run has begun."""
        ...

    def run_ended(self, record: RunRecord, *, owed: bool) -> None:
        """Note how a run ended; `owed` tells that its slot needs another one."""
        ...

    def slots_skipped(self, skipped: SlotsSkipped, noted_at: float) -> None:
        """Note slots that never start; none of them is owed any more."""
        ...

    def paused(self, task: str, pause: Pause) -> None:
        """Note the last pause of a task, also where it has ended."""
        ...

    def flush(self) -> bool:
        """Begin to write what was noted; return whether `flush` needs to be called again."""
        ...

    def reader(self) -> "LedgerReader":
        """Return what answers questions, from any thread, about what an open ledger has written."""
        ...

    def close(self) -> None:
        """Write what was noted and let go of the storage. Blocks; may be called twice."""
        ...


class LedgerReader(Protocol):
    """Answers questions about what has happened."""

    def runs(
        self,
        wanted: RunFilter = EVERY_RUN,
        *,
        before: str | None = None,
        limit: int = 100,
    ) -> Sequence[RecordedRun]:
        """Return the runs that are wanted, the newest first, and before a run's id.

        At most `limit`, and never more than `MOST_RUNS_READ`.
        """
        ...

    def run(self, run_id: str) -> RecordedRun | None:
        """Return one run with its attempts, or None where it is not known (any more)."""
        ...

    def history(self, task: str, first: int, last: int) -> Sequence[RecordedRun]:
        """Return the runs of a task due between two epoch times, both included, in their order.

        A run without a slot is due when it starts. At most `MOST_RUNS_READ`, the newest.
        """
        ...

    def skips(self, task: str, first_slot: int, last_slot: int) -> Sequence[RecordedSkip]:
        """Return what was skipped of a task between two slots, both included, the oldest first."""
        ...

    def slot_state(self, task: str, slot: int) -> SlotState | None:
        """Return what became of a slot, or None where nothing is known of it (any more)."""
        ...

    def digests(self, tasks: Collection[str], *, recent: int) -> Mapping[str, TaskDigest]:
        """Return each task's history in short, with its `recent` newest runs and skips."""
        ...

    def count_runs(self) -> int:
        """Return how many runs are kept."""
        ...

    def owed(self, task: str) -> Sequence[int]:
        """Return the slots of a task that still need a run, ascending."""
        ...

    def pauses(self) -> Mapping[str, Pause]:
        """Return the last pause of each task that ever had one."""
        ...

    def watched_until(self) -> float | None:
        """Return up to when a console saw everything but the gaps; None where none wrote this."""
        ...

    def gaps(self) -> Sequence[tuple[float, float]]:
        """Return the stretches of time that a console did not see, the oldest first."""
        ...
