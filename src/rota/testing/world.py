"""What the parts of a simulation share: tasks, plan, clock, Business API and recorder."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from rota.api import BusinessApiClient
from rota.api.factory import make_client
from rota.model.context import current_execution
from rota.net.exchange import PlainAnswer, PlainRequest
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition
from rota.testing.disruptions import Down, Plan, PlannedEnd
from rota.testing.fake_api import FakeApi
from rota.testing.simulation_loop import SimulationLoop

_T = TypeVar("_T")
OnCrash = Callable[[str | None, float], None]
# For what a killed process leaves behind to see its cancellation.
_ABANDON_SECONDS = 5.0
_ABANDON_ROUNDS = 3


class WorldClock:
    """The simulated wall clock; it goes on from one process to the next."""

    def __init__(self, start: float) -> None:
        self.offset = start
        self.loop: SimulationLoop | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the start, whatever the clock shows."""
        return 0.0 if self.loop is None else self.loop.virtual_seconds

    def timestamp(self) -> float:
        """Return seconds since the Unix epoch."""
        return self.offset + self.elapsed


class World:
    """One simulation. `on_crash` is called with the run and the time that follows in seconds."""

    def __init__(
        self,
        tasks: Sequence[TaskDefinition],
        settings: Settings,
        *,
        start: float,
        seconds: float,
        plan: Plan,
        api: FakeApi,
    ) -> None:
        self.tasks = tasks
        self.settings = settings
        self.start = start
        self.seconds = seconds
        self.plan = plan
        self.api = api
        self.clock = WorldClock(start)
        self.requests = 0
        self.on_crash: OnCrash = lambda *_: None
        self._crashes = list(plan.crash_after)
        self._jumps = list(plan.jumps)
        self._ends = list(plan.ends)

    @property
    def latest(self) -> float:
        """The latest epoch time that the clock shows: at the end, or before it is set back."""
        offset, shown = self.start, [self.start]
        for at, by in self.plan.jumps:
            shown.append(offset + at)
            offset += by
        return max(*shown, offset + self.seconds)

    @property
    def unreached_crashes(self) -> list[int]:
        """The requests after which something was to be killed, and that never came."""
        return [number for number, _ in self._crashes]

    @property
    def elapsed(self) -> float:
        """Seconds since the start, whatever the clock shows."""
        return self.clock.elapsed

    def jump(self) -> None:
        """Set the clock as planned up to now."""
        while self._jumps and self._jumps[0][0] <= self.elapsed:
            self.clock.offset += self._jumps.pop(0)[1]

    def next_end(self) -> PlannedEnd | None:
        """Return the next planned end of a process that has begun now, if there is one."""
        self._ends = [end for end in self._ends if self.elapsed <= end.at <= self.seconds]
        return self._ends[0] if self._ends else None

    def note_end(self) -> None:
        """Note that the next end has come."""
        del self._ends[0]

    def client(self, wire: "Wire") -> BusinessApiClient:
        """Return the application's client, on `wire`."""
        client = make_client(self.settings)
        options = client.options
        assert options is not None  # noqa: S101 (make_client sets it)
        client.options = replace(options, exchange=wire, clock=self.clock)
        return client

    def count_request(self, run_id: str | None) -> None:
        """Count a request that has reached the API, which may be the one to crash after."""
        self.requests += 1
        if self._crashes and self._crashes[0][0] <= self.requests:
            _, down_seconds = self._crashes.pop(0)
            self.on_crash(run_id, down_seconds)

    def run_process(self, elapsed: float, main: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Run `main` in an event loop of its own, whose time begins there; then kill the rest."""
        loop = self.clock.loop = SimulationLoop()
        loop.virtual_seconds = elapsed
        self.jump()
        try:
            result = _run_through(loop, main())
        finally:
            ended = loop.virtual_seconds
            _abandon(loop)
            loop.virtual_seconds = ended
        return result


class Wire:
    """The connection of one process, or of several pods, to the Business API.

    What is dead gets no answer, and reaches nobody: `dead` is all of it, `dead_runs` some.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.dead = False
        self.dead_runs: set[str] = set()

    async def __call__(self, request: PlainRequest) -> PlainAnswer:
        """Answer one attempt."""
        world = self._world
        execution = current_execution()
        run_id = None if execution is None else execution.run.run_id
        await self._hang_if_dead(run_id)
        how = world.plan.outage_at(world.elapsed)
        if how is Down.REFUSED:
            raise ConnectionRefusedError("connection refused")
        if how is Down.HANGS:
            await _never()
        if world.api.latency_seconds:
            await asyncio.sleep(world.api.latency_seconds)
            await self._hang_if_dead(run_id)
        if how is Down.ERRORS:
            return world.api.refuse(request, world.clock.timestamp())
        answer = world.api.answer(request, world.clock.timestamp())
        world.count_request(run_id)
        await self._hang_if_dead(run_id)
        return replace(answer, cut=True) if how is Down.CUT else answer

    async def _hang_if_dead(self, run_id: str | None) -> None:
        if self.dead or run_id in self.dead_runs:
            await _never()


async def _never() -> None:
    await asyncio.get_running_loop().create_future()


def _run_through(loop: SimulationLoop, main: Coroutine[Any, Any, _T]) -> _T:
    """Return the result of `main`. A sys.exit in a task ends no process: see rota.runtime.process.

    A KeyboardInterrupt does, since it is more likely that of a developer.
    """
    task = loop.create_task(main)
    while True:
        try:
            result: _T = loop.run_until_complete(task)
        except SystemExit:
            if task.done():
                raise
        else:
            return result


def _abandon(loop: SimulationLoop) -> None:
    """End what is left in the loop of a process that is gone, as far as it lets itself be ended."""
    loop.abandoned = True
    run = asyncio.SelectorEventLoop.run_until_complete
    for _ in range(_ABANDON_ROUNDS):
        left = asyncio.all_tasks(loop)
        if not left:
            break
        for task in left:
            task.cancel()
        run(loop, asyncio.wait(left, timeout=_ABANDON_SECONDS))
        for task in left:
            if task.done() and not task.cancelled():
                task.exception()  # Nobody else asks for it.
    for task in asyncio.all_tasks(loop):
        # It ignores its cancellation, which the record of its run tells.
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001
    loop.close()
