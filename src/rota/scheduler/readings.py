"""What the metrics of a scheduler show that depends on now."""

from rota.model.clock import Clock
from rota.model.pause import Pause
from rota.observers.histories import Histories, TaskHistory
from rota.observers.readings import Reading, TaskReading
from rota.runs.active_run import CANCEL_GRACE_SECONDS
from rota.scheduler.entry import TaskSnapshot
from rota.scheduler.scheduler import TaskScheduler
from rota.schedules.success_due import SLACK_SECONDS, success_due


class SchedulerReadings:
    """Reads a scheduler, whose event loop it must be called in, and the histories of its tasks."""

    def __init__(self, scheduler: TaskScheduler, histories: Histories, clock: Clock) -> None:
        """`clock` tells when the tasks owe slots from that nothing is known of."""
        self._scheduler = scheduler
        self._histories = histories
        self._clock = clock
        self._began_at = int(clock.timestamp())

    def __call__(self) -> Reading:
        """Return what holds now, but for what only the ledger knows."""
        tasks = [
            self._read(snapshot, self._histories.of(snapshot.task.name))
            for snapshot in self._scheduler.snapshot()
        ]
        tick = self._clock.timestamp() - self._scheduler.heartbeat_age_seconds()
        return Reading(tasks=tasks, leader=self._scheduler.running, tick=tick)

    def _read(self, snapshot: TaskSnapshot, history: TaskHistory) -> TaskReading:
        task = snapshot.task
        return TaskReading(
            task=task.name,
            schedule=task.schedule.text,
            time_zone=getattr(task.schedule, "timezone", "Etc/UTC"),
            running=len(snapshot.active),
            suspended=task.suspend,
            paused_until=self._paused_until(snapshot.pause),
            next_slot=snapshot.next_slot or 0,
            success_due=0 if task.suspend else self._success_due(snapshot, history),
            run_due=_run_due(snapshot),
            last_run=history.last_run,
            last_success=history.last_success,
            duration_seconds=history.duration_seconds,
            lateness_seconds=history.lateness_seconds,
            consecutive_failures=history.consecutive_failures,
        )

    def _paused_until(self, pause: Pause | None) -> int:
        lasts = pause is not None and pause.active_at(self._clock.timestamp())
        return pause.until if pause is not None and lasts else 0

    def _success_due(self, snapshot: TaskSnapshot, history: TaskHistory) -> int:
        task = snapshot.task
        # Where nothing is known of a task, none of its slots has come before this process began.
        since = self._began_at if history.owes_since is None else history.owes_since
        return success_due(
            task.schedule,
            max(since, snapshot.owes_since),
            catch_up_seconds=task.latest_start_seconds,
            budget_seconds=task.timeout_seconds,
        )


def _run_due(snapshot: TaskSnapshot) -> int:
    deadlines = [run.deadline.timestamp() for run in snapshot.active]
    if not deadlines:
        return 0
    return round(min(deadlines) + CANCEL_GRACE_SECONDS) + SLACK_SECONDS
