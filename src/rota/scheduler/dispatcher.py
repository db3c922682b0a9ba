"""Starts the runs that are due, within each task's overlap policy and the process's capacity."""

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rota.ledger.protocol import Ledger
from rota.model.clock import Clock, instant
from rota.model.context import Stop
from rota.model.events import SlotsSkipped
from rota.model.outcome import Outcome, SkipReason
from rota.model.pause import Pause
from rota.model.run import Run, RunRecord
from rota.runs.active_run import ActiveRun
from rota.runs.bus import EventBus
from rota.runs.runner import Runner, new_run
from rota.scheduler.entry import PendingRun, Retry, ScheduleEntry
from rota.scheduler.overlap import queue_up
from rota.scheduler.retries import retry_of
from rota.settings import CatchUp, Overlap

_REPLACED = "replaced"
# All tasks that are due together have one slot, and one object for it.
_instant = lru_cache(maxsize=64)(instant)

_logger = logging.getLogger(__name__)


class Dispatcher:
    """Holds waiting slots and active runs. `capacity`: active runs at the same time."""

    def __init__(
        self,
        runner: Runner,
        *,
        clock: Clock,
        stop: Stop,
        ledger: Ledger,
        bus: EventBus,
        capacity: int,
    ) -> None:
        self._runner = runner
        self._clock = clock
        self._stop = stop
        self._ledger = ledger
        self._bus = bus
        self.capacity = capacity
        self._ready: deque[ScheduleEntry] = deque()
        self._active: set[ActiveRun] = set()
        self._follow_ups: dict[str, Retry | str | None] = {}
        # Not in the context of a task: a retry is not part of its run.
        self._context = contextvars.Context()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def running(self) -> int:
        """How many runs are active, stuck ones not counted."""
        return len(self._active)

    def submit(self, entry: ScheduleEntry, pending: PendingRun) -> None:
        """Start a due slot now, or when the task's overlap policy and the capacity allow.

        A slot that has run comes due again if the clock goes back and forth; it is ignored.
        """
        if pending.slot is not None:
            if pending.slot == entry.finished_slot or entry.retries_slot(pending.slot):
                return
            self._ledger.slot_due(entry.task.name, pending.slot)
        queueing = queue_up(entry.task, entry.waiting, pending)
        for older in queueing.dropped:
            self._skip(entry, older, SkipReason.OVERLAP)
        entry.waiting = queueing.waiting
        if queueing.interrupt:
            for run in entry.active:
                run.interrupt(_REPLACED)
            for retry in entry.retries:
                self._drop_retry(entry, retry, _REPLACED)
        self._make_ready(entry)
        self._fill()

    def drop_for_pause(self, entry: ScheduleEntry, pause: Pause) -> None:
        """Skip the slots that wait, for good; what somebody asked for by hand still starts."""
        slots = [pending for pending in entry.waiting if pending.slot is not None]
        entry.waiting = tuple(pending for pending in entry.waiting if pending.slot is None)
        for pending in slots:
            self._skip(entry, pending, SkipReason.PAUSED, pause.sentence)
        for retry in entry.retries:
            if retry.pending.slot is not None:
                self._drop_retry(entry, retry, pause.sentence)

    def drop_waiting(self, entries: Sequence[ScheduleEntry]) -> None:
        """Skip what waits. It is still owed, and the next process finds it in the ledger."""
        self._ready.clear()
        for entry in entries:
            for pending in entry.waiting:
                self._skip(entry, pending, SkipReason.STOPPING)
                if pending.run is not None:
                    # Somebody was told its id, and no ledger has it.
                    facts = {**pending.run.facts(), "reason": SkipReason.STOPPING.value}
                    _logger.warning("run.not_started", extra=facts)
            for retry in entry.retries:
                self._leave_retry(entry, retry)
            entry.waiting = ()
            entry.queued = False

    async def wait_idle(self, timeout_seconds: float) -> None:
        """Return when no run is active, or after the timeout."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._idle.wait()
        except TimeoutError:
            return

    def interrupt_all(self, reason: str) -> None:
        """Cancel every active run."""
        for run in list(self._active):
            run.interrupt(reason)

    def _make_ready(self, entry: ScheduleEntry) -> None:
        if entry.may_start and not entry.queued:
            entry.queued = True
            self._ready.append(entry)

    def _fill(self) -> None:
        while self._ready and len(self._active) < self.capacity and not self._stop.requested:
            entry = self._ready.popleft()
            entry.queued = False
            if entry.may_start:
                self._start(entry, entry.take_next())
            self._make_ready(entry)

    def _start(self, entry: ScheduleEntry, pending: PendingRun) -> None:
        now = self._clock.timestamp()
        # With `all`, what may start was decided when it came due: since then it waits for others.
        waits_for_others = entry.task.catch_up is CatchUp.ALL
        latest = entry.task.latest_start_seconds
        is_first = pending.attempt == 0 and pending.slot is not None
        if is_first and now - (pending.slot or 0) > latest and not waits_for_others:
            self._skip(entry, pending, SkipReason.TOO_LATE)
            return
        slot = None if pending.slot is None else _instant(pending.slot)
        run = new_run(
            entry.task,
            pending.trigger,
            slot,
            clock=self._clock,
            identity=pending.identity,
            attempt=pending.attempt or None,
        )
        run = run if pending.run is None else _as_ordered(pending.run, run)
        self._ledger.run_started(run, now)
        active = self._runner.start(
            entry.task,
            run,
            on_decided=lambda _, record: self._run_decided(entry, pending, record),
            on_ended=lambda active, record: self._run_ended(entry, active, record),
            on_returned=lambda active: self._task_returned(entry, active),
        )
        entry.active += (active,)
        self._active.add(active)
        self._idle.clear()

    def _run_decided(self, entry: ScheduleEntry, pending: PendingRun, record: RunRecord) -> None:
        entry.last_outcome, entry.last_started_at = record.outcome, record.started_at
        # A newer slot runs in place of a replaced one. Other interrupted slots need another run,
        # which the next process starts.
        owed = record.outcome is Outcome.INTERRUPTED and record.reason != _REPLACED
        retry = self._follow_up(entry, pending, record)
        self._follow_ups[record.run.run_id] = retry
        if isinstance(retry, Retry):
            # Until it has been made the slot is owed: the next process may have to.
            entry.retries += (retry,)
            owed = True
            record = replace(record, retry_at=self._clock.timestamp() + retry.wait_seconds)
        # Nothing is owed for a run by hand, even if it is for a slot.
        owed = owed and pending.slot is not None
        self._ledger.run_ended(record, owed=owed)
        if pending.slot is not None and not owed:
            entry.finished_slot = max(entry.finished_slot or pending.slot, pending.slot)

    def _follow_up(
        self, entry: ScheduleEntry, pending: PendingRun, record: RunRecord
    ) -> Retry | str | None:
        """Return what `retry_of` does, but none that a newer slot or a pause would have dropped."""
        now = self._clock.timestamp()
        found = retry_of(entry.task, pending, record, now)
        if not isinstance(found, Retry):
            return found
        if entry.task.overlap is Overlap.REPLACE and entry.waiting:
            return _REPLACED
        if pending.slot is not None and entry.pause is not None and entry.pause.active_at(now):
            return entry.pause.sentence
        return found

    def _run_ended(self, entry: ScheduleEntry, active: ActiveRun, record: RunRecord) -> None:
        retry = self._follow_ups.pop(record.run.run_id, None)
        if isinstance(retry, str):
            _log_not_retried(record, retry)
        elif retry is not None and retry in entry.retries:
            self._wait_for_retry(entry, retry)
        if record.stuck:
            self._free_capacity(active)

    def _wait_for_retry(self, entry: ScheduleEntry, retry: Retry) -> None:
        if self._stop.requested:
            self._leave_retry(entry, retry)
            return
        seconds, attempt = retry.wait_seconds, retry.pending.attempt
        facts = retry.record.run.facts() | {"seconds": seconds, "attempt": attempt}
        _logger.info("run.retry", extra=facts)
        retry.timer = asyncio.get_running_loop().call_later(
            seconds, self._retry_is_due, entry, retry, context=self._context
        )

    def _retry_is_due(self, entry: ScheduleEntry, retry: Retry) -> None:
        retry.due = True
        self._make_ready(entry)
        self._fill()

    def _leave_retry(self, entry: ScheduleEntry, retry: Retry) -> None:
        """Leave a retry to the next process, which finds its slot in the ledger."""
        entry.forget(retry)
        if retry.pending.slot is None:
            _log_not_retried(retry.record, SkipReason.STOPPING.value)
        self._skip(entry, retry.pending, SkipReason.STOPPING)

    def _drop_retry(self, entry: ScheduleEntry, retry: Retry, reason: str) -> None:
        """Make no retry, for a newer slot or a pause: its slot is done."""
        entry.forget(retry)
        self._ledger.run_ended(retry.record, owed=False)
        _log_not_retried(retry.record, reason)

    def _task_returned(self, entry: ScheduleEntry, active: ActiveRun) -> None:
        entry.active = tuple(run for run in entry.active if run is not active)
        self._free_capacity(active)
        self._make_ready(entry)
        self._fill()

    def _free_capacity(self, active: ActiveRun) -> None:
        self._active.discard(active)
        if not self._active:
            self._idle.set()
        self._fill()

    def _skip(
        self,
        entry: ScheduleEntry,
        pending: PendingRun,
        reason: SkipReason,
        detail: str | None = None,
    ) -> None:
        slot = pending.slot
        if slot is None:
            return
        event = SlotsSkipped(
            entry.task.name, slot, slot, 1, capped=False, reason=reason, detail=detail
        )
        if reason is not SkipReason.STOPPING:
            self._ledger.slots_skipped(event, self._clock.timestamp())
        self._bus.publish(event)


def _as_ordered(ordered: Run, new: Run) -> Run:
    """Return a run that somebody ordered as it starts; another attempt has an id of its own."""
    run_id = ordered.run_id if new.attempt is None else new.run_id
    return replace(ordered, run_id=run_id, deadline=new.deadline, attempt=new.attempt)


def _log_not_retried(record: RunRecord, reason: str) -> None:
    _logger.warning("run.not_retried", extra={**record.run.facts(), "reason": reason})
