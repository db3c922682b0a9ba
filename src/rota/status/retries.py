"""When the next attempt at a task's work is due, where one waits."""

from collections.abc import Iterable

from rota.ledger.records import RecordedRun


def next_attempt_at(newest_first: Iterable[RecordedRun], now: float) -> float | None:
    """Return the epoch time of the soonest attempt that is to come after `now`; None without one.

    Of several runs for one slot only the newest tells: an attempt that has begun waits no more.
    """
    seen: set[int] = set()
    waiting = []
    for run in newest_first:
        if run.slot is not None and run.slot in seen:
            continue
        if run.slot is not None:
            seen.add(run.slot)
        if run.retry_at is not None and run.retry_at > now:
            waiting.append(run.retry_at)
    return min(waiting, default=None)
