"""What is known of each task's runs so far: from the ledger at the start, then from events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rota.ledger.digest import FAILURES, TaskDigest
from rota.ledger.records import RecordedRun
from rota.model.events import RunEvent, RunFinished
from rota.model.run import RunRecord
from rota.model.slot import SlotState


@dataclass(frozen=True, slots=True)
class TaskHistory:
    """A task's past in numbers. Slots and times are epoch times, 0 where there is none.

    `last_run` and `last_success` are ends of runs; duration and lateness are those of the last run.
    `owes_since`: the task owes a success for the slots after this one, which is that of its last
    success if it has any; None where nothing is known. A run without a slot has its start for one.
    """

    last_run: float = 0.0
    duration_seconds: float = 0.0
    lateness_seconds: float = 0.0
    last_success: float = 0.0
    consecutive_failures: int = 0
    newest_failed_slot: int = 0
    owes_since: int | None = None

    def followed_by(self, record: RunRecord) -> "TaskHistory":
        """Return the history with one more run, which has just ended."""
        state = SlotState(record.outcome.value)
        slot = int(record.started_at if record.run.slot is None else record.run.slot.timestamp())
        duration_seconds = record.duration_seconds or 0.0
        ended = replace(
            self,
            last_run=record.started_at + duration_seconds,
            duration_seconds=duration_seconds,
            lateness_seconds=record.lateness_seconds,
        )
        if state is SlotState.SUCCEEDED:
            return ended.with_success(slot)
        return ended.with_failure(slot) if state in FAILURES else ended

    def with_success(self, slot: int) -> "TaskHistory":
        """Return it with the last run as a success for `slot`."""
        newest = slot if self.owes_since is None else max(slot, self.owes_since)
        # Of an older slot, made up for: the failures for newer ones still stand.
        failures = 0 if slot >= self.newest_failed_slot else self.consecutive_failures
        return replace(
            self, last_success=self.last_run, owes_since=newest, consecutive_failures=failures
        )

    def with_failure(self, slot: int) -> "TaskHistory":
        """Return it with the last run as a failure for `slot`."""
        # Where nothing succeeded yet, the first slot that is known is owed itself.
        since = slot - 1 if self.owes_since is None else self.owes_since
        return replace(
            self,
            consecutive_failures=self.consecutive_failures + (slot > since),
            newest_failed_slot=max(slot, self.newest_failed_slot),
            owes_since=since,
        )


NO_HISTORY = TaskHistory()


class Histories:
    """An observer that keeps each task's history. `recall` is for before the first run ends."""

    def __init__(self) -> None:
        self._by_task: dict[str, TaskHistory] = {}

    def recall(self, digests: Mapping[str, TaskDigest]) -> None:
        """Go on from what the ledger has of earlier processes."""
        self._by_task = {task: history_of(digest) for task, digest in digests.items()}

    def __call__(self, event: RunEvent) -> None:
        """Take note of a run's end."""
        if isinstance(event, RunFinished):
            task = event.record.run.task
            self._by_task[task] = self.of(task).followed_by(event.record)

    def of(self, task: str) -> TaskHistory:
        """Return what is known of a task."""
        return self._by_task.get(task, NO_HISTORY)


def history_of(digest: TaskDigest) -> TaskHistory:
    """Return a task's history as the ledger tells it in short."""
    last = digest.last_ended
    return TaskHistory(
        last_run=_end(last),
        duration_seconds=(last.duration_seconds or 0.0) if last else 0.0,
        lateness_seconds=last.lateness_seconds if last else 0.0,
        last_success=_end(digest.last_success),
        consecutive_failures=digest.consecutive_failures,
        newest_failed_slot=max(
            (run.due for run in digest.recent if run.state in FAILURES), default=0
        ),
        owes_since=digest.owes_since,
    )


def _end(run: RecordedRun | None) -> float:
    return 0.0 if run is None else run.started_at + (run.duration_seconds or 0.0)
