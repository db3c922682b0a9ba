"""Which task's slot comes next, for all tasks at once. No clock, no I/O: `now` is an argument."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.scheduler.plan import Due, Plan
from rota.scheduler.state import Memory
from rota.schedules import count_between, newest_until
from rota.settings import Overlap

# A slot remembered further ahead than this was noted under a clock that was wrong: waiting for it
# would stop the task for good.
LONGEST_WAIT_FOR_CLOCK_SECONDS = 86_400
# A slot met later than this was missed and is made up for, rather than started with a delay.
MISSED_AFTER_SECONDS = 60
MOST_SKIPS_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A slot that has come due, and what was passed over on the way to it."""

    plan: Plan
    due: Due
    skipped: SlotsSkipped | None


class Timetable:
    """Plans ordered by their next slot."""

    def __init__(self) -> None:
        # Many tasks are due together: the heap holds a slot once, however many they are.
        self._slots: list[int] = []
        self._plans_by_slot: dict[int, list[Plan]] = {}

    def add(self, plan: Plan, after: int) -> None:
        """Plan the first slot after `after`; a schedule that has none left is out of the table."""
        self._put(plan, plan.task.schedule.next_epoch(after))

    def _put(self, plan: Plan, slot: int | None) -> None:
        plan.next_slot = slot
        if slot is None:
            return
        others = self._plans_by_slot.get(slot)
        if others is None:
            others = self._plans_by_slot[slot] = []
            heapq.heappush(self._slots, slot)
        elif others:
            # One number in memory for all of them.
            plan.next_slot = others[0].next_slot
        others.append(plan)

    def resume(self, plan: Plan, memory: Memory | None, now: int) -> tuple[int, list[Arrival]]:
        """Plan a task as the process starts, going on from what an earlier one remembered.

        Returns the slot up to which nothing is owed but open slots, and what may be made up for,
        oldest first: under `allow` each open slot, since its run was begun, and of the missed ones
        the newest. A task seen for the first time, or with another schedule than before, owes
        nothing.
        """
        last = now
        plan.open_slots = frozenset()
        if memory is not None and memory.schedule == plan.schedule_key:
            plan.finished_slot = memory.last_slot
            if memory.last_slot <= now + LONGEST_WAIT_FOR_CLOCK_SECONDS:
                last = memory.last_slot
            if plan.task.overlap is Overlap.ALLOW:
                plan.open_slots = frozenset(memory.open_slots)
        newest = newest_until(plan.task.schedule, last, now) if last < now else None
        self.add(plan, max(last, now))
        arrivals = [
            Arrival(plan, Due(slot, Trigger.CATCH_UP), None)
            for slot in sorted(plan.open_slots - {newest})
        ]
        if newest is not None:
            skipped = _passed_over(plan, last, newest)
            arrivals.append(Arrival(plan, Due(newest, Trigger.CATCH_UP), skipped))
        return last, arrivals

    def due(self, now: int) -> Iterator[Arrival]:
        """Yield what has come due by `now`, each task once with its newest slot."""
        while self._slots and self._slots[0] <= now:
            slot = self._slots[0]
            plans = self._plans_by_slot[slot]
            plans.reverse()
            # One by one: where something goes wrong with a task, the others are still here.
            while plans:
                yield self._arrival(plans.pop(), slot, now)
            # The caller that is given an arrival may ask what is due, too.
            if self._plans_by_slot.get(slot) is plans:
                del self._plans_by_slot[slot]
                heapq.heappop(self._slots)

    def _arrival(self, plan: Plan, slot: int, now: int) -> Arrival:
        following = plan.task.schedule.next_epoch(slot)
        if following is None or following > now:
            self._put(plan, following)
            missed = now - slot >= MISSED_AFTER_SECONDS
            trigger = Trigger.CATCH_UP if missed else Trigger.SCHEDULE
            return Arrival(plan, Due(slot, trigger), None)
        newest = newest_until(plan.task.schedule, slot, now) or slot
        self.add(plan, newest)
        skipped = _passed_over(plan, slot - 1, newest)
        return Arrival(plan, Due(newest, Trigger.CATCH_UP), skipped)

    def plan_anew(self, now: int) -> None:
        """Forget all that was planned and plan the first slot of each task after `now`."""
        planned = [plan for plans in self._plans_by_slot.values() for plan in plans]
        self._slots.clear()
        self._plans_by_slot.clear()
        for plan in planned:
            plan.settled_slot = now
            self.add(plan, now)

    def next_slot(self) -> int | None:
        """Return the earliest slot of all."""
        return self._slots[0] if self._slots else None


def _passed_over(plan: Plan, after: int, newest: int) -> SlotsSkipped | None:
    """Return the slots after `after` that are older than `newest` and not open."""
    schedule = plan.task.schedule
    count = count_between(schedule, after, newest - 1, MOST_SKIPS_COUNTED)
    still_open = {slot for slot in plan.open_slots if after < slot < newest}
    if count <= len(still_open):
        return None
    first = schedule.next_epoch(after)
    while first in still_open:
        first = schedule.next_epoch(first)
    last = newest_until(schedule, after, newest - 1)
    while last in still_open:
        last = newest_until(schedule, after, last - 1)
    return SlotsSkipped(
        task=plan.task.name,
        first_slot=first if first is not None else newest,
        last_slot=last if last is not None else newest,
        count=count - len(still_open),
        capped=count >= MOST_SKIPS_COUNTED,
        reason=SkipReason.MISSED,
    )
