"""An event loop whose time passes only when there is nothing to do, and a wall clock on it."""

import asyncio
import selectors

_THREAD_POLL_SECONDS = 0.05
_NOTHING_EVER_HAPPENS_SECONDS = 5.0


class _VirtualSelector(selectors.DefaultSelector):
    loop: "VirtualLoop"

    def select(self, timeout=None):
        events = super().select(0)
        if events or timeout == 0:
            return events
        if self.loop.threads_at_work:
            return super().select(_THREAD_POLL_SECONDS)
        if timeout is None:
            events = super().select(_NOTHING_EVER_HAPPENS_SECONDS)
            if not events:
                raise AssertionError("the test waits for something that will never happen")
            return events
        self.loop.virtual_seconds += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        selector = _VirtualSelector()
        selector.loop = self
        self.virtual_seconds = 0.0
        self.threads_at_work = 0
        self.errors = []
        super().__init__(selector)
        self._clock_resolution = 1e-6

    def run_until_complete(self, future):
        result = super().run_until_complete(future)
        errors, self.errors = self.errors, []
        if errors:
            raise AssertionError(f"a callback of the loop raised: {errors}") from errors[0]
        return result

    def call_exception_handler(self, context):
        """Let no test pass in which something was only logged by the loop."""
        error = context.get("exception")
        if error is not None and "handle" in context:
            self.errors.append(error)
        super().call_exception_handler(context)

    def time(self):
        return self.virtual_seconds

    def run_in_executor(self, executor, func, *args):
        future = super().run_in_executor(executor, func, *args)
        self.threads_at_work += 1
        future.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, _):
        self.threads_at_work -= 1


class VirtualClock:
    """A wall clock that follows the running loop, and can be set."""

    def __init__(self, start):
        self.offset = start

    def timestamp(self):
        return self.offset + asyncio.get_running_loop().time()

    def jump(self, seconds):
        self.offset += seconds
