"""Which missed slots start after all. Pure: schedule, ledger and now are arguments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.task_fields import CatchUp, Overlap
from rota.schedules import count_between, newest_until
from rota.tasks.definition import TaskDefinition

MOST_CAUGHT_UP = 100
MOST_SKIPS_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Decision:
    """Slots to start, the oldest first, and those that are skipped."""

    start: tuple[int, ...]
    skipped: tuple[SlotsSkipped, ...]

    def newest(self, known: int) -> int:
        """Return the newest slot of all that were decided on, or `known` if that is newer."""
        return max((*self.start, *(each.last_slot for each in self.skipped), known))


def catch_up(task: TaskDefinition, after: int, until: int, owed: Collection[int] = ()) -> Decision:
    """Decide on the slots in `(after, until]`, and on those `owed`, which are others.

    `until` is now. By default at most one starts, the newest of all. Under `overlap: allow` every
    owed slot starts too, since later slots do not replace it. With `catch_up: all` the newest
    `MOST_CAUGHT_UP` start that are not too late. Where the newest is too late, the dispatcher
    skips it.
    """
    if task.catch_up is CatchUp.ALL:
        earliest = until - task.latest_start_seconds
        missed = _newest(task, max(after, earliest - 1), until, MOST_CAUGHT_UP)
        in_time = [slot for slot in owed if slot >= earliest]
        start = sorted({*in_time, *missed})[-MOST_CAUGHT_UP:]
    else:
        missed = _newest(task, after, until, 1)
        start = sorted({*owed, *missed})
        if task.overlap is not Overlap.ALLOW:
            start = start[-1:]
    oldest = min((slot for slot in start if slot > after and slot not in owed), default=until + 1)
    dropped = sorted(set(owed) - set(start))
    skipped = [_one(task, slot, SkipReason.MISSED) for slot in dropped]
    skipped += _skipped_between(task, after, oldest - 1, SkipReason.MISSED)
    return Decision(tuple(start), tuple(skipped))


def skip_all(
    task: TaskDefinition,
    after: int,
    until: int,
    owed: Collection[int],
    reason: SkipReason,
    *,
    detail: str | None = None,
) -> tuple[SlotsSkipped, ...]:
    """Skip the slots in `(after, until]` and those `owed`, without starting any."""
    singles = [_one(task, slot, reason) for slot in sorted(owed)]
    skipped = (*singles, *_skipped_between(task, after, until, reason))
    return tuple(replace(each, detail=detail) for each in skipped)


def _newest(task: TaskDefinition, after: int, until: int, limit: int) -> Sequence[int]:
    found: list[int] = []
    while len(found) < limit and after < until:
        slot = newest_until(task.schedule, after, until)
        if slot is None:
            break
        found.append(slot)
        until = slot - 1
    return found


def _skipped_between(
    task: TaskDefinition, after: int, until: int, reason: SkipReason
) -> list[SlotsSkipped]:
    count = count_between(task.schedule, after, until, MOST_SKIPS_COUNTED)
    first = task.schedule.next_epoch(after) if count else None
    last = newest_until(task.schedule, after, until) if count else None
    if first is None or last is None:
        return []
    capped = count >= MOST_SKIPS_COUNTED
    return [SlotsSkipped(task.name, first, last, count, capped=capped, reason=reason)]


def _one(task: TaskDefinition, slot: int, reason: SkipReason) -> SlotsSkipped:
    return SlotsSkipped(task.name, slot, slot, 1, capped=False, reason=reason)
