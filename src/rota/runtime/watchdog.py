"""Notices, from a thread, that something blocks the event loop, and logs what."""

import asyncio
import logging
import sys
import threading
import time
import traceback

BLOCKED_AFTER_SECONDS = 5.0
_BEAT_SECONDS = 1.0

_logger = logging.getLogger(__name__)


class Watchdog:
    """Logs the stack of what blocks the running event loop, once per blockage."""

    def __init__(self, blocked_after_seconds: float = BLOCKED_AFTER_SECONDS) -> None:
        self._blocked_after_seconds = blocked_after_seconds
        self._last_beat = time.monotonic()
        self._stopped = threading.Event()
        self._loop_thread_id = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch the running loop, from the thread that runs it."""
        self._loop_thread_id = threading.get_ident()
        self._beat()
        threading.Thread(target=self._watch, name="rota-watchdog", daemon=True).start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self) -> None:
        self._last_beat = time.monotonic()
        self._timer = asyncio.get_running_loop().call_later(_BEAT_SECONDS, self._beat)

    def _watch(self) -> None:
        last_logged = 0.0
        period = min(_BEAT_SECONDS, self._blocked_after_seconds / 2)
        while not self._stopped.wait(period):
            beat = self._last_beat
            blocked = time.monotonic() - beat
            if blocked > self._blocked_after_seconds and beat != last_logged:
                last_logged = beat
                self._log_blocked(blocked)

    def _log_blocked(self, blocked_seconds: float) -> None:
        extra = {"seconds": round(blocked_seconds, 1), "blocked_by": stack_of(self._loop_thread_id)}
        _logger.error("loop.blocked", extra=extra)


def stack_of(thread_id: int) -> str:
    """Return the current stack of a thread, formatted like a traceback."""
    frame = sys._current_frames().get(thread_id)  # noqa: SLF001 (the documented way)
    return "".join(traceback.format_stack(frame)) if frame else "unknown"
