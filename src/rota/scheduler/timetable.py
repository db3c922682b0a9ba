"""Which task's slot comes next, for all tasks at once. No clock, no I/O: `now` is an argument."""

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rota.ledger.records import TaskProgress
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.scheduler.catch_up import Decision, catch_up, skip_all
from rota.scheduler.entry import PendingRun, ScheduleEntry
from rota.tasks.definition import MISSED_AFTER_SECONDS

# A slot remembered further ahead than this was noted under a clock that was wrong: waiting for it
# would stop the task for good.
LONGEST_WAIT_FOR_CLOCK_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class DueRuns:
    """The runs of a task that are due, the oldest slot first, and the slots that are skipped.

    Every slot up to `accounted` has been met now. None: what the ledger has of it stays.
    """

    entry: ScheduleEntry
    accounted: int | None
    runs: tuple[PendingRun, ...]
    skipped: tuple[SlotsSkipped, ...] = ()


class Timetable:
    """Schedule entries, ordered by their next slot."""

    def __init__(self) -> None:
        # Many tasks are due together: the heap holds a slot once, however many they are.
        self._slots: list[int] = []
        self._entries_by_slot: dict[int, list[ScheduleEntry]] = {}

    def add(self, entry: ScheduleEntry, after: int) -> None:
        """Plan the first slot after `after`; one that has none left leaves the table."""
        self._put(entry, entry.task.schedule.next_epoch(after))

    def _put(self, entry: ScheduleEntry, slot: int | None) -> None:
        entry.next_slot = slot
        if slot is None:
            return
        others = self._entries_by_slot.get(slot)
        if others is None:
            others = self._entries_by_slot[slot] = []
            heapq.heappush(self._slots, slot)
        elif others:
            # One number in memory for all of them.
            entry.next_slot = others[0].next_slot
        others.append(entry)

    def resume(self, entry: ScheduleEntry, progress: TaskProgress | None, now: int) -> DueRuns:
        """Plan a task as the scheduler starts, going on from what the ledger has of it.

        A task seen for the first time, or with another schedule than before, owes nothing for its
        past, and a suspended one nothing for that time.
        """
        task = entry.task
        if progress is None:
            return self._start_afresh(entry, now, ())
        if progress.schedule != entry.schedule_key:
            skipped = skip_all(task, now, now, progress.owed, SkipReason.MISSED)
            return self._start_afresh(entry, now, skipped)
        # A slot that is further ahead was noted under a clock that was wrong, or this one is.
        ahead = progress.accounted > now + LONGEST_WAIT_FOR_CLOCK_SECONDS
        last = now if ahead else progress.accounted
        if task.suspend or progress.suspended:
            skipped = skip_all(task, last, now, progress.owed, SkipReason.SUSPENDED)
            return self._start_afresh(entry, now, skipped)
        if progress.accounted not in progress.owed:
            entry.finished_slot = progress.accounted
        self.add(entry, max(last, now))
        paused, owed = _skip_pause(entry, last, now, progress.owed)
        # What is owed is older: nothing that has been met since is met again.
        last = max((last, *(each.last_slot for each in paused)))
        decision = catch_up(task, last, now, owed)
        accounted = None if ahead else decision.newest(last)
        return DueRuns(entry, accounted, _caught_up(decision), (*paused, *decision.skipped))

    def _start_afresh(
        self, entry: ScheduleEntry, now: int, skipped: tuple[SlotsSkipped, ...]
    ) -> DueRuns:
        entry.owes_since = now
        if not entry.task.suspend:
            self.add(entry, now)
        return DueRuns(entry, now, (), skipped)

    def due(self, now: int) -> Iterator[DueRuns]:
        """Yield what has come due by `now`, each task once with its newest slot."""
        while self._slots and self._slots[0] <= now:
            slot = self._slots[0]
            entries = self._entries_by_slot[slot]
            entries.reverse()
            # One by one: where something goes wrong with a task, the others are still here.
            while entries:
                yield self._due_runs(entries.pop(), slot, now)
            # The caller, which is given them here, may ask again meanwhile.
            if self._entries_by_slot.get(slot) is entries:
                del self._entries_by_slot[slot]
                heapq.heappop(self._slots)

    def _due_runs(self, entry: ScheduleEntry, slot: int, now: int) -> DueRuns:
        paused, _ = _skip_pause(entry, slot - 1, now, ())
        if paused:
            last = paused[-1].last_slot
            # The next may have come already, if the pause has ended since.
            self.add(entry, last)
            return DueRuns(entry, last, (), paused)
        following = entry.task.schedule.next_epoch(slot)
        if following is None or following > now:
            self._put(entry, following)
            missed = now - slot >= MISSED_AFTER_SECONDS
            trigger = Trigger.CATCH_UP if missed else Trigger.SCHEDULE
            return DueRuns(entry, slot, (PendingRun(slot, trigger),))
        self.add(entry, now)
        decision = catch_up(entry.task, slot - 1, now)
        return DueRuns(entry, decision.newest(slot), _caught_up(decision), decision.skipped)

    def reschedule(self, now: int) -> None:
        """Forget all that was planned and plan the first slot of each task after `now`."""
        planned = [entry for entries in self._entries_by_slot.values() for entry in entries]
        self._slots.clear()
        self._entries_by_slot.clear()
        for entry in planned:
            self.add(entry, now)

    def next_slot(self) -> int | None:
        """Return the earliest slot of all."""
        return self._slots[0] if self._slots else None


def _skip_pause(
    entry: ScheduleEntry, after: int, now: int, owed: Collection[int]
) -> tuple[tuple[SlotsSkipped, ...], Collection[int]]:
    """Skip what a pause keeps from starting, of the slots in `(after, now]` and those `owed`.

    Returns what is skipped, and what is owed still. Slots that came shortly before the pause, and
    could have started in it only, are skipped with it.
    """
    pause = entry.pause
    if pause is None or pause.since > now or after >= pause.last_slot:
        return (), owed
    until = min(now, pause.last_slot)
    kept_from = owed if pause.active_at(now) else ()
    skipped = skip_all(
        entry.task, after, until, kept_from, SkipReason.PAUSED, detail=pause.sentence
    )
    return skipped, () if pause.active_at(now) else owed


def _caught_up(decision: Decision) -> tuple[PendingRun, ...]:
    return tuple(PendingRun(slot, Trigger.CATCH_UP) for slot in decision.start)
