"""Which runs a ledger may forget. No I/O."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from rota.ledger.records import RecordedRun
from rota.model.slot import SlotState


@dataclass(frozen=True, slots=True)
class Retention:
    """How much is kept of each task: the last `runs`, and everything that is younger than `age`.

    Above `total_bytes` the oldest runs of all tasks go. Whatever these say, the last success of a
    task, its last `failures` (all that did not succeed) and what still runs or is owed are kept.
    """

    runs: int = 200
    age: timedelta = timedelta(days=30)
    failures: int = 20
    total_bytes: int = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Of one task: the position in its history from which on runs are kept, by kind.

    A position is any number that grows from run to run. 0 keeps all of that kind.
    """

    runs: int
    success: int
    failures: int

    def keeps(self, position: int, state: SlotState) -> bool:
        """Whether the run at `position` is kept even where bytes are short."""
        if state is SlotState.RUNNING:
            return True
        if state is SlotState.SUCCEEDED:
            return position >= self.success
        return position >= self.failures


def forgettable(
    runs: Collection[RecordedRun],
    retention: Retention,
    *,
    now: float,
    owed: Collection[tuple[str, int]] = (),
    short_of_bytes: bool = False,
) -> list[RecordedRun]:
    """Return those of `runs` (all that there are, oldest first) that may go, oldest first."""
    by_task: dict[str, list[tuple[int, RecordedRun]]] = {}
    for position, run in enumerate(runs, start=1):
        by_task.setdefault(run.task, []).append((position, run))
    thresholds = {task: _thresholds(found, retention) for task, found in by_task.items()}
    oldest = now - retention.age.total_seconds()
    return [
        run
        for position, run in enumerate(runs, start=1)
        if (short_of_bytes or (run.started_at < oldest and position < thresholds[run.task].runs))
        and not thresholds[run.task].keeps(position, run.state)
        and (run.task, run.slot) not in owed
    ]


def _thresholds(found: list[tuple[int, RecordedRun]], retention: Retention) -> Thresholds:
    succeeded = [position for position, run in found if run.state is SlotState.SUCCEEDED]
    failed = [
        position
        for position, run in found
        if run.state not in (SlotState.SUCCEEDED, SlotState.RUNNING)
    ]
    return Thresholds(
        runs=_nth_last((position for position, _ in found), retention.runs),
        success=_nth_last(succeeded, 1),
        failures=_nth_last(failed, retention.failures),
    )


def _nth_last(positions: Iterable[int], number: int) -> int:
    kept = list(positions)[-number:] if number else []
    return kept[0] if kept else 0
