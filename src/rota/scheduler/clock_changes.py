"""Notices that the wall clock was set back."""

import logging

from rota.scheduler.timetable import LONGEST_WAIT_FOR_CLOCK_SECONDS

_LOGGED_CLOCK_CHANGE_SECONDS = 60

_logger = logging.getLogger("rota.scheduler.scheduler")


class ClockChanges:
    """Compares the wall clock with the event loop's, which only goes forward."""

    def __init__(self) -> None:
        self._offset_seconds: float | None = None

    def need_new_plans(self, offset_seconds: float) -> bool:
        """Return whether the clock went back so far that the slots planned are no good any more.

        `offset_seconds` is the wall clock's time less the loop's.
        """
        previous, self._offset_seconds = self._offset_seconds, offset_seconds
        back_seconds = 0.0 if previous is None else previous - offset_seconds
        if back_seconds < _LOGGED_CLOCK_CHANGE_SECONDS:
            return False
        reschedules = back_seconds > LONGEST_WAIT_FOR_CLOCK_SECONDS
        _logger.warning(
            "clock.moved_back",
            extra={
                "seconds": round(back_seconds),
                "effect": "planned anew" if reschedules else "waiting for the slots still to come",
            },
        )
        return reschedules
