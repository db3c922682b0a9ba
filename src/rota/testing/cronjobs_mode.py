"""Simulates CronJobs: what the CronJob controller starts for each task.

As kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob) and utils.go
(mostRecentScheduleTime) of 1.34 do it. The controller's own delay, and what it takes to start a
pod, are left out.
"""

import asyncio
import math

from rota.kubernetes.manifests.naming import cronjob_name
from rota.model.outcome import SkipReason
from rota.model.task_fields import Overlap
from rota.scheduler.scheduler import LONGEST_SLEEP_SECONDS
from rota.schedules import Schedule, fire_times, newest_until
from rota.tasks.definition import TaskDefinition
from rota.testing.disruptions import EARLY_SECONDS, PlannedEnd
from rota.testing.job import Job, Pods
from rota.testing.recorder import Recorder
from rota.testing.scheduler_mode import SETTLE_SECONDS
from rota.testing.world import World


def run_cronjobs(world: World, recorder: Recorder) -> None:
    """Run the CronJobs of all tasks until the end of the simulation."""
    world.run_process(0.0, _ControllerManager(world, recorder).run)


class _ControllerManager:
    """The controllers of all CronJobs. A disruption of the process is one of it and of all pods."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self._world = world
        self._recorder = recorder
        self._controllers: list[CronJobController] = []
        self._pods = Pods(world, recorder)

    async def run(self) -> None:
        """Run until the end of the simulation."""
        world, pods = self._world, self._pods
        loop = asyncio.get_running_loop()
        world.on_crash = lambda run_id, _: pods.kill(run_id)
        for task in world.tasks:
            controller = CronJobController(task, world, self._recorder, pods)
            self._controllers.append(controller)
            if task.run_on_start and not task.suspend:
                Job(task, None, f"{controller.name}-start", pods).start()
            controller.sync()
        for at, _ in world.plan.jumps:
            loop.call_at(at, world.jump)
            # As soon as the scheduler, though nothing is known of when the controller finds out.
            loop.call_at(at + EARLY_SECONDS + LONGEST_SLEEP_SECONDS, self._sync)
        for end in world.plan.ends:
            loop.call_at(end.at, self._end, end)
        await asyncio.sleep(world.seconds + SETTLE_SECONDS)
        self._leave()
        pods.seal()

    def _end(self, end: PlannedEnd) -> None:
        self._leave()
        if end.crash:
            self._pods.kill_all()
        else:
            self._pods.evict_all()
        if end.returns_at is not None:
            asyncio.get_running_loop().call_at(end.returns_at, self._return)

    def _leave(self) -> None:
        self._pods.leave()
        for controller in self._controllers:
            controller.away = True

    def _return(self) -> None:
        for controller in self._controllers:
            controller.away = False
        self._pods.come_back()
        self._sync()

    def _sync(self) -> None:
        for controller in self._controllers:
            controller.sync()


class CronJobController:
    """What the controller does about one CronJob; `away` while nothing controls it."""

    def __init__(self, task: TaskDefinition, world: World, recorder: Recorder, pods: Pods) -> None:
        self.task = task
        self.name = cronjob_name(world.settings.release, task.name)
        self.away = False
        self._world = world
        self._recorder = recorder
        self._pods = pods
        self._schedule: Schedule = recorder.schedules[task.name]
        exact = task.cronjob_schedule().exact
        self._deadline_seconds = task.latest_start_seconds if exact else None
        # The newest slot that had a Job, then the newest that something became of.
        self._latest = self._met = int(world.start)
        self._blocked = False
        self._active: list[Job] = []
        self._timer: asyncio.TimerHandle | None = None

    def sync(self) -> None:
        """Start the newest slot that is due, if there is one that may start now."""
        if self.away or self.task.suspend:
            return
        clock = self._world.clock.timestamp()
        now = int(clock)
        earliest = self._latest
        if self._deadline_seconds is not None:
            # One that is late by just the deadline still starts, as in the scheduler.
            earliest = max(earliest, math.ceil(clock - self._deadline_seconds) - 1)
        slot = newest_until(self._schedule, earliest, now)
        if slot is None:
            self._give_up(now)
        else:
            self._meet(slot)
        self._wait(now)

    def _meet(self, slot: int) -> None:
        if self._active and self.task.overlap is Overlap.FORBID:
            # It starts when the Job has ended, if it is still the newest and not too late.
            self._blocked = True
            self._skip(slot - 1)
            self._met = slot - 1
            return
        if self.task.overlap is Overlap.REPLACE:
            for job in self._active:
                job.delete()
            self._active.clear()
        self._skip(slot - 1)
        self._latest = self._met = slot
        self._blocked = False
        name = f"{self.name}-{slot // 60}"
        job = Job(self.task, slot, name, self._pods, on_over=self._over)
        self._active.append(job)
        job.start()

    def _over(self, job: Job) -> None:
        if job in self._active:
            self._active.remove(job)
            self.sync()

    def _give_up(self, now: int) -> None:
        """Skip what is due and too late."""
        newest = newest_until(self._schedule, self._met, now)
        if newest is None:
            return
        self._skip(newest - 1)
        self._recorder.skip(self.task.name, newest, SkipReason.TOO_LATE)
        self._met = newest
        self._blocked = False

    def _skip(self, until: int) -> None:
        reason = SkipReason.OVERLAP if self._blocked else SkipReason.MISSED
        for slot in fire_times(self._schedule, self._met, until):
            self._recorder.skip(self.task.name, slot, reason)

    def _wait(self, now: int) -> None:
        following = self._schedule.next_epoch(max(now, self._latest))
        if self._timer is not None:
            self._timer.cancel()
        if following is not None:
            delay = max(0.0, following - self._world.clock.timestamp())
            self._timer = asyncio.get_running_loop().call_later(delay, self.sync)
