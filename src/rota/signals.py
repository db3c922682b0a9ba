"""SIGTERM and SIGINT, from the first line of the program to its end.

Standard library only: `rota.__main__` imports this before anything else, so that a stop which
comes during the slow imports is answered too. As process 1 Python has no default action for
SIGTERM at all.
"""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Self

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_EXIT_CODE_BASE = 128


def exit_on_stop(*, exit_code: int | None = None) -> None:
    """Answer a stop signal by ending the process at once: nothing is under way.

    `exit_code` stands in for 128 + the signal's number. SIGHUP is ignored from here on: whoever
    starts a process without a terminal may send it, as may a closed one.
    """

    def end(number: int, _: FrameType | None) -> None:
        os._exit(_EXIT_CODE_BASE + number if exit_code is None else exit_code)

    for number in _STOP_SIGNALS:
        signal.signal(number, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


class StopSignals:
    """While entered, the first stop signal calls `on_stop`; a second ends the process at once.

    Should the process outlive `hard_stop_seconds` after the first, for example because a task
    blocks the event loop, `on_hard_stop` is called from a thread and the process ends. `exit_code`
    stands in for 128 + the signal's number. Main thread only. `on_stop` is called from a signal
    handler and must only wake the event loop.
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
        self._settled = False
        self._first: int | None = None
        self._previous: dict[int, object] = {}
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        for number in _STOP_SIGNALS:
            self._previous[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal returned

    def settle(self, exit_code: int) -> None:
        """Let a signal no longer change how the process ends, since the work has ended already.

        From here on, and after leaving too, it ends the process at once with `exit_code`.
        """
        self._exit_code = exit_code
        self._settled = True
        self._previous.clear()
        exit_on_stop(exit_code=exit_code)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._first is not None:
            self._end(number)
        self._first = number
        self._timer = threading.Timer(self._hard_stop_seconds, self._end_hard, [number])
        self._timer.daemon = True
        self._timer.start()
        self._on_stop(number)

    def _end_hard(self, number: int) -> None:
        try:
            if not self._settled:
                self._on_hard_stop(number)
        finally:
            self._end(number)

    def _end(self, number: int) -> None:
        os._exit(_EXIT_CODE_BASE + number if self._exit_code is None else self._exit_code)
