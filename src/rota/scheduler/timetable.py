"""Which task's slot comes next, for all tasks at once. No clock, no I/O: `now` is an argument."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from rota.ledger.records import TaskMemory
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.scheduler.catch_up import catch_up, give_up
from rota.scheduler.plan import Due, Plan
from rota.tasks.definition import MISSED_AFTER_SECONDS

# A slot remembered further ahead than this was noted under a clock that was wrong: waiting for it
# would stop the task for good.
LONGEST_WAIT_FOR_CLOCK_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Arrival:
    """Slots of a task that have come due, the oldest first, and those that are given up.

    Every slot up to `accounted` has been met now. None: what the ledger has of it stays.
    """

    plan: Plan
    accounted: int | None
    dues: tuple[Due, ...]
    skipped: tuple[SlotsSkipped, ...] = ()


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

    def resume(self, plan: Plan, memory: TaskMemory | None, now: int) -> Arrival:
        """Plan a task as the scheduler starts, going on from what the ledger has of it.

        A task seen for the first time, or with another schedule than before, owes nothing for its
        past, and a suspended one nothing for that time.
        """
        task = plan.task
        if memory is None:
            self._begin(plan, now)
            return Arrival(plan, now, ())
        if memory.schedule != plan.schedule_key:
            self._begin(plan, now)
            skipped = give_up(task, now, now, memory.owed, SkipReason.MISSED).skipped
            return Arrival(plan, now, (), skipped)
        # A slot that is further ahead was noted under a clock that was wrong, or this one is.
        ahead = memory.accounted > now + LONGEST_WAIT_FOR_CLOCK_SECONDS
        last = now if ahead else memory.accounted
        if task.suspend or memory.suspended:
            self._begin(plan, now)
            skipped = give_up(task, last, now, memory.owed, SkipReason.SUSPENDED).skipped
            return Arrival(plan, now, (), skipped)
        if memory.accounted not in memory.owed:
            plan.finished_slot = memory.accounted
        self._begin(plan, max(last, now))
        found = catch_up(task, last, now, memory.owed)
        dues = tuple(Due(slot, Trigger.CATCH_UP) for slot in found.start)
        return Arrival(plan, None if ahead else found.newest(last), dues, found.skipped)

    def _begin(self, plan: Plan, after: int) -> None:
        if not plan.task.suspend:
            self.add(plan, after)

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
            return Arrival(plan, slot, (Due(slot, trigger),))
        found = catch_up(plan.task, slot - 1, now)
        self.add(plan, now)
        dues = tuple(Due(slot, Trigger.CATCH_UP) for slot in found.start)
        return Arrival(plan, found.newest(slot), dues, found.skipped)

    def plan_anew(self, now: int) -> None:
        """Forget all that was planned and plan the first slot of each task after `now`."""
        planned = [plan for plans in self._plans_by_slot.values() for plan in plans]
        self._slots.clear()
        self._plans_by_slot.clear()
        for plan in planned:
            self.add(plan, now)

    def next_slot(self) -> int | None:
        """Return the earliest slot of all."""
        return self._slots[0] if self._slots else None
