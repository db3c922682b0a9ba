import asyncio
import threading

import pytest

from rota.model.context import Stop, current_execution
from rota.model.events import RunFinished, RunStarted
from rota.model.run import Trigger
from rota.runs import blocked_loop
from rota.runs.blocked_loop import BlockedLoop
from rota.runs.bus import EventBus
from rota.runs.runner import Runner, new_run
from rota.runtime.shutdown import Deadline
from support.registries import definition_of


class Deadlines:
    """Those of a process, whose time comes when a test says so."""

    def __init__(self):
        self.asked = []

    def call_after(self, seconds, action):
        deadline = Deadline(0.0, action)
        self.asked.append((seconds, deadline))
        return deadline


@pytest.fixture
def deadlines(monkeypatch):
    deadlines = Deadlines()
    monkeypatch.setattr(blocked_loop, "deadlines", deadlines)
    return deadlines


@pytest.fixture
def told():
    """What the observers hear, and when they are asked to finish it."""
    return []


async def block(clock, told, action):
    """Run a task that blocks the loop until `action`, called in another thread, is done."""
    runner = Runner(object(), clock=clock, stop=Stop(), bus=EventBus([told.append]))
    blocked = BlockedLoop(runner, lambda: told.append("flushed"))

    async def until_it_is_over(task, api_client):
        current_execution().counts["sent"] = 3
        thread = threading.Thread(target=action, args=(blocked,))
        thread.start()
        thread.join()

    task = definition_of("t", execute=until_it_is_over)
    runner.start(task, new_run(task, Trigger.MANUAL, None, clock=clock))
    await asyncio.sleep(1)


def the_end(told):
    """Return the record of the only run, which was told of once, before the flush."""
    started, finished, *rest = told
    assert (type(started), type(finished), rest) == (RunStarted, RunFinished, ["flushed"])
    return finished.record


@pytest.mark.parametrize(("signal_number", "code"), [(15, 143), (2, 130)])
async def test_a_stop_tells_the_end_of_a_run_that_blocks_the_loop(clock, told, signal_number, code):
    await block(clock, told, lambda blocked: blocked.stop(signal_number))

    record = the_end(told)
    assert (record.outcome.value, int(record.exit_code)) == ("interrupted", code)
    assert record.reason == "stopped, and the task blocks the event loop"
    assert (record.counts, record.stuck) == ({"sent": 3}, True)


async def test_the_end_says_what_blocks_the_loop(clock, told):
    await block(clock, told, lambda blocked: blocked.stop(15))

    assert "in until_it_is_over\n" in the_end(told).blocked_by


async def test_a_run_that_outlasts_its_limit_ends_the_process_as_timed_out(
    clock, told, deadlines, monkeypatch
):
    monkeypatch.setattr(blocked_loop, "end_now", lambda code: told.append(int(code)))

    def wait_in_vain(blocked):
        assert blocked.end_process_after(7.5) is blocked
        [(seconds, deadline)] = deadlines.asked
        assert (seconds, deadline.cancelled) == (7.5, False)
        deadline.action()

    await block(clock, told, wait_in_vain)

    assert told.pop() == 5
    record = the_end(told)
    assert (record.outcome.value, int(record.exit_code)) == ("timed_out", 5)
    assert record.reason == "timed out, and the task blocks the event loop"


async def test_a_run_whose_end_is_decided_ends_no_process(clock, deadlines):
    runner = Runner(object(), clock=clock, stop=Stop(), bus=EventBus())
    blocked = BlockedLoop(runner, lambda: None)

    blocked.disarm()
    blocked.end_process_after(1).disarm()

    assert [deadline.cancelled for _, deadline in deadlines.asked] == [True]


async def test_the_end_is_reported_in_threads_that_may_get_stuck_on_what_the_blocked_one_holds(
    clock,
):
    threads = []

    def observer(event):
        threads.append(threading.current_thread())

    runner = Runner(object(), clock=clock, stop=Stop(), bus=EventBus([observer]))
    task = definition_of("t")
    runner.start(task, new_run(task, Trigger.MANUAL, None, clock=clock))
    BlockedLoop(runner, lambda: observer("flush")).stop(15)
    await asyncio.sleep(1)

    here = threading.current_thread()
    assert [thread is here for thread in threads] == [True, False, False]
