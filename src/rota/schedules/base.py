"""What every schedule can do, and the way between aware datetimes and epoch seconds."""

from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from rota.model.clock import instant

LAST_EPOCH_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z, the last second that datetime can hold

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


@runtime_checkable
class Schedule(Protocol):
    """A pure, immutable, hashable rule that says when a task is due.

    The answer depends on nothing but the schedule and the moment asked: no clock, no state.
    """

    @property
    def text(self) -> str:
        """The schedule as a person would write it."""
        ...

    def next_epoch(self, after: int, /) -> int | None:
        """Return the first fire time strictly after `after`, both in UTC epoch seconds.

        None means that the schedule does not fire again within the search horizon: the fifth
        calendar year after that of `after` for cron text, the year 9999 for everything.
        """
        ...

    def next_after(self, moment: datetime, /) -> datetime | None:
        """Return the first fire time strictly after the aware `moment`: aware UTC, whole seconds.

        None as for `next_epoch`. A naive `moment` raises ValueError.
        """
        ...


class MomentAnswers:
    """Gives a schedule `next_after` in terms of its `next_epoch`."""

    __slots__ = ()

    def next_epoch(self, after: int, /) -> int | None:
        """Return the first fire time strictly after `after`, in UTC epoch seconds."""
        raise NotImplementedError

    def next_after(self, moment: datetime, /) -> datetime | None:
        """Return the first fire time strictly after the aware `moment`, None if there is none."""
        fire = self.next_epoch(epoch_seconds(moment))
        return None if fire is None else instant(fire)


def epoch_seconds(moment: datetime) -> int:
    """Return the whole UTC second that the aware `moment` lies in; ValueError where it is naive."""
    if moment.tzinfo is None:
        message = f"{moment!r} has no time zone: schedules are asked with aware datetimes only"
        raise ValueError(message)
    return (moment - _EPOCH) // _SECOND
