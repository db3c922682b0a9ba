"""The scheduler's timers on the event loop."""

import asyncio
import contextvars
from collections.abc import Callable


class Timers:
    """At most one timer of each name; none of them runs in the context of a task."""

    def __init__(self) -> None:
        self._context = contextvars.Context()
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def set(self, name: str, delay_seconds: float, action: Callable[[], None]) -> None:
        """Call `action` after the delay, in place of the timer that had the name before."""
        if name in self._handles:
            self._handles[name].cancel()
        # Not in the context of a task that registers another: later runs are not part of its run.
        self._handles[name] = asyncio.get_running_loop().call_later(
            delay_seconds, action, context=self._context
        )

    def cancel_all(self) -> None:
        """Cancel all timers."""
        for handle in self._handles.values():
            handle.cancel()
