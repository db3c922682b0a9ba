"""The way of every event: from the runner and the scheduler to all observers."""

import logging
from collections.abc import Sequence

from rota.model.events import Observer, RunEvent
from rota.model.plain import plain_repr

_logger = logging.getLogger(__name__)


class EventBus:
    """Hands every event to every observer, in their order, from any thread.

    An observer that raises is logged, and stops neither the run nor the other observers.
    """

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = observers

    def publish(self, event: RunEvent) -> None:
        """Hand `event` to the observers."""
        for observer in self._observers:
            try:
                observer(event)
            except (Exception, SystemExit):
                _logger.exception("observer.broke", extra={"observer": plain_repr(observer)})
