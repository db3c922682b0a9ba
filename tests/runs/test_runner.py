import asyncio
import threading

import pytest

from rota.model.clock import instant
from rota.model.context import Stop, current_execution
from rota.model.events import RunFinished, RunStarted
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import Trigger
from rota.runs.bus import EventBus
from rota.runs.runner import Runner, new_run
from rota.settings import Settings
from rota.tasks.definition import define_task

LATE_SECONDS = 7


def task_of(handler):
    return define_task("t", handler, 60, run_on_start=False, settings=Settings(_env_file=None))


@pytest.fixture
def runner(clock, recording):
    return Runner(object(), clock=clock, stop=Stop(), bus=EventBus([recording]))


def started(runner, clock, handler, slot=None, **callbacks):
    task = task_of(handler)
    return runner.start(
        task,
        new_run(task, Trigger.MANUAL if slot is None else Trigger.SCHEDULE, slot, clock=clock),
        **callbacks,
    )


async def nothing(api_client):
    return None


async def test_observers_hear_of_a_run_before_it_starts_and_after_its_end_is_decided(
    runner, clock, recording
):
    seen = []

    async def handler(api_client):
        seen.append(("ran", len(recording.events)))

    active = started(
        runner,
        clock,
        handler,
        on_decided=lambda *_: seen.append(("decided", len(recording.events))),
        on_ended=lambda *_: seen.append(("ended", len(recording.events))),
        on_gone=lambda *_: seen.append(("gone", len(runner.active))),
    )
    assert runner.active == (active,)
    await asyncio.sleep(1)

    assert seen == [("ran", 1), ("decided", 1), ("ended", 2), ("gone", 0)]
    assert [type(event) for event in recording.events] == [RunStarted, RunFinished]


async def test_the_record_of_a_run_tells_how_late_it_was(runner, clock, recording):
    started(runner, clock, nothing, slot=instant(clock.timestamp() - LATE_SECONDS))
    await asyncio.sleep(1)

    assert recording.of(RunStarted)[0].lateness_seconds == LATE_SECONDS
    assert recording.finished()[0].lateness_seconds == LATE_SECONDS


async def test_an_end_that_another_thread_has_told_is_told_once(runner, clock, recording):
    async def blocking(api_client):
        current_execution().counts["sent"] = 3
        thread = threading.Thread(
            target=runner.end_blocked,
            args=(Outcome.TIMED_OUT, ExitCode.TIMED_OUT, "timed out", "the stack"),
        )
        thread.start()
        thread.join()

    started_at = clock.timestamp()
    started(runner, clock, blocking, slot=instant(started_at - LATE_SECONDS))
    await asyncio.sleep(1)

    [record] = recording.finished()
    assert (record.started_at, record.lateness_seconds) == (started_at, LATE_SECONDS)
    assert (record.outcome, record.exit_code) == (Outcome.TIMED_OUT, ExitCode.TIMED_OUT)
    assert (record.reason, record.blocked_by) == ("timed out", "the stack")
    assert (record.stuck, record.counts) == (True, {"sent": 3})
    assert record.duration_seconds is None
    assert runner.active == ()


async def test_the_end_of_a_run_that_is_over_stays_what_it_was(runner, clock, recording):
    started(runner, clock, nothing)
    await asyncio.sleep(1)
    runner.end_blocked(Outcome.INTERRUPTED, ExitCode.INTERRUPTED_SIGTERM, "stopped", "")

    assert recording.outcomes() == ["succeeded"]
