"""SIGTERM and SIGINT, from the first line of the program to its end.

Standard library only: `rota.__main__` imports this before anything else, so that a stop during the
slow imports is handled too. As process 1 Python has no default action for SIGTERM at all.
"""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

from rota.runtime.shutdown import Deadline, deadlines, end_within

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PYTHONS_OWN: dict[int, Any] = {
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGINT: signal.default_int_handler,
    signal.SIGHUP: signal.SIG_DFL,
}
_EXIT_CODE_BASE = 128


def exit_on_stop(*, exit_code: int | None = None) -> None:
    """End the process at once on a stop signal, since no work has begun.

    `exit_code` replaces 128 + the signal's number. SIGHUP is ignored from now on: a terminal sends
    it when it is closed, and so do some programs that start processes without a terminal.
    """

    def end(number: int, _: FrameType | None) -> None:
        os._exit(_EXIT_CODE_BASE + number if exit_code is None else exit_code)

    for number in _STOP_SIGNALS:
        _set_handler(number, end)
    # Not SIG_IGN, which the programs that a task starts would inherit.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        _set_handler(signal.SIGHUP, lambda _, __: None)


class StopSignals:
    """While entered, the first stop signal calls `on_stop`; a second ends the process at once.

    If the process is still running `hard_stop_seconds` after the first, for example because a task
    blocks the event loop, `on_hard_stop` is called from a thread and the process ends. `exit_code`
    replaces 128 + the signal's number. Main thread only. `on_stop` is called from a signal handler
    and must only wake the event loop.
    """

    def __init__(
        self,
        on_stop: Callable[[int], None],
        *,
        hard_stop_seconds: float,
        on_hard_stop: Callable[[int], None] = lambda _: None,
        exit_code: int | None = None,
    ) -> None:
        self._on_stop = on_stop
        self._hard_stop_seconds = hard_stop_seconds
        self._on_hard_stop = on_hard_stop
        self._exit_code = exit_code
        self._decided = False
        self._first: int | None = None
        self._previous: dict[int, Any] = {}
        self._hard_stop: Deadline | None = None

    def __enter__(self) -> Self:
        for number in _STOP_SIGNALS:
            self._previous[number] = _set_handler(number, self._handle)
        _entered.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _entered.remove(self)
        if self._hard_stop is not None:
            self._hard_stop.cancel()
        for number, handler in self._previous.items():
            _set_handler(number, handler)

    def decide(self, exit_code: int) -> None:
        """Fix the exit code, since the work has ended.

        There is time left to write and to close: a first signal no longer stops anything, a second
        still ends the process at once.
        """
        self._exit_code = exit_code
        self._decided = True

    def settle(self, exit_code: int) -> None:
        """Exit with `exit_code` at any signal from now on, since nothing is left to do.

        This also applies after leaving the context.
        """
        self.decide(exit_code)
        self._previous.clear()
        exit_on_stop(exit_code=exit_code)

    def arrived(self, number: int) -> None:
        """Have the process end in time even if the main thread never runs the handler. Any thread.

        A signal may come when a task is just about to block that thread in a call.
        """

        def end_unhandled() -> None:
            if self._first is None and self in _entered:
                self._end_hard(number)

        deadlines.call_after(self._hard_stop_seconds, end_unhandled)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._first is not None:
            self._end(number)
        self._first = number
        end_within(self._hard_stop_seconds)
        self._hard_stop = deadlines.call_after(
            self._hard_stop_seconds, lambda: self._end_hard(number)
        )
        if not self._decided:
            self._on_stop(number)

    def _end_hard(self, number: int) -> None:
        try:
            if not self._decided:
                self._on_hard_stop(number)
        finally:
            self._end(number)

    def _end(self, number: int) -> None:
        os._exit(_EXIT_CODE_BASE + number if self._exit_code is None else self._exit_code)


_entered: list[StopSignals] = []


def arrived(number: int) -> None:
    """Tell those that are entered that a signal has come, whether or not its handler has run."""
    if number in _STOP_SIGNALS:
        for each in _entered:
            each.arrived(number)


# The handlers of this module: a forked child keeps those of a task.
_ours: list[Any] = []


def _set_handler(number: int, handler: Any) -> Any:
    """Set a signal's handler; return the one before."""
    previous = signal.signal(number, handler)
    if callable(handler) and handler not in _ours:
        _ours.append(handler)
    return previous


class _AtFork(threading.local):
    """Python's own signal handling in a forked child, before a signal can arrive there."""

    mask: set[signal.Signals] | None = None

    def before(self) -> None:
        if _ours:
            self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, _PYTHONS_OWN)  # type: ignore[assignment]

    def in_child(self) -> None:
        for number, handler in _PYTHONS_OWN.items():
            if signal.getsignal(number) in _ours:
                signal.signal(number, handler)
        _ours.clear()
        # It is the parent's: a signal of the child's would look like one of that.
        signal.set_wakeup_fd(-1)
        self.in_parent()

    def in_parent(self) -> None:
        if self.mask is not None:
            mask, self.mask = self.mask, None
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


_at_fork = _AtFork()
os.register_at_fork(
    before=_at_fork.before,
    after_in_parent=_at_fork.in_parent,
    after_in_child=_at_fork.in_child,
)
