"""An observer on a background thread, so that it may take its time."""

import logging
import queue
import threading

from rota.model.events import Observer, RunEvent
from rota.model.plain import plain_repr

MOST_WAITING_EVENTS = 1000

_logger = logging.getLogger(__name__)


class BackgroundObserver:
    """Calls `observer` on a thread, started by the first event.

    One that hangs falls behind: beyond `MOST_WAITING_EVENTS` it loses events, rather than delay a
    run or fill the memory of the process.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._events: queue.Queue[RunEvent | None] = queue.Queue(MOST_WAITING_EVENTS)
        self._thread: threading.Thread | None = None
        self._behind = False

    def __call__(self, event: RunEvent) -> None:
        """Queue `event` for the observer."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="rota-observer", daemon=True)
            self._thread.start()
        self._put(event)

    def close(self, timeout_seconds: float) -> None:
        """Wait for the observer to handle the queued events; log one that takes longer."""
        if self._thread is None:
            return
        self._put(None)
        self._thread.join(timeout_seconds)
        if self._thread.is_alive():
            _logger.error("observer.left", extra=self._fields(self._events.qsize()))

    def _put(self, event: RunEvent | None) -> None:
        try:
            self._events.put_nowait(event)
        except queue.Full:
            if not self._behind:
                fields = self._fields(MOST_WAITING_EVENTS)
                _logger.error("observer.behind", extra=fields)  # noqa: TRY400 (no fault of here)
            self._behind = True
        else:
            self._behind = False

    def _fields(self, waiting: int) -> dict[str, object]:
        return {"observer": plain_repr(self._observer), "waiting_events": waiting}

    def _work(self) -> None:
        while (event := self._events.get()) is not None:
            try:
                self._observer(event)
            except (Exception, SystemExit):
                _logger.exception("observer.broke", extra={"observer": plain_repr(self._observer)})
