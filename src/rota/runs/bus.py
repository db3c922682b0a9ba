"""Passes every event from the runner and the scheduler to the observers."""

import logging
from collections.abc import Sequence

from rota.model.events import Observer, RunEvent
from rota.model.plain import plain_repr

_logger = logging.getLogger(__name__)


class EventBus:
    """Calls every observer, in order, with every event, in the thread that publishes it.

    An observer that raises is logged; it affects neither the run nor the other observers.
    """

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = observers

    def publish(self, event: RunEvent) -> None:
        """Call the observers with `event`."""
        for observer in self._observers:
            try:
                observer(event)
            except (Exception, SystemExit):
                _logger.exception("observer.broke", extra={"observer": plain_repr(observer)})
