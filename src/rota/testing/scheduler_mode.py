"""Simulates `rota scheduler`: one process after the other, with the real scheduler and runner."""

import asyncio
import signal

from rota.ledger.memory import MemoryLedger
from rota.model.events import RunEvent, SlotsSkipped
from rota.model.run import Run, RunRecord
from rota.scheduler import TaskScheduler
from rota.scheduler.scheduler import LONGEST_SLEEP_SECONDS
from rota.testing.disruptions import EARLY_SECONDS, PlannedEnd
from rota.testing.recorder import Recorder
from rota.testing.world import Wire, World

# Jumps of the clock are made known to the scheduler: it need not look for them.
_NEVER_SECONDS = 1e9
# What is due at the end of the simulation still starts, and ends if it takes no time.
SETTLE_SECONDS = 0.001


def run_schedulers(world: World, recorder: Recorder) -> None:
    """Run one scheduler after the other, until the end of the simulation or a Shutdown."""
    ledger = _Ledger()
    elapsed = 0.0
    while elapsed <= world.seconds:
        process = _Process(world, recorder, ledger, elapsed)
        following = process.run()
        if following is None:
            return
        elapsed = max(world.elapsed, following)


class _Ledger(MemoryLedger):
    """A ledger as on a disk: it outlives a process, and what died no longer writes to it."""

    sealed = False

    def account(self, task: str, schedule: str, until: int, *, suspended: bool = False) -> None:
        if not self.sealed:
            super().account(task, schedule, until, suspended=suspended)

    def slot_due(self, task: str, slot: int) -> None:
        if not self.sealed:
            super().slot_due(task, slot)

    def run_started(self, run: Run, started_at: float) -> None:
        if not self.sealed:
            super().run_started(run, started_at)

    def run_ended(self, record: RunRecord, *, owed: bool) -> None:
        if not self.sealed:
            super().run_ended(record, owed=owed)

    def slots_skipped(self, skipped: SlotsSkipped, noted_at: float) -> None:
        if not self.sealed:
            super().slots_skipped(skipped, noted_at)


class _Process:
    """One scheduler from its start, `started` seconds into the simulation, to its end."""

    def __init__(self, world: World, recorder: Recorder, ledger: _Ledger, started: float) -> None:
        self._world = world
        self._recorder = recorder
        self._ledger = ledger
        self._started = started
        self._wire = Wire(world)
        self._killed = asyncio.Event()
        self._scheduler: TaskScheduler | None = None
        self._returns_at: float | None = None
        ledger.sealed = False

    def run(self) -> float | None:
        """Run the process; return when the next one starts, or None if none does."""
        self._world.on_crash = self._crash
        return self._world.run_process(self._started, self._main)

    async def _main(self) -> float | None:
        world = self._world
        scheduler = TaskScheduler(
            world.client(self._wire),
            settings=world.settings,
            clock=world.clock,
            ledger=self._ledger,
            observers=[self._observe],
            longest_sleep_seconds=_NEVER_SECONDS,
        )
        self._scheduler = scheduler
        for task in world.tasks:
            scheduler.add(task)
        self._plan_jumps(scheduler)
        await scheduler.start()
        end = world.next_end()
        at = world.seconds + SETTLE_SECONDS if end is None else end.at
        try:
            async with asyncio.timeout_at(at):
                await self._killed.wait()
        except TimeoutError:
            await self._end(scheduler, end)
        return self._returns_at

    async def _end(self, scheduler: TaskScheduler, end: PlannedEnd | None) -> None:
        if end is None:
            self._seal()
            return
        self._world.note_end()
        self._returns_at = end.returns_at
        if end.crash:
            self._kill()
        else:
            scheduler.request_stop(signal.SIGTERM)
            await scheduler.stop()

    def _plan_jumps(self, scheduler: TaskScheduler) -> None:
        loop = asyncio.get_running_loop()
        for at, _ in self._world.plan.jumps:
            if at > self._started:
                loop.call_at(at, self._world.jump)
                # A process finds out no later than this.
                noticed = at + EARLY_SECONDS + LONGEST_SLEEP_SECONDS
                loop.call_at(noticed, scheduler.look_at_clock)

    def _observe(self, event: RunEvent) -> None:
        if not self._wire.dead:
            self._recorder(event)

    def _crash(self, _: str | None, down_seconds: float) -> None:
        if not self._wire.dead:
            self._returns_at = self._world.elapsed + down_seconds
            self._kill()

    def _kill(self) -> None:
        self._recorder.kill_all()
        self._seal()
        self._killed.set()

    def _seal(self) -> None:
        """Let nothing that is left of this process be seen or heard, and nothing begin."""
        self._wire.dead = self._ledger.sealed = True
        if self._scheduler is not None:
            self._scheduler.request_stop()
