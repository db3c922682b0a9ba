import asyncio

import pytest

from rota import TryAgain
from rota.model.errors import ApiUnavailableError
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from rota.tasks import BaseTask
from rota.testing import VirtualClock, VirtualLoop
from rota.web.scheduler_probe import SchedulerProbe

START = 1_795_478_400


class Asleep(BaseTask):
    name = "asleep"
    suspend = True

    async def execute(self, api_client):
        raise AssertionError("a suspended task is not started")


async def api_is_down(api_client):
    raise ApiUnavailableError("no connection")


async def ignores_its_end(api_client):
    end = asyncio.get_running_loop().time() + 600
    while (left := end - asyncio.get_running_loop().time()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            continue


async def sleeps_an_hour(api_client):
    await asyncio.sleep(3600)


def probed(seconds):
    """Return a probe's answers before the start, after so many seconds, and after the stop."""

    async def story():
        clock = VirtualClock(START)
        scheduler = TaskScheduler(
            object(),
            settings=Settings(_env_file=None, task={"stuck": {"timeout_seconds": 60}}),
            clock=clock,
        )
        scheduler.register_task("down", api_is_down, 60)
        scheduler.register_task("stuck", ignores_its_end, 60)
        scheduler.register_task("asleep", Asleep(), 60)
        probe = SchedulerProbe(scheduler, clock)

        def answers():
            return probe.heartbeat_age_seconds(), probe.ready(), probe.summary()

        before = answers()
        await scheduler.start()
        await asyncio.sleep(seconds)
        during = answers()
        await scheduler.stop()
        return before, during, answers()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story())


@pytest.mark.fault(75)
def test_an_api_that_is_down_is_reported_and_leaves_the_scheduler_alive_and_ready():
    _, (age, ready, summary), _ = probed(90)

    assert age <= 5
    assert ready
    assert summary["failing"]["down"] == "failed"


def test_stuck_suspended_and_overdue_tasks_are_named():
    _, (_, _, summary), _ = probed(310)

    assert summary["tasks"] == {
        "total": 3,
        "running": 1,
        "stuck": 1,
        "suspended": 1,
        "paused": 0,
        "retrying": 0,
    }
    assert summary["stuck"] == ["stuck"]
    # Its slots of 00:02 and later wait for the run that ignores its end; the newest is not overdue.
    assert summary["overdue"] == []
    assert summary["failing"]["stuck"] == "timed_out"
    assert summary["next_slot"] == "2026-11-24T00:06:00Z"


@pytest.mark.parametrize(("late_seconds", "overdue"), [(59, []), (61, ["waits"])])
def test_a_slot_that_has_waited_for_more_than_a_minute_is_overdue(late_seconds, overdue):
    async def story():
        clock = VirtualClock(START)
        settings = Settings(_env_file=None, max_concurrent_runs=1)
        scheduler = TaskScheduler(object(), settings=settings, clock=clock)
        scheduler.register_task("busy", sleeps_an_hour, 3600)
        scheduler.register_task("waits", sleeps_an_hour, 3600)
        await scheduler.start()
        await asyncio.sleep(3600 + late_seconds)
        told = SchedulerProbe(scheduler, clock).summary()["overdue"]
        await scheduler.stop()
        return told

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(story()) == overdue


async def asks_again(api_client):
    raise TryAgain("the printer is warming up", after=90)


def test_tasks_that_wait_to_be_tried_again_are_counted():
    async def story():
        clock = VirtualClock(START)
        scheduler = TaskScheduler(object(), clock=clock)
        scheduler.register_task("t", asks_again, 3600)
        probe, told = SchedulerProbe(scheduler, clock), []
        await scheduler.start()
        for seconds in (3595, 10, 300):
            await asyncio.sleep(seconds)
            summary = probe.summary()
            told.append((summary["tasks"]["retrying"], summary["failing"]))
        await scheduler.stop()
        return told

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        # After the third attempt none is left.
        assert runner.run(story()) == [(0, {}), (1, {"t": "failed"}), (0, {"t": "failed"})]


def test_before_the_start_and_after_the_stop_it_is_alive_and_not_ready():
    (age_before, ready_before, _), _, (age_after, ready_after, _) = probed(10)

    assert (age_before, ready_before) == (0, False)
    assert (age_after, ready_after) == (0, False)
