"""Questions about the fire times of a stretch of time, answered without visiting each of them."""

from collections.abc import Iterator

from rota.schedules.base import Schedule
from rota.schedules.every import Every
from rota.schedules.interval import Interval

# As far as cron text is searched ahead.
LOOK_BACK_SECONDS = 5 * 366 * 86_400


def fire_times(schedule: Schedule, after: int, until: int) -> Iterator[int]:
    """Yield the fire times in `(after, until]`, ascending; all in UTC epoch seconds."""
    fire = schedule.next_epoch(after)
    while fire is not None and fire <= until:
        yield fire
        fire = schedule.next_epoch(fire)


def last_until(schedule: Schedule, until: int) -> int | None:
    """Return the newest fire time not after `until`, or None; five years are looked back."""
    return newest_until(schedule, until - LOOK_BACK_SECONDS, until)


def newest_until(schedule: Schedule, after: int, until: int) -> int | None:
    """Return the newest fire time in `(after, until]`, or None; all in UTC epoch seconds.

    Takes logarithmically many steps. Fire times of `@every` are those counted from `after`.
    """
    if isinstance(schedule, Interval):
        newest = until - until % schedule.seconds
        return newest if newest > after else None
    if isinstance(schedule, Every):
        count = (until - after) // schedule.delay_seconds
        return after + count * schedule.delay_seconds if count > 0 else None
    newest_known = schedule.next_epoch(after)
    if newest_known is None or newest_known > until:
        return None
    # The answer lies in [newest_known, until]; nothing that was asked from `barren` on fires in it.
    barren = until
    while barren - newest_known > 1:
        middle = (newest_known + barren) // 2
        fire = schedule.next_epoch(middle)
        if fire is None or fire > until:
            barren = middle
        else:
            newest_known = fire
    # Where a clock is put back, asking from later on can answer with an earlier gap (see
    # `rota.schedules.walk`), so the answer of the halving is followed to its end.
    while (fire := schedule.next_epoch(newest_known)) is not None and fire <= until:
        newest_known = fire
    return newest_known


def count_between(schedule: Schedule, after: int, until: int, limit: int) -> int:
    """Return how many fire times lie in `(after, until]`, in UTC epoch seconds, `limit` at most."""
    if until <= after or limit <= 0:
        return 0
    if isinstance(schedule, Interval):
        return min(limit, until // schedule.seconds - after // schedule.seconds)
    if isinstance(schedule, Every):
        return min(limit, (until - after) // schedule.delay_seconds)
    count = 0
    while count < limit:
        fire = schedule.next_epoch(after)
        if fire is None or fire > until:
            break
        after = fire
        count += 1
    return count
