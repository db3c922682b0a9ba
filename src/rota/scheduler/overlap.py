"""What a slot that comes due does to those that wait and the run that is active. Pure."""

from dataclasses import dataclass

from rota.model.task_fields import CatchUp, Overlap
from rota.scheduler.catch_up import MOST_CAUGHT_UP
from rota.scheduler.plan import Due
from rota.tasks.definition import TaskDefinition


@dataclass(frozen=True, slots=True)
class Queueing:
    """What waits now, what is given up for it, and whether active runs are to be cut off."""

    waiting: tuple[Due, ...]
    dropped: tuple[Due, ...] = ()
    interrupt: bool = False


def queue_up(task: TaskDefinition, waiting: tuple[Due, ...], due: Due) -> Queueing:
    """Let `due` wait: as with concurrencyPolicy, the newest slot is what counts.

    With `catch_up: all` none is given up for a newer one, but the oldest above `MOST_CAUGHT_UP`.
    """
    if task.overlap is Overlap.ALLOW:
        return Queueing((*waiting, due))
    if task.catch_up is CatchUp.ALL:
        queue = (*waiting, due)
        return Queueing(queue[-MOST_CAUGHT_UP:], dropped=queue[:-MOST_CAUGHT_UP])
    return Queueing((due,), dropped=waiting, interrupt=task.overlap is Overlap.REPLACE)
