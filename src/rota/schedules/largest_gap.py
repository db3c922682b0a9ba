"""The longest time between two fire times, for rules that compare an age with a number."""

from rota.schedules.base import Schedule
from rota.schedules.cron import Cron
from rota.schedules.every import Every
from rota.schedules.interval import Interval
from rota.schedules.window import newest_until
from rota.schedules.zones import SECONDS_PER_DAY, load_zone

# Where each day fires alike, gaps of less than this are those of any day, or of a changed clock.
_PROBE_SECONDS = 6 * 3600


def largest_gap_seconds(schedule: Schedule, after: int, until: int) -> int | None:
    """Return the largest gap between fire times from the first after `after` to that after `until`.

    All in UTC epoch seconds. None where it fires less than twice. Days are not visited one minute
    after the other: a gap that is shorter than six hours is the largest only where every day fires,
    so that two days show it, or the day of a changed clock.
    """
    if isinstance(schedule, Interval):
        return schedule.seconds
    if isinstance(schedule, Every):
        return schedule.delay_seconds
    first = schedule.next_epoch(after)
    if first is None:
        return None
    largest = _walk(schedule, first, first + 2 * SECONDS_PER_DAY)
    if isinstance(schedule, Cron):
        for _, changed in load_zone(schedule.timezone).changes(after, until):
            begin = max(after, changed.start - SECONDS_PER_DAY)
            slot = schedule.next_epoch(begin)
            if slot is not None:
                largest = max(largest, _walk(schedule, slot, changed.start + SECONDS_PER_DAY))
    return _probe(schedule, first, until, largest) or None


def _walk(schedule: Schedule, slot: int, until: int) -> int:
    largest = 0
    while slot < until and (following := schedule.next_epoch(slot)) is not None:
        largest = max(largest, following - slot)
        slot = following
    return largest


def _probe(schedule: Schedule, slot: int, until: int, largest: int) -> int:
    while slot < until:
        probe = slot + _PROBE_SECONDS
        following = schedule.next_epoch(probe)
        if following is None:
            # It ends here, or after a few more.
            return max(largest, _walk(schedule, slot, until))
        if following - slot > largest:
            before = newest_until(schedule, slot, probe)
            largest = max(largest, following - (slot if before is None else before))
        slot = following
    return largest
