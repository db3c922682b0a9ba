"""Fixed intervals on a grid that is the same in every process and after every restart."""

from dataclasses import dataclass, field

from rota.model.errors import ScheduleError
from rota.schedules.base import LAST_EPOCH_SECOND, MomentAnswers

LONGEST_INTERVAL_SECONDS = 10 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Interval(MomentAnswers):
    """Fires at every multiple of `seconds` since the Unix epoch.

    `seconds` is a whole number from 1 to ten years; anything else raises ScheduleError.
    """

    seconds: int
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", f"every {check_interval(self.seconds)} s")

    def next_epoch(self, after: int, /) -> int | None:
        """Return the first multiple after `after`, in UTC epoch seconds; None beyond year 9999."""
        fire = after - after % self.seconds + self.seconds
        return fire if fire <= LAST_EPOCH_SECOND else None


def is_whole_number(value: object) -> bool:
    """Return whether `value` is an int; True and False, which Python counts among them, are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def check_interval(seconds: int) -> int:
    """Return `seconds` where it is a usable interval; ScheduleError where it is not."""
    if not is_whole_number(seconds):
        raise ScheduleError(
            f"interval {seconds!r} is refused: it must be a whole number of seconds, 1 or more"
        )
    if seconds < 1:
        raise ScheduleError(f"interval {seconds} is refused: it must be 1 second or more")
    if seconds > LONGEST_INTERVAL_SECONDS:
        shown = seconds if seconds < 10**18 else "of more than 10^18"
        raise ScheduleError(
            f"interval {shown} is refused: at most {LONGEST_INTERVAL_SECONDS} seconds "
            "(ten years) are allowed"
        )
    return seconds
