"""Travel in time: a wall clock that begins at another instant, and an event loop at its pace."""

import asyncio
import logging
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rota.model.clock import Clock

MOST_SPEED = 300
"""Beyond it a minute, a task's shortest timeout by default, is hardly longer than a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastClock:
    """A wall clock that showed `start`, an epoch time, when the machine's clock showed `began`.

    It is equal in all processes of the machine that have the same three numbers. `began` is of
    `time.monotonic`, `speed` the seconds that pass in one of it.
    """

    start: float
    speed: float = 1.0
    began: float = field(default_factory=time.monotonic)
    monotonic: Callable[[], float] = time.monotonic

    def timestamp(self) -> float:
        """Return seconds since the Unix epoch."""
        return self.start + (self.monotonic() - self.began) * self.speed


class _FastSelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / self._speed)


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop in which `speed` seconds pass in one: its timers are that much shorter.

    Threads and other machines keep their own pace.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        super().__init__(_FastSelector(speed))
        self._clock_resolution = time.get_clock_info("monotonic").resolution * speed

    def time(self) -> float:
        """Return the time of timers, in seconds since an unspecified moment."""
        return time.monotonic() * self._speed


class StampedBy(logging.Filter):
    """Dates each record of the log by `clock`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        record.created = self._clock.timestamp()
        return True
