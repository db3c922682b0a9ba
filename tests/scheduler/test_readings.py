import asyncio

import pytest

from rota.ledger.memory import MemoryLedger
from rota.model.errors import ApiUnavailableError
from rota.observers.histories import Histories
from rota.scheduler import TaskScheduler
from rota.scheduler.by_hand import Order
from rota.scheduler.readings import SchedulerReadings
from rota.settings import Settings

HOUR, CATCH_UP, TIMEOUT, SLACK = 3600, 600, 60, 60
BUDGET = CATCH_UP + TIMEOUT + SLACK


class Process:
    """A scheduler of one hourly task, with what reads it; another one with its ledger follows."""

    def __init__(self, clock, handler, *, ledger=None, interval=HOUR, **fields):
        self.ledger = ledger or MemoryLedger()
        self.histories = Histories()
        said = {"catch_up_seconds": CATCH_UP, "timeout_seconds": TIMEOUT, **fields}
        self.scheduler = TaskScheduler(
            object(),
            settings=Settings(_env_file=None, task={"t": said}),
            clock=clock,
            ledger=self.ledger,
            observers=[self.histories],
        )
        self.scheduler.register_task("t", handler, interval)
        self.read_all = SchedulerReadings(self.scheduler, self.histories, clock)

    async def __aenter__(self):
        await self.scheduler.start()
        self.histories.recall(self.ledger.digests(["t"], recent=5))
        return self

    async def __aexit__(self, *_):
        await self.scheduler.stop()

    @property
    def reading(self):
        return self.read_all()

    @property
    def task(self):
        [task] = self.read_all().tasks
        return task


async def succeeds(api_client):
    await asyncio.sleep(5)


async def fails(api_client):
    raise ApiUnavailableError("no connection")


async def test_a_task_that_never_ran_owes_a_success_for_its_second_slot(clock):
    start = int(clock.timestamp())
    async with Process(clock, succeeds) as process:
        task = process.task

    assert start % HOUR == 0
    assert task.next_slot == start + HOUR
    assert task.success_due == start + 2 * HOUR + BUDGET
    assert (task.last_run, task.last_success, task.run_due, task.running) == (0, 0, 0, 0)


async def test_each_success_moves_on_what_is_owed(clock):
    start = int(clock.timestamp())
    async with Process(clock, succeeds) as process:
        await asyncio.sleep(3 * HOUR + 30)
        task = process.task

    assert task.last_success == task.last_run == pytest.approx(start + 3 * HOUR + 5)
    assert task.duration_seconds == pytest.approx(5)
    assert task.success_due == start + 5 * HOUR + BUDGET


async def test_failures_move_nothing_and_are_counted(clock):
    start = int(clock.timestamp())
    async with Process(clock, fails) as process:
        await asyncio.sleep(5 * HOUR + 30)
        task = process.task

    assert task.consecutive_failures == 5
    assert task.last_run == pytest.approx(start + 5 * HOUR)
    assert task.success_due == start + 2 * HOUR + BUDGET
    assert task.last_success == 0


async def test_the_next_process_goes_on_from_the_ledger(clock):
    async with Process(clock, succeeds) as first:
        await asyncio.sleep(2 * HOUR + 30)
        before = first.task
    await asyncio.sleep(5 * HOUR)
    async with Process(clock, succeeds, ledger=first.ledger) as second:
        after = second.task

    assert after.success_due == before.success_due < clock.timestamp()
    assert after.last_success == before.last_success


async def test_a_task_that_fails_in_each_process_stays_overdue(clock):
    async with Process(clock, fails) as first:
        await asyncio.sleep(2 * HOUR + 30)
        before = first.task
    async with Process(clock, fails, ledger=first.ledger) as second:
        await asyncio.sleep(HOUR)
        after = second.task

    assert after.success_due == before.success_due
    assert after.consecutive_failures == 3


async def test_a_changed_schedule_owes_nothing_for_its_past(clock):
    async with Process(clock, succeeds) as first:
        await asyncio.sleep(HOUR + 30)
    await asyncio.sleep(5 * HOUR)
    now = int(clock.timestamp())
    async with Process(clock, succeeds, ledger=first.ledger, interval=60) as second:
        due = second.task.success_due

    assert due == now - now % 60 + 120 + BUDGET


async def test_a_suspended_task_owes_nothing_and_a_resumed_one_nothing_for_that_time(clock):
    async with Process(clock, succeeds) as first:
        await asyncio.sleep(HOUR + 30)
    async with Process(clock, succeeds, ledger=first.ledger, suspend=True) as second:
        await asyncio.sleep(5 * HOUR)
        suspended = second.task
    resumed_at = int(clock.timestamp())
    async with Process(clock, succeeds, ledger=first.ledger) as third:
        due = third.task.success_due
    async with Process(clock, succeeds, ledger=first.ledger) as fourth:
        due_after_another_restart = fourth.task.success_due

    assert (suspended.suspended, suspended.success_due, suspended.next_slot) == (True, 0, 0)
    last_slot = resumed_at - resumed_at % HOUR
    assert due == due_after_another_restart == last_slot + 2 * HOUR + BUDGET


async def test_an_active_run_is_due_when_it_should_have_ended_by_itself(clock):
    async def ignores_its_end(_):
        end = asyncio.get_running_loop().time() + 600
        while (left := end - asyncio.get_running_loop().time()) > 0:
            try:
                await asyncio.sleep(left)
            except asyncio.CancelledError:
                continue

    start = int(clock.timestamp())
    async with Process(clock, ignores_its_end) as process:
        await asyncio.sleep(HOUR + 300)
        task = process.task
        await asyncio.sleep(600)
        ended = process.task

    assert task.running == 1
    assert task.run_due == start + HOUR + TIMEOUT + 3 + SLACK < start + HOUR + 300
    assert (ended.running, ended.run_due) == (0, 0)


async def test_the_tick_and_the_lead_are_those_of_the_scheduler(clock):
    process = Process(clock, succeeds)
    assert not process.reading.leader
    async with process:
        await asyncio.sleep(123)
        reading = process.reading

    assert reading.leader
    assert clock.timestamp() - 5 <= reading.tick <= clock.timestamp()


async def test_a_pause_is_told_until_its_end_and_moves_what_is_due_behind_it(clock):
    start = int(clock.timestamp())
    end = start + 5 * HOUR + 60
    async with Process(clock, succeeds) as process:
        await asyncio.sleep(HOUR + 60)
        process.scheduler.by_hand.pause("t", Order("ada", "the disk is full"), until=end)
        paused = process.task
        await asyncio.sleep(4 * HOUR + 60)
        after = process.task

    assert (paused.paused_until, after.paused_until) == (end, 0)
    assert paused.success_due == after.success_due == start + 7 * HOUR + BUDGET
    assert paused.next_slot == after.next_slot == start + 6 * HOUR
