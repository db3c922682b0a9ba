"""The last slots of a task, one cell each, as a line of marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rota.ledger.digest import TaskDigest
from rota.model.clock import instant, rfc3339
from rota.model.slot import SlotState
from rota.status.slots import Absence

# Of many tasks most have slots at the same times, and an answer has thirty slots of each.
_KEPT_TEXTS = 8192


@dataclass(frozen=True, slots=True)
class Cell:
    """A slot, or a run without one, or `count` neighbouring slots that were skipped together.

    `at` is an epoch time: the slot, the start of a run without one, the last of several slots.
    """

    at: int
    state: SlotState | Absence
    reason: str | None = None
    run_id: str | None = None
    count: int = 1

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "at": _text(self.at),
            "state": str(self.state),
            "reason": self.reason,
            "run_id": self.run_id,
            "count": self.count,
        }


@lru_cache(maxsize=_KEPT_TEXTS)
def _text(epoch: int) -> str:
    return rfc3339(instant(epoch))


def strip_of(digest: TaskDigest, length: int) -> Sequence[Cell]:
    """Return the last `length` cells, the oldest first; of several runs for a slot the last."""
    by_position: dict[tuple[int, str | None], Cell] = {}
    for skip in reversed(digest.skips):
        skipped = skip.skipped
        reason = skipped.reason.value
        by_position[skipped.last_slot, None] = Cell(
            skipped.last_slot, SlotState.SKIPPED, reason, count=skipped.count
        )
    for run in reversed(digest.recent):
        # Runs without a slot are apart from each other, and from a slot of the same second.
        key = (run.due, run.run_id if run.slot is None else None)
        known = by_position.get(key)
        if known is None or known.state is not SlotState.SKIPPED or run.state not in _OPEN:
            by_position[key] = Cell(run.due, run.state, run.reason, run.run_id)
    cells = sorted(by_position.values(), key=lambda cell: cell.at)
    return cells[-length:]


def with_unobserved(cells: Sequence[Cell], slots: Iterable[int], length: int) -> Sequence[Cell]:
    """Return the last `length` of some cells and of slots that nobody saw, the oldest first."""
    unobserved = [Cell(slot, Absence.UNOBSERVED) for slot in slots]
    return sorted([*cells, *unobserved], key=lambda cell: cell.at)[-length:]


# A run that was cut off may have been followed by giving up (see `rota.ledger.records`).
_OPEN = (SlotState.INTERRUPTED, SlotState.LOST)
