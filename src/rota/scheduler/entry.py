"""What the scheduler knows of one task: its next slot, what waits and what is active."""

import asyncio
from dataclasses import dataclass

from rota.model.outcome import Outcome
from rota.model.pause import Pause
from rota.model.run import Run, RunRecord, Trigger
from rota.model.task_fields import Overlap
from rota.runs.active_run import ActiveRun
from rota.tasks.definition import TaskDefinition


@dataclass(frozen=True, slots=True)
class PendingRun:
    """A run that is due and has not started; without a slot for a run at start, or by hand.

    `attempt` is 0 for the first. Another one has the first one's `identity` and its start,
    `first_at`, an epoch time. `run` is what was decided already of a run that somebody ordered.
    """

    slot: int | None
    trigger: Trigger
    attempt: int = 0
    identity: str | None = None
    first_at: float | None = None
    run: Run | None = None


@dataclass(slots=True, eq=False)
class Retry:
    """Another run for the same slot, once `wait_seconds` are over, as `record` asked for.

    `due`: they are.
    """

    pending: PendingRun
    record: RunRecord
    wait_seconds: float
    timer: asyncio.TimerHandle | None = None
    due: bool = False


@dataclass(slots=True, eq=False)
class ScheduleEntry:
    """One task on its schedule. Slots are epoch times.

    `finished_slot` is the newest whose run has ended. The task owes nothing for slots up to
    `owes_since`, whatever the ledger has of them.
    `waiting` holds what is due and cannot start yet: under `allow` all of it, otherwise the newest.
    `retries` are the runs that a task asked for with TryAgain. Until they have been made the slot
    is not done, as in a Job: under `forbid` the next one waits.
    `pause` is the last one, which may have ended.
    Only what is shown is kept of the last run: its record would keep alive what the traceback of
    the task holds.
    """

    task: TaskDefinition
    next_slot: int | None = None
    finished_slot: int | None = None
    owes_since: int = 0
    pause: Pause | None = None
    waiting: tuple[PendingRun, ...] = ()
    active: tuple[ActiveRun, ...] = ()
    retries: tuple[Retry, ...] = ()
    queued: bool = False
    last_outcome: Outcome | None = None
    last_started_at: float | None = None

    @property
    def schedule_key(self) -> str:
        """Identifies the schedule in the ledger, by its text and its time zone."""
        schedule = self.task.schedule
        return f"{schedule.text} {getattr(schedule, 'timezone', '')}".rstrip()

    @property
    def may_start(self) -> bool:
        """Whether something is due that the overlap policy lets start now."""
        due_retry = any(retry.due for retry in self.retries)
        if self.task.overlap is Overlap.ALLOW:
            return due_retry or bool(self.waiting)
        if self.active:
            return False
        if due_retry or not self.waiting:
            return due_retry
        return not self.retries or self.waiting[0].trigger is Trigger.MANUAL

    def take_next(self) -> PendingRun:
        """Take out what starts next: what was due first."""
        for retry in self.retries:
            if retry.due:
                self.forget(retry)
                return retry.pending
        first, self.waiting = self.waiting[0], self.waiting[1:]
        return first

    def forget(self, retry: Retry) -> None:
        """Take out a retry, and stop waiting for it."""
        if retry.timer is not None:
            retry.timer.cancel()
        self.retries = tuple(each for each in self.retries if each is not retry)

    def retries_slot(self, slot: float) -> bool:
        """Whether a slot, an epoch time, is to be tried again."""
        return any(retry.pending.slot == slot for retry in self.retries)

    @property
    def stuck(self) -> bool:
        """Whether a run of this task ignores its cancellation."""
        return any(run.stuck for run in self.active)

    def snapshot(self) -> "TaskSnapshot":
        """Return what is known now, for others to read."""
        return TaskSnapshot(
            task=self.task,
            next_slot=self._next_start(),
            owes_since=max(self.owes_since, self.pause.last_slot if self.pause else 0),
            pause=self.pause,
            waiting_slots=tuple(
                pending.slot for pending in self.waiting if pending.slot is not None
            ),
            retrying=bool(self.retries),
            active=tuple(run.run for run in self.active),
            stuck=self.stuck,
            last_outcome=self.last_outcome,
            last_started_at=self.last_started_at,
        )

    def _next_start(self) -> int | None:
        slot, pause = self.next_slot, self.pause
        if slot is None or pause is None or not pause.active_at(slot):
            return slot
        return self.task.schedule.next_epoch(pause.last_slot)


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """What the scheduler knew of one task at one moment. Slots and times are epoch times.

    `stuck`: one of the `active` runs ignores its cancellation. The task owes nothing for slots up
    to `owes_since`. `next_slot` is the next that starts, after a pause; `pause` may have ended.
    `retrying`: it has asked to be tried again, and that waits.
    """

    task: TaskDefinition
    next_slot: int | None
    owes_since: int
    pause: Pause | None
    waiting_slots: tuple[int, ...]
    retrying: bool
    active: tuple[Run, ...]
    stuck: bool
    last_outcome: Outcome | None
    last_started_at: float | None
