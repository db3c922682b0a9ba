"""An event loop whose time passes only when there is nothing to do, and a wall clock on it.

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(asyncio.sleep(3600))  # returns at once

What happens outside of the loop takes real time, which the loop waits for: threads of
`run_in_executor`, which hold its time until they end. A socket does not hold it, since nobody can
tell how long an answer takes: requests have to be answered in memory.
"""

import asyncio
import selectors
from collections.abc import Callable, Generator
from concurrent.futures import Executor
from typing import Any, TypeVar

_T = TypeVar("_T")

_THREAD_POLL_SECONDS = 0.05
_NOTHING_EVER_HAPPENS_SECONDS = 5.0


class _VirtualSelector(selectors.DefaultSelector):
    """Returns at once, with time moved on, where a real selector would wait."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            return events
        if self.loop.is_held():
            return super().select(_THREAD_POLL_SECONDS)
        if timeout is None:
            events = super().select(_NOTHING_EVER_HAPPENS_SECONDS)
            if not events:
                raise AssertionError("the test waits for something that will never happen")
            return events
        self.loop.virtual_seconds += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time: `time()` is 0 at first, and jumps to what is due next.

    `run_until_complete` raises AssertionError if a callback of the loop raised, which asyncio would
    only log, and if the loop waits for something that cannot happen.
    """

    def __init__(self) -> None:
        selector = _VirtualSelector()
        selector.loop = self
        self.virtual_seconds = 0.0
        self.threads_at_work = 0
        self.errors: list[BaseException] = []
        super().__init__(selector)
        # Two timers that are not due together must not fire together.
        self._clock_resolution = 1e-6

    def run_until_complete(self, future: Generator[Any, None, _T] | Any) -> Any:
        """Run until `future` is done; return its result."""
        result = super().run_until_complete(future)
        errors, self.errors = self.errors, []
        if errors:
            raise AssertionError(f"a callback of the loop raised: {errors}") from errors[0]
        return result

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep the error of a callback, so that no test passes in which one was only logged."""
        error = context.get("exception")
        if error is not None and "handle" in context:
            self.errors.append(error)
        super().call_exception_handler(context)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self.virtual_seconds

    def is_held(self) -> bool:
        """Whether time must not pass now, since a thread is at work."""
        return self.threads_at_work > 0

    def run_in_executor(  # type: ignore[override]  # typeshed has *args by a TypeVarTuple
        self, executor: Executor | None, func: Callable[..., _T], *args: Any
    ) -> "asyncio.Future[_T]":
        """Call `func` in a thread; time waits until it has returned."""
        future = super().run_in_executor(executor, func, *args)
        self.threads_at_work += 1
        future.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, _: object) -> None:
        self.threads_at_work -= 1


class VirtualClock:
    """A wall clock (`rota.model.clock.Clock`) that follows the running loop, and can be set.

    `offset` is the epoch time at which the loop's time was 0.
    """

    def __init__(self, start: float) -> None:
        self.offset = start

    def timestamp(self) -> float:
        """Return seconds since the Unix epoch."""
        return self.offset + asyncio.get_running_loop().time()

    def jump(self, seconds: float) -> None:
        """Set the clock forward, or back by negative `seconds`, as an administrator would."""
        self.offset += seconds
