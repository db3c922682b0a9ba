"""Which slots of a stretch of time a backfill would run, from what is known of them."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota.model.clock import instant, rfc3339
from rota.model.errors import UsageError
from rota.model.slot import SlotState
from rota.schedules import Schedule, fire_times
from rota.status.slots import Absence

MOST_SLOTS = 10_000
# What has succeeded is done, and what a scheduler is at, or about to be, is its own.
_LEFT_ALONE = (SlotState.SUCCEEDED, SlotState.RUNNING, SlotState.DUE)


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot, an epoch time, and what is known of it; `wanted` tells that it would be run."""

    slot: int
    state: SlotState | Absence
    reason: str | None = None

    @property
    def at(self) -> str:
        """The slot in RFC 3339."""
        return rfc3339(instant(self.slot))

    @property
    def wanted(self) -> bool:
        """Whether a backfill would run it."""
        return self.state not in _LEFT_ALONE

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "at": self.at,
            "state": self.state.value,
            "reason": self.reason,
            "wanted": self.wanted,
        }


def slots_to_plan(schedule: Schedule, first: int, last: int) -> Sequence[int]:
    """Return the slots from `first` to `last`, epoch times, both included, the oldest first.

    Raises UsageError where they are more than `MOST_SLOTS`.
    """
    slots = list(itertools.islice(fire_times(schedule, first - 1, last), MOST_SLOTS + 1))
    if len(slots) > MOST_SLOTS:
        raise UsageError(
            f"there are more than {MOST_SLOTS} slots between --from and --to; choose a "
            f"shorter stretch, for example until {rfc3339(instant(slots[-2]))}"
        )
    return slots


def plan_backfill(
    slots: Sequence[int],
    *,
    known: Sequence[Mapping[str, Any]],
    done: Mapping[int, SlotState],
) -> Sequence[PlannedSlot]:
    """Return what is to be done about `slots`, in their order.

    `known` are slots as a page or a ledger shows them, `done` what earlier backfills made of them.
    """
    by_instant = {slot["at"]: slot for slot in known}
    return [
        _planned(slot, by_instant.get(rfc3339(instant(slot))), done.get(slot)) for slot in slots
    ]


def _planned(slot: int, known: Mapping[str, Any] | None, done: SlotState | None) -> PlannedSlot:
    state = _state(known["state"]) if known else Absence.UNOBSERVED
    if state is SlotState.SUCCEEDED or done is None:
        return PlannedSlot(slot, state, known["reason"] if known else None)
    return PlannedSlot(slot, done, "an earlier backfill")


def _state(word: str) -> SlotState | Absence:
    """Return the state of a word; a newer page may have others than this version."""
    known: dict[str, SlotState | Absence] = {each.value: each for each in (*SlotState, *Absence)}
    return known.get(word, Absence.UNOBSERVED)
