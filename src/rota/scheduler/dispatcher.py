"""Starts the runs that are due, within each task's overlap policy and the process's capacity."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import lru_cache

from rota.ledger.protocol import Ledger
from rota.model.clock import Clock, instant
from rota.model.context import Stop
from rota.model.events import SlotsSkipped
from rota.model.outcome import Outcome, SkipReason
from rota.model.run import RunRecord
from rota.runs.active_run import ActiveRun
from rota.runs.bus import EventBus
from rota.runs.runner import Runner, new_run
from rota.scheduler.overlap import queue_up
from rota.scheduler.plan import Due, Plan
from rota.settings import CatchUp, Overlap

_REPLACED = "replaced"
# All tasks that are due together have one slot, and one object for it.
_instant = lru_cache(maxsize=64)(instant)


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
        self._capacity = capacity
        self._ready: deque[Plan] = deque()
        self._active: set[ActiveRun] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def running(self) -> int:
        """How many runs are active, stuck ones not counted."""
        return len(self._active)

    def offer(self, plan: Plan, due: Due) -> None:
        """Start a due slot now, or when the task's overlap policy and the capacity allow.

        The newest slot that has run comes due again where the clock went back and forth; it has had
        its run.
        """
        if due.slot is not None:
            if due.slot == plan.finished_slot:
                return
            self._ledger.slot_due(plan.task.name, due.slot)
        queueing = queue_up(plan.task, plan.waiting, due)
        for older in queueing.dropped:
            self._skip(plan, older, SkipReason.OVERLAP)
        plan.waiting = queueing.waiting
        if queueing.interrupt:
            for run in plan.active:
                run.interrupt(_REPLACED)
        self._make_ready(plan)
        self._fill()

    def drop_waiting(self, plans: Sequence[Plan]) -> None:
        """Let nothing that waits start any more; it is still owed, and the ledger has it."""
        self._ready.clear()
        for plan in plans:
            for due in plan.waiting:
                self._skip(plan, due, SkipReason.STOPPING)
            plan.waiting = ()
            plan.queued = False

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

    def _make_ready(self, plan: Plan) -> None:
        free = plan.task.overlap is Overlap.ALLOW or not plan.active
        if free and plan.waiting and not plan.queued:
            plan.queued = True
            self._ready.append(plan)

    def _fill(self) -> None:
        while self._ready and len(self._active) < self._capacity and not self._stop.requested:
            plan = self._ready.popleft()
            plan.queued = False
            due, *rest = plan.waiting
            plan.waiting = tuple(rest)
            self._start(plan, due)
            self._make_ready(plan)

    def _start(self, plan: Plan, due: Due) -> None:
        now = self._clock.timestamp()
        # With `all`, what may start was decided when it came due: it waits for others since.
        waits_for_others = plan.task.catch_up is CatchUp.ALL
        latest = plan.task.latest_start_seconds
        if due.slot is not None and now - due.slot > latest and not waits_for_others:
            self._skip(plan, due, SkipReason.TOO_LATE)
            return
        slot = None if due.slot is None else _instant(due.slot)
        run = new_run(plan.task, due.trigger, slot, clock=self._clock)
        self._ledger.run_started(run, now)
        active = self._runner.start(
            plan.task,
            run,
            on_decided=lambda _, record: self._decided(plan, due, record),
            on_ended=self._ended,
            on_gone=lambda active: self._gone(plan, active),
        )
        plan.active += (active,)
        self._active.add(active)
        self._idle.clear()

    def _decided(self, plan: Plan, due: Due, record: RunRecord) -> None:
        plan.last_outcome, plan.last_started_at = record.outcome, record.started_at
        # A newer slot runs in the place of one that was replaced; others that were cut off need
        # another run, which the next process starts.
        owed = record.outcome is Outcome.INTERRUPTED and record.reason != _REPLACED
        self._ledger.run_ended(record, owed=owed)
        if due.slot is not None and not owed:
            plan.finished_slot = max(plan.finished_slot or due.slot, due.slot)

    def _ended(self, active: ActiveRun, record: RunRecord) -> None:
        if record.stuck:
            self._release(active)

    def _gone(self, plan: Plan, active: ActiveRun) -> None:
        plan.active = tuple(run for run in plan.active if run is not active)
        self._release(active)
        self._make_ready(plan)
        self._fill()

    def _release(self, active: ActiveRun) -> None:
        self._active.discard(active)
        if not self._active:
            self._idle.set()
        self._fill()

    def _skip(self, plan: Plan, due: Due, reason: SkipReason) -> None:
        if due.slot is None:
            return
        event = SlotsSkipped(plan.task.name, due.slot, due.slot, 1, capped=False, reason=reason)
        if reason is not SkipReason.STOPPING:
            self._ledger.slots_skipped(event, self._clock.timestamp())
        self._bus.publish(event)
