import asyncio
import re
import threading

import pytest

from rota.model.clock import instant, rfc3339
from rota.model.context import Stop, current_execution
from rota.model.events import RunFinished, RunStarted
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import Trigger
from rota.runs.bus import EventBus
from rota.runs.runner import Runner, new_run
from rota.settings import Settings
from rota.tasks.definition import define_task
from support.registries import definition_of

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
        on_returned=lambda *_: seen.append(("returned", len(runner.active))),
    )
    assert runner.active == (active,)
    await asyncio.sleep(1)

    assert seen == [("ran", 1), ("decided", 1), ("ended", 2), ("returned", 0)]
    assert [type(event) for event in recording.events] == [RunStarted, RunFinished]


async def test_the_record_of_a_run_tells_how_late_it_was(runner, clock, recording):
    started(runner, clock, nothing, slot=instant(clock.timestamp() - LATE_SECONDS))
    await asyncio.sleep(1)

    assert recording.of(RunStarted)[0].lateness_seconds == LATE_SECONDS
    assert recording.finished()[0].lateness_seconds == LATE_SECONDS


async def test_an_end_that_another_thread_has_reported_is_reported_once(runner, clock, recording):
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


async def test_each_callback_is_handed_the_run_and_its_record(runner, clock, recording):
    decided, ended, returned = [], [], []
    active = started(
        runner,
        clock,
        nothing,
        on_decided=lambda *handed: decided.append(handed),
        on_ended=lambda *handed: ended.append(handed),
        on_returned=lambda *handed: returned.append(handed),
    )
    await asyncio.sleep(1)

    [record] = recording.finished()
    assert decided == ended == [(active, record)]
    assert returned == [(active,)]


async def test_a_task_sees_what_its_run_was_started_with(runner, clock, recording):
    seen = []

    async def handler(api_client):
        execution = current_execution()
        execution.publish("an attempt")
        name = asyncio.current_task().get_name()
        seen.append((execution.run, execution.started_at, execution.task.name, name))
        await asyncio.sleep(2)

    await asyncio.sleep(100)
    started_at = clock.timestamp()
    active = started(runner, clock, handler)
    await asyncio.sleep(10)

    assert seen == [(active.run, started_at, "t", "rota:t")]
    assert recording.events[1] == "an attempt"
    [record] = recording.finished()
    assert (record.started_at, record.duration_seconds, record.stuck) == (started_at, 2, False)


@pytest.mark.parametrize("seconds_ahead", [None, 0, 30])
async def test_a_run_without_a_slot_or_before_it_is_not_late(
    runner, clock, recording, seconds_ahead
):
    slot = None if seconds_ahead is None else instant(clock.timestamp() + seconds_ahead)
    started(runner, clock, nothing, slot=slot)
    await asyncio.sleep(1)

    assert recording.of(RunStarted)[0].lateness_seconds == 0


async def test_a_run_whose_end_is_decided_has_no_other_end(runner, clock):
    active = started(runner, clock, nothing)
    await asyncio.sleep(1)

    end = (Outcome.INTERRUPTED, ExitCode.INTERRUPTED_SIGTERM, "stopped", "")
    assert active.end_from_outside(*end) is None


async def test_every_run_has_an_id_of_its_own_that_begins_with_the_time(clock):
    task = task_of(nothing)
    runs = [new_run(task, Trigger.MANUAL, None, clock=clock) for _ in range(100)]

    assert len({run.run_id for run in runs}) == 100
    for run in runs:
        assert re.fullmatch(f"{int(clock.timestamp()):08x}-[0-9a-f]{{10}}", run.run_id)
        assert run.identity == run.run_id


async def test_the_deadline_of_a_run_is_its_timeout_from_now(clock):
    run = new_run(definition_of("t", timeout_seconds=90), Trigger.MANUAL, None, clock=clock)

    assert run.deadline == instant(clock.timestamp() + 90)


async def test_what_stands_in_for_a_slot_is_the_identity_only_where_there_is_none(clock):
    task, slot = task_of(nothing), instant(clock.timestamp())

    without = new_run(task, Trigger.MANUAL, None, clock=clock, identity="u-1")
    beside = new_run(task, Trigger.SCHEDULE, slot, clock=clock, identity="u-1")
    assert (without.identity, beside.identity) == ("u-1", rfc3339(slot))
