"""What became of each slot of a task, also of those without a run."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rota.ledger.protocol import LedgerReader
from rota.ledger.records import RecordedRun, RecordedSkip, state_of_slot
from rota.model.clock import instant, rfc3339
from rota.model.slot import SlotState
from rota.schedules import fire_times, load_zone
from rota.status.run_facts import run_facts
from rota.status.sight import Sight, sight_of
from rota.tasks.definition import TaskDefinition

MOST_SLOTS = 500
# What a slot that has just come may take to be noted.
_NOTED_WITHIN_SECONDS = 5.0


class Absence(StrEnum):
    """What is true of a slot of which a ledger has nothing."""

    UPCOMING = "upcoming"
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, slots=True)
class SlotStatus:
    """A slot, an epoch time, and what became of it. `runs` are all that were for it, in order.

    `detail` is what more a ledger has of a slot that was skipped. `retry_at`, an epoch time, is
    when its next attempt is due, and past where that has to wait, or nobody is there to make it;
    None where there is none to come.
    """

    task: TaskDefinition
    slot: int
    state: SlotState | Absence
    reason: str | None = None
    runs: Sequence[RecordedRun] = ()
    detail: str | None = None
    retry_at: float | None = None

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready; `run` is the last of its runs."""
        return {
            "at": rfc3339(instant(self.slot)),
            "local": local_text(self.task, self.slot),
            "state": self.state.value,
            "reason": self.reason,
            "detail": self.detail,
            "retry_at": None if self.retry_at is None else rfc3339(instant(int(self.retry_at))),
            "run": run_facts(self.runs[-1]) if self.runs else None,
        }


def local_text(task: TaskDefinition, epoch: int) -> str:
    """Return an epoch time on the wall clock of the task's schedule, with its offset."""
    zone = load_zone(getattr(task.schedule, "timezone", "Etc/UTC"))
    offset = zone.span(epoch).offset
    sign = "-" if offset < 0 else "+"
    minutes = abs(offset) // 60
    wall = instant(zone.local(epoch)).strftime("%a %Y-%m-%d %H:%M:%S")
    return f"{wall} {sign}{minutes // 60:02d}:{minutes % 60:02d}"


def slots_between(
    task: TaskDefinition, reader: LedgerReader, first: int, last: int, now: float
) -> Sequence[SlotStatus]:
    """Return the slots from `first` to `last`, both included, the oldest first.

    Those of the schedule as it is now, and those of earlier schedules that something is known of;
    at most `MOST_SLOTS`, the oldest.
    """
    known = _Known(
        runs=_by_slot(reader.history(task.name, first, last)),
        skips=reader.skips(task.name, first, last),
        owed=frozenset(reader.owed(task.name)),
        sight=sight_of(reader, now),
    )
    expected = itertools.islice(fire_times(task.schedule, first - 1, last), MOST_SLOTS)
    noted = (slot for slot in known.slots() if first <= slot <= last)
    slots = sorted({*expected, *noted})[:MOST_SLOTS]
    return [_status(task, slot, known, now) for slot in slots]


@dataclass(frozen=True, slots=True)
class _Known:
    runs: Mapping[int, Sequence[RecordedRun]]
    skips: Sequence[RecordedSkip]
    owed: frozenset[int]
    sight: Sight | None

    def slots(self) -> Iterator[int]:
        yield from self.runs
        yield from self.owed
        for skip in self.skips:
            yield from (skip.skipped.first_slot, skip.skipped.last_slot)

    def skip_of(self, slot: int) -> RecordedSkip | None:
        return next(
            (
                each
                for each in self.skips
                if each.skipped.first_slot <= slot <= each.skipped.last_slot
            ),
            None,
        )

    def absence(self, slot: int, now: float) -> SlotState | Absence:
        """Return what is true of a slot of which nothing is known."""
        if slot > now - _NOTED_WITHIN_SECONDS:
            return Absence.UPCOMING
        if self.sight is not None and self.sight.until < slot <= self.sight.seen_until:
            # It has come, and the watches have not been heard of since.
            return SlotState.DUE
        return Absence.UNOBSERVED


def _by_slot(runs: Sequence[RecordedRun]) -> Mapping[int, Sequence[RecordedRun]]:
    found: dict[int, list[RecordedRun]] = {}
    for run in runs:
        if run.slot is not None:
            found.setdefault(run.slot, []).append(run)
    return found


def _status(task: TaskDefinition, slot: int, known: _Known, now: float) -> SlotStatus:
    runs = known.runs.get(slot, ())
    skip = known.skip_of(slot)
    state = state_of_slot(
        runs[-1].state if runs else None, skipped=skip is not None, owed=slot in known.owed
    )
    if state is None:
        return SlotStatus(task, slot, known.absence(slot, now))
    if state is SlotState.SKIPPED and skip is not None:
        return SlotStatus(task, slot, state, skip.skipped.reason.value, runs, skip.skipped.detail)
    reason, retry_at = (runs[-1].reason, runs[-1].retry_at) if runs else (None, None)
    # A run by hand is tried again without its slot being owed.
    waits = retry_at is not None and (slot in known.owed or retry_at > now)
    return SlotStatus(task, slot, state, reason, runs, retry_at=retry_at if waits else None)
