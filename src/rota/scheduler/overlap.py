"""What a slot that comes due does to those that wait and the run that is active. Pure."""

from dataclasses import dataclass

from rota.model.task_fields import Overlap
from rota.scheduler.plan import Due


@dataclass(frozen=True, slots=True)
class Queueing:
    """What waits now, what is given up for it, and whether active runs are to be cut off."""

    waiting: tuple[Due, ...]
    dropped: tuple[Due, ...] = ()
    interrupt: bool = False


def queue_up(overlap: Overlap, waiting: tuple[Due, ...], due: Due) -> Queueing:
    """Let `due` wait under `overlap`: as with concurrencyPolicy, the newest slot is what counts."""
    if overlap is Overlap.ALLOW:
        return Queueing((*waiting, due))
    return Queueing((due,), dropped=waiting, interrupt=overlap is Overlap.REPLACE)
