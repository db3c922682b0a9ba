"""Starts each task's runs at its slots, in one process, with one timer for all of them.

The wall clock is read anew at least every `longest_sleep_seconds`, so that a jump is met soon. What
has run is remembered, so a clock that goes back repeats nothing.
"""

import asyncio
import functools
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rota.ledger.memory import MemoryLedger
from rota.ledger.protocol import Ledger
from rota.ledger.records import TaskProgress
from rota.model.clock import Clock, SystemClock
from rota.model.context import Stop, Tracing
from rota.model.events import Observer, RunLost
from rota.model.pause import Pause
from rota.model.run import Trigger
from rota.observers.run_log import log_run_event
from rota.runs.active_run import CANCEL_GRACE_SECONDS
from rota.runs.bus import EventBus
from rota.runs.runner import Runner
from rota.scheduler.by_hand import ByHand
from rota.scheduler.clock_changes import ClockChanges
from rota.scheduler.dispatcher import Dispatcher
from rota.scheduler.entries import Entries
from rota.scheduler.entry import PendingRun, ScheduleEntry, TaskSnapshot
from rota.scheduler.timers import Timers
from rota.scheduler.timetable import DueRuns, Timetable
from rota.settings import Settings, default_settings
from rota.tasks.definition import Handler, TaskDefinition, define_task

LONGEST_SLEEP_SECONDS = 5.0
FLUSH_SECONDS = 0.9
# Time for the loop to see the last cancelled task end, beyond what the task itself gets.
_SETTLE_SECONDS = 0.2


class TaskScheduler:
    """Runs registered tasks on their schedules from `start` to `stop`.

    `settings` hold the overrides of each task, the grace of a stop and the capacity. By default
    they are the defaults: the environment is not read (see `rota.settings.load_settings`). `ledger`
    keeps what happened to each slot, by default in memory. `observers` are called with each event
    of `rota.model.events` and must return at once; by default each event becomes a record of the
    logger `rota.runs`. `longest_sleep_seconds` is how long a jump of the clock may go unnoticed;
    tests whose clock never jumps use a longer one.
    """

    def __init__(
        self,
        api_client: Any,
        *,
        settings: Settings | None = None,
        clock: Clock | None = None,
        ledger: Ledger | None = None,
        observers: Sequence[Observer] = (log_run_event,),
        longest_sleep_seconds: float = LONGEST_SLEEP_SECONDS,
        tracing: Tracing | None = None,
    ) -> None:
        self.logger = logging.getLogger(__name__)
        self.api_client = api_client
        self._settings = settings or default_settings()
        self._clock = clock or SystemClock()
        self._ledger = ledger or MemoryLedger()
        self._longest_sleep_seconds = longest_sleep_seconds
        self._bus = EventBus(observers)
        self._entries = Entries()
        self._progress: Mapping[str, TaskProgress] = {}
        self._pauses: Mapping[str, Pause] = {}
        self._timetable = Timetable()
        self._timers = Timers()
        self._stop = Stop()
        self._new_runner = functools.partial(Runner, api_client, clock=self._clock, tracing=tracing)
        self._runner = self._new_runner(stop=self._stop, bus=self._bus)
        self._dispatcher: Dispatcher | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._last_tick_loop_seconds = 0.0
        self._clock_changes = ClockChanges()
        self.by_hand = ByHand(
            self._entries.by_name,
            ledger=self._ledger,
            clock=self._clock,
            dispatcher=lambda: self._dispatcher if self.running else None,
            flush=self._flush,
        )

    def register_task(
        self,
        name: str,
        handler: Handler,
        interval_seconds: int | None,
        run_on_start: bool = False,  # noqa: FBT001, FBT002 (the seed's signature)
    ) -> None:
        """Add a task; `handler` is called with the API client at each slot.

        `interval_seconds` may be None for a handler with a schedule of its own. May be called while
        the scheduler runs. Raises TaskDefinitionError or ScheduleError.
        """
        self.add(
            define_task(
                name, handler, interval_seconds, run_on_start=run_on_start, settings=self._settings
            )
        )

    def add(self, task: TaskDefinition) -> None:
        """Add a task whose fields are decided already; one that is not enabled is left out."""
        entry = self._entries.add(task)
        if entry is not None and self.running:
            self._begin(entry)
            self._tick()

    def run_now(self, name: str) -> None:
        """Start a run by hand, once the task's overlap policy allows it. Raises KeyError."""
        entry = self._entries.by_name[name]
        waits = any(pending.trigger.is_by_hand for pending in entry.waiting)
        if self._dispatcher is not None and self.running and not waits:
            self._dispatcher.submit(entry, PendingRun(None, Trigger.MANUAL))

    @property
    def tasks(self) -> Mapping[str, Mapping[str, Any]]:
        """What is registered, by name, in the seed's words.

        Each has `handler`, `interval` (seconds; None for a cron text), `run_on_start` and
        `last_run` (aware UTC start of the last run that ended, or None).
        """
        return self._entries.facts()

    def snapshot(self) -> tuple[TaskSnapshot, ...]:
        """Return what is known of each task now, in the order of their registration."""
        return tuple(entry.snapshot() for entry in self._entries)

    @property
    def runner(self) -> Runner:
        """The owner of the active runs; each `start` makes a new one."""
        return self._runner

    @property
    def running(self) -> bool:
        """Whether slots are being started."""
        return self._dispatcher is not None and not self._stop.requested

    def heartbeat_age_seconds(self) -> float:
        """Return how long ago the scheduler last read the clock; 0 if it is not running."""
        if not self.running:
            return 0.0
        return asyncio.get_running_loop().time() - self._last_tick_loop_seconds

    async def start(self) -> None:
        """Plan all tasks, start the runs that they owe, and return.

        Raises TaskDefinitionError where two tasks claim one former name; nothing has begun then.
        """
        if self._stopping is not None:
            await self._stopping
            self._stopping = None
            self._stop = Stop()
        if self._dispatcher is not None:
            return
        formerly = self._entries.former_names()
        self._timetable = Timetable()
        self._runner = self._new_runner(stop=self._stop, bus=self._bus)
        self._dispatcher = Dispatcher(
            self._runner,
            clock=self._clock,
            stop=self._stop,
            ledger=self._ledger,
            bus=self._bus,
            capacity=self._settings.max_concurrent_runs,
        )
        recovered = self._ledger.open(self._arm_flush, formerly)
        self._progress = recovered.tasks
        self._pauses = recovered.pauses
        for run in recovered.lost:
            self._bus.publish(RunLost(run.task, run.run_id, run.slot))
        for entry in self._entries:
            self._begin(entry)
        self._tick()

    async def stop(self) -> None:
        """Start nothing new, give active runs the grace, cancel the rest, and return.

        Safe to call twice, and before `start`; every call returns when the stop is complete.
        """
        if self._dispatcher is None and self._stopping is None:
            return
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._shut_down())
        await asyncio.shield(self._stopping)

    def request_stop(self, signal_number: int | None = None) -> None:
        """Make tasks and their clients see the stop at once, before `stop` is awaited.

        Before `start` it keeps that from starting any run.
        """
        self._stop.request(signal_number)

    def look_at_clock(self) -> None:
        """Read the wall clock now, as happens every `longest_sleep_seconds`: after it was set."""
        self._tick()

    async def _shut_down(self) -> None:
        dispatcher = self._dispatcher
        if dispatcher is None:
            return
        self._stop.request()
        dispatcher.drop_waiting(list(self._entries))
        await dispatcher.wait_idle(self._settings.grace_seconds)
        dispatcher.interrupt_all("stopped")
        await dispatcher.wait_idle(CANCEL_GRACE_SECONDS + _SETTLE_SECONDS)
        self._dispatcher = None
        self._timers.cancel_all()
        # A thread of its own, since tasks may have taken all of the loop's.
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="rota-ledger-close") as executor:
            await asyncio.get_running_loop().run_in_executor(executor, self._ledger.close)

    def _begin(self, entry: ScheduleEntry) -> None:
        if self._dispatcher is None:
            return
        now = int(self._clock.timestamp())
        entry.pause = self._pauses.get(entry.task.name)
        self._dispatch(self._timetable.resume(entry, self._progress.get(entry.task.name), now))
        paused = entry.pause is not None and entry.pause.active_at(now)
        at_rest = not (entry.task.suspend or paused or entry.waiting or entry.active)
        if entry.task.run_on_start and at_rest:
            self._dispatcher.submit(entry, PendingRun(None, Trigger.START))

    def _dispatch(self, due: DueRuns) -> None:
        entry, dispatcher = due.entry, self._dispatcher
        if dispatcher is None:
            return
        for skipped in due.skipped:
            self._ledger.slots_skipped(skipped, self._clock.timestamp())
            self._bus.publish(skipped)
        if due.accounted is not None:
            self._ledger.account(
                entry.task.name,
                entry.schedule_key,
                due.accounted,
                suspended=entry.task.suspend,
            )
        for pending in due.runs:
            dispatcher.submit(entry, pending)

    def _tick(self) -> None:
        if not self.running:
            return
        loop = asyncio.get_running_loop()
        self._last_tick_loop_seconds = loop.time()
        if self._clock_changes.need_new_plans(self._clock.timestamp() - loop.time()):
            self._timetable.reschedule(int(self._clock.timestamp()))
        try:
            for due in self._timetable.due(int(self._clock.timestamp())):
                self._dispatch(due)
        finally:
            # Whatever goes wrong with one task, the next slot of the others is waited for.
            slot = self._timetable.next_slot()
            delay = self._longest_sleep_seconds
            if slot is not None:
                delay = min(max(0.0, slot - self._clock.timestamp()), delay)
            self._timers.set("tick", delay, self._tick)

    def _arm_flush(self) -> None:
        # During a stop, too: the process may be ended before that is over.
        if self._dispatcher is not None:
            self._timers.set("flush", FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        again = True
        try:
            again = self._ledger.flush()
        finally:
            if again:  # Also after an error, so that what was noted is written again.
                self._arm_flush()
