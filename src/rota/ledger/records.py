"""What a ledger holds, as its readers get it. Slots and times are epoch times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rota.ledger.attempts import Attempt
from rota.model.clock import instant, rfc3339
from rota.model.events import SlotsSkipped
from rota.model.pause import Pause
from rota.model.run import Run, RunRecord, Trigger
from rota.model.slot import SlotState

REASON_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """What is known of one task's slots.

    Every slot up to `accounted` has been met: it had its run, was skipped, or is one of `owed`
    (ascending), which still need a run. `schedule` is the text that they are slots of: a changed
    schedule owes nothing for its past. `suspended` tells that nothing is owed for the time since.
    """

    schedule: str
    accounted: int
    owed: tuple[int, ...] = ()
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class LostRun:
    """A run that an earlier process began and never finished; `slot` is None where it had none."""

    task: str
    run_id: str
    slot: int | None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What an earlier process left: progress by task, the runs that died with it, and pauses.

    Of each task the last pause, which may have ended.
    """

    tasks: Mapping[str, TaskProgress] = field(default_factory=dict)
    lost: tuple[LostRun, ...] = ()
    pauses: Mapping[str, Pause] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run and what became of it; `duration_seconds` and `exit_code` are None while it goes on.

    `attempts` are the pods of a Job, in the order of their making; a scheduler's runs have none.
    `actor` is who asked a scheduler for it, where that is known, and `purpose` what for. `retry_at`
    is when the next attempt at the same work was due, an epoch time; None where there was none.
    """

    task: str
    run_id: str
    trigger: Trigger
    slot: int | None
    state: SlotState
    started_at: float
    duration_seconds: float | None = None
    exit_code: int | None = None
    reason: str | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    actor: str | None = None
    purpose: str | None = None
    retry_at: float | None = None

    @property
    def due(self) -> int:
        """The slot, or the start of a run without one: its place in the task's history."""
        return int(self.started_at) if self.slot is None else self.slot

    @property
    def lateness_seconds(self) -> float:
        """What lies between the slot and the start; 0 for a run without a slot, or by hand."""
        if self.slot is None or self.trigger.is_by_hand:
            return 0.0
        return round(self.started_at - self.slot, 3)

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready, in the words of the log lines."""
        return {
            "task": self.task,
            "run_id": self.run_id,
            "trigger": self.trigger.value,
            "slot": None if self.slot is None else rfc3339(instant(self.slot)),
            "state": self.state.value,
            "started_at": rfc3339(instant(round(self.started_at, 3))),
            "lateness_seconds": self.lateness_seconds,
            "duration_seconds": self.duration_seconds,
            "exit_code": self.exit_code,
            "reason": self.reason,
            "counts": dict(self.counts),
            "actor": self.actor,
            "purpose": self.purpose,
            "retry_at": None if self.retry_at is None else rfc3339(instant(int(self.retry_at))),
        }


@dataclass(frozen=True, slots=True)
class RecordedSkip:
    """Slots that never started, and when that was decided."""

    skipped: SlotsSkipped
    noted_at: float


def state_of_slot(run: SlotState | None, *, skipped: bool, owed: bool) -> SlotState | None:
    """Return what became of a slot: of its last run, if any, whether it was skipped, and is owed.

    None where nothing is known of it. A run that was cut off may have been followed by giving up.
    """
    if run not in (None, SlotState.INTERRUPTED, SlotState.LOST):
        return run
    if skipped:
        return SlotState.SKIPPED
    return SlotState.DUE if run is None and owed else run


def _storable(text: str) -> str:
    # An error that quotes bytes as Python reads them has halves of characters, which no file takes.
    return text[:REASON_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def recorded_start(run: Run, started_at: float) -> RecordedRun:
    """Return a run that has begun."""
    return RecordedRun(
        task=run.task,
        run_id=run.run_id,
        trigger=run.trigger,
        slot=None if run.slot is None else int(run.slot.timestamp()),
        state=SlotState.RUNNING,
        started_at=started_at,
        actor=run.actor,
        purpose=run.purpose,
    )


def recorded_end(record: RunRecord) -> RecordedRun:
    """Return a run that has ended."""
    run, duration_seconds = record.run, record.duration_seconds
    return RecordedRun(
        task=run.task,
        run_id=run.run_id,
        trigger=run.trigger,
        slot=None if run.slot is None else int(run.slot.timestamp()),
        state=SlotState(record.outcome.value),
        started_at=record.started_at,
        duration_seconds=None if duration_seconds is None else round(duration_seconds, 3),
        exit_code=int(record.exit_code),
        reason=_storable(record.reason) if record.reason else None,
        counts=record.counts,
        actor=run.actor,
        purpose=run.purpose,
        retry_at=record.retry_at,
    )
