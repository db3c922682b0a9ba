"""What the scheduler tells the health server about itself."""

from collections.abc import Mapping

from rota.model.clock import Clock, instant, rfc3339
from rota.model.outcome import Outcome
from rota.scheduler import TaskScheduler

# What a task's slot may be overdue before /healthz names it.
_OVERDUE_SECONDS = 60.0


class SchedulerProbe:
    """What the health server asks."""

    def __init__(self, scheduler: TaskScheduler, clock: Clock) -> None:
        self._scheduler = scheduler
        self._clock = clock

    def heartbeat_age_seconds(self) -> float:
        """Return how long ago the scheduler last looked at the clock; 0 before it has started."""
        return self._scheduler.heartbeat_age_seconds()

    def ready(self) -> bool:
        """Return whether all tasks are planned and no stop has been requested."""
        return self._scheduler.running

    def summary(self) -> Mapping[str, object]:
        """Return counts, the next slot, and the tasks that need a look."""
        plans = self._scheduler.plans
        now = self._clock.timestamp()
        slots = [plan.next_slot for plan in plans if plan.next_slot is not None]
        return {
            "tasks": {
                "total": len(plans),
                "running": sum(bool(plan.active) for plan in plans),
                "stuck": sum(plan.stuck for plan in plans),
                "suspended": sum(plan.task.suspend for plan in plans),
            },
            "next_slot": rfc3339(instant(min(slots))) if slots else None,
            "failing": {
                plan.task.name: plan.last_outcome.value
                for plan in plans
                if plan.last_outcome not in (None, Outcome.SUCCEEDED)
            },
            "stuck": [plan.task.name for plan in plans if plan.stuck],
            "overdue": [
                plan.task.name
                for plan in plans
                if any(due.slot and now - due.slot > _OVERDUE_SECONDS for due in plan.waiting)
            ],
        }
