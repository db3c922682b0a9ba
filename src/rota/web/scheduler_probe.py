"""What the scheduler tells the health server about itself."""

from collections.abc import Mapping

from rota.model.clock import Clock, instant, rfc3339
from rota.model.outcome import Outcome
from rota.scheduler import TaskScheduler

# What a task's slot may be overdue before /healthz names it.
_OVERDUE_SECONDS = 60.0


class SchedulerProbe:
    """What the health server asks.

    Its summary has `tasks`: counts `total`, `running`, `stuck`, `suspended`, `paused`, `retrying`;
    `next_slot`: an instant or None; `failing`: by task, the last outcome where it is not a success;
    `stuck` and `overdue`: the names of such tasks.
    """

    process = "scheduler"
    not_ready = "the scheduler has not planned all tasks yet, or is stopping"

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
        tasks = self._scheduler.snapshot()
        now = self._clock.timestamp()
        slots = [each.next_slot for each in tasks if each.next_slot is not None]
        return {
            "tasks": {
                "total": len(tasks),
                "running": sum(bool(each.active) for each in tasks),
                "stuck": sum(each.stuck for each in tasks),
                "suspended": sum(each.task.suspend for each in tasks),
                "paused": sum(bool(each.pause and each.pause.active_at(now)) for each in tasks),
                "retrying": sum(each.retrying for each in tasks),
            },
            "next_slot": rfc3339(instant(min(slots))) if slots else None,
            "failing": {
                each.task.name: each.last_outcome.value
                for each in tasks
                if each.last_outcome not in (None, Outcome.SUCCEEDED)
            },
            "stuck": [each.task.name for each in tasks if each.stuck],
            "overdue": [
                each.task.name
                for each in tasks
                if any(now - slot > _OVERDUE_SECONDS for slot in each.waiting_slots)
            ],
        }
