"""What a slot that comes due does to waiting slots and to the active run. Pure."""

from dataclasses import dataclass

from rota.model.task_fields import CatchUp, Overlap
from rota.scheduler.catch_up import MOST_CAUGHT_UP
from rota.scheduler.entry import PendingRun
from rota.tasks.definition import TaskDefinition


@dataclass(frozen=True, slots=True)
class Queueing:
    """What waits now, what is skipped for it, and whether to interrupt active runs."""

    waiting: tuple[PendingRun, ...]
    dropped: tuple[PendingRun, ...] = ()
    interrupt: bool = False


def queue_up(
    task: TaskDefinition, waiting: tuple[PendingRun, ...], pending: PendingRun
) -> Queueing:
    """Let `pending` wait: as with concurrencyPolicy, the newest slot is what counts.

    With `catch_up: all` a newer one replaces none; above `MOST_CAUGHT_UP` the oldest are skipped. A
    run by hand comes first, and neither drops a slot nor is dropped for one.
    """
    replaces = task.overlap is Overlap.REPLACE
    if task.overlap is Overlap.ALLOW and not pending.trigger.is_by_hand:
        # Without looking at what waits, which may be thousands.
        return Queueing((*waiting, pending))
    by_hand = tuple(each for each in waiting if each.trigger.is_by_hand)
    slots = tuple(each for each in waiting if not each.trigger.is_by_hand)
    if pending.trigger.is_by_hand:
        return Queueing((*by_hand, pending, *slots), interrupt=replaces)
    if task.catch_up is CatchUp.ALL:
        queue = (*slots, pending)
        dropped = queue[:-MOST_CAUGHT_UP]
        return Queueing((*by_hand, *queue[-MOST_CAUGHT_UP:]), dropped)
    return Queueing((*by_hand, pending), dropped=slots, interrupt=replaces)
