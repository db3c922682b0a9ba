"""Which of the slots that were missed start after all. Pure: schedule, ledger and now are given."""

from collections.abc import Collection
from dataclasses import dataclass

from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.schedules import count_between, newest_until
from rota.settings import Overlap
from rota.tasks.definition import TaskDefinition

MOST_SKIPS_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Slots to start, the oldest first, and those that are given up."""

    start: tuple[int, ...]
    skipped: tuple[SlotsSkipped, ...]


def catch_up(task: TaskDefinition, after: int, until: int, owed: Collection[int] = ()) -> CatchUp:
    """Decide on the slots in `(after, until]`, and on those `owed`, which are none of these.

    At most the newest of all starts. Under `overlap: allow` each that is owed starts besides the
    newest of the others, since its run was due whatever has come later.
    """
    newest = newest_until(task.schedule, after, until) if after < until else None
    missed = () if newest is None else (newest,)
    if task.overlap is Overlap.ALLOW:
        start = (*sorted(owed), *missed)
    else:
        start = (missed or tuple(sorted(owed)))[-1:]
    given_up = sorted(set(owed) - set(start))
    skipped = [_one(task, slot, SkipReason.MISSED) for slot in given_up]
    if newest is not None:
        skipped += skipped_between(task, after, newest - 1, SkipReason.MISSED)
    return CatchUp(start, tuple(skipped))


def give_up(
    task: TaskDefinition, after: int, until: int, owed: Collection[int], reason: SkipReason
) -> CatchUp:
    """Start none of the slots in `(after, until]`, nor of those `owed`."""
    singles = [_one(task, slot, reason) for slot in sorted(owed)]
    return CatchUp((), (*singles, *skipped_between(task, after, until, reason)))


def skipped_between(
    task: TaskDefinition, after: int, until: int, reason: SkipReason
) -> list[SlotsSkipped]:
    """Return the slots in `(after, until]` as one event; none where there are none."""
    count = count_between(task.schedule, after, until, MOST_SKIPS_COUNTED)
    first = task.schedule.next_epoch(after) if count else None
    last = newest_until(task.schedule, after, until) if count else None
    if first is None or last is None:
        return []
    capped = count >= MOST_SKIPS_COUNTED
    return [SlotsSkipped(task.name, first, last, count, capped=capped, reason=reason)]


def _one(task: TaskDefinition, slot: int, reason: SkipReason) -> SlotsSkipped:
    return SlotsSkipped(task.name, slot, slot, 1, capped=False, reason=reason)
