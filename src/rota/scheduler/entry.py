"""What the scheduler knows of one task: its next slot, what waits and what is active."""

from dataclasses import dataclass

from rota.model.outcome import Outcome
from rota.model.run import Run, Trigger
from rota.runs.active_run import ActiveRun
from rota.tasks.definition import TaskDefinition


@dataclass(frozen=True, slots=True)
class PendingRun:
    """A run that is due and has not started; without a slot for a run at start."""

    slot: int | None
    trigger: Trigger


@dataclass(slots=True, eq=False)
class ScheduleEntry:
    """One task on its schedule. Slots are epoch times.

    `finished_slot` is the newest whose run has ended. The task owes nothing for slots up to
    `owes_since`, whatever the ledger has of them.
    `waiting` holds what is due and cannot start yet: under `allow` all of it, otherwise the newest.
    Only what is shown is kept of the last run: its record would keep alive what the traceback of
    the task holds.
    """

    task: TaskDefinition
    next_slot: int | None = None
    finished_slot: int | None = None
    owes_since: int = 0
    waiting: tuple[PendingRun, ...] = ()
    active: tuple[ActiveRun, ...] = ()
    queued: bool = False
    last_outcome: Outcome | None = None
    last_started_at: float | None = None

    @property
    def schedule_key(self) -> str:
        """Identifies the schedule in the ledger, by its text and its time zone."""
        schedule = self.task.schedule
        return f"{schedule.text} {getattr(schedule, 'timezone', '')}".rstrip()

    @property
    def stuck(self) -> bool:
        """Whether a run of this task ignores its cancellation."""
        return any(run.stuck for run in self.active)

    def snapshot(self) -> "TaskSnapshot":
        """Return what is known now, for others to read."""
        return TaskSnapshot(
            task=self.task,
            next_slot=self.next_slot,
            owes_since=self.owes_since,
            waiting_slots=tuple(
                pending.slot for pending in self.waiting if pending.slot is not None
            ),
            active=tuple(run.run for run in self.active),
            stuck=self.stuck,
            last_outcome=self.last_outcome,
            last_started_at=self.last_started_at,
        )


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """What the scheduler knew of one task at one moment. Slots and times are epoch times.

    `stuck`: one of the `active` runs ignores its cancellation. The task owes nothing for slots up
    to `owes_since`.
    """

    task: TaskDefinition
    next_slot: int | None
    owes_since: int
    waiting_slots: tuple[int, ...]
    active: tuple[Run, ...]
    stuck: bool
    last_outcome: Outcome | None
    last_started_at: float | None
