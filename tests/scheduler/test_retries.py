"""TryAgain in the scheduler: another run of the same slot, within limits; in virtual time."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from rota import TryAgain, current_run, task
from rota.ledger.memory import MemoryLedger
from rota.model.exit_codes import ExitCode
from rota.model.run import Trigger
from rota.scheduler import TaskScheduler
from rota.scheduler.by_hand import Order
from rota.scheduler.entry import PendingRun, Retry
from rota.scheduler.retries import retry_of
from rota.settings import Settings
from rota.testing import ClockJump, FakeApi, Restart, simulate
from support.ledger_runs import record
from support.registries import definition_of

START = 1_795_478_400
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
SETTINGS = Settings(_env_file=None)


def at(hour, minute=0, second=0):
    return MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second)


def asking(errors, **fields):
    """Return an hourly task that raises these errors, one a run, and then succeeds."""
    left = list(errors)

    @task(name="asking", **{"interval_seconds": 3600, **fields})
    async def function(api):
        await api.post("/work")
        if left:
            raise left.pop(0)

    return function


def simulated(tasks, duration="90m", **more):
    return simulate(
        tasks, MIDNIGHT, duration, api=FakeApi().on("POST", "/work", {}), mode="scheduler", **more
    )


def seen(report):
    return [(run.started, run.slot, run.attempt, run.state.value) for run in report.runs]


def test_a_slot_runs_again_after_the_time_that_the_task_asks_for():
    report = simulated(
        asking([TryAgain("no", after=90), TryAgain("no", after=timedelta(minutes=5))])
    )

    assert seen(report) == [
        (at(1), at(1), 0, "failed"),
        (at(1, 1, 30), at(1), 1, "failed"),
        (at(1, 6, 30), at(1), 2, "succeeded"),
    ]
    assert [(slot.state.value, slot.runs) for slot in report.slots] == [("succeeded", 3)]
    assert {run.trigger for run in report.runs} == {Trigger.SCHEDULE}


def test_without_a_time_the_waits_are_those_of_a_job():
    report = simulated(asking([TryAgain("no")] * 9, backoff_limit=3))

    assert [run.started for run in report.runs] == [
        at(1),
        at(1, 0, 10),
        at(1, 0, 30),
        at(1, 1, 10),
    ]
    assert [slot.state.value for slot in report.slots] == ["failed"]


def test_a_repeated_run_has_the_keys_of_the_one_before():
    report = simulated(asking([TryAgain("no", after=1)] * 2))

    assert (len(report.runs), report.calls, report.effects) == (3, 3, {"POST /work": 1})


def test_any_other_error_waits_for_the_next_slot():
    report = simulated(asking([ValueError("no")]))

    assert [run.started for run in report.runs] == [at(1)]


@pytest.mark.parametrize(
    ("fields", "after", "runs"),
    [
        ({"backoff_limit": 0}, 1, 1),
        ({"backoff_limit": 1}, 1, 2),
        ({"catch_up_seconds": 600}, 600, 2),
        ({"catch_up_seconds": 600}, 601, 1),
        ({"catch_up": "none"}, 300, 3),
    ],
    ids=["no attempt left", "one attempt", "just in time", "too late", "a retry is no missed slot"],
)
def test_a_retry_keeps_to_the_limits_of_its_task(fields, after, runs):
    report = simulated(asking([TryAgain("no", after=after)] * 9, **fields))

    assert len(report.runs) == runs
    [slot] = report.slots
    assert slot.state.value == "failed"
    refused = [text for text in report.warnings if "run.not_retried" in text]
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("pending", "now", "follows"),
    [
        (PendingRun(START, Trigger.CATCH_UP), START + 3000, True),
        (PendingRun(START, Trigger.CATCH_UP), START + 3001, False),
        (PendingRun(START, Trigger.CATCH_UP, first_at=START + 2000.0), START + 3001, False),
        (PendingRun(None, Trigger.START, first_at=START), START + 3000, True),
        (PendingRun(None, Trigger.START, first_at=START), START + 3001, False),
        (PendingRun(None, Trigger.START), START + 9000, True),
    ],
    ids=[
        "of a slot",
        "of a slot, too late",
        "of a slot that started late",
        "at start",
        "at start, too late",
        "at start, the first",
    ],
)
def test_the_time_for_retries_begins_with_the_slot_or_else_with_the_first_start(
    pending, now, follows
):
    work = definition_of("t", interval_seconds=3600, catch_up_seconds=3600)
    asked = dataclasses.replace(
        record("r", "failed", started_at=now),
        exit_code=ExitCode.ASKED_TO_TRY_AGAIN,
        retry_after_seconds=600,
    )

    assert isinstance(retry_of(work, pending, asked, now), Retry) is follows


FIVE = {"interval_seconds": 300, "timeout_seconds": 60}


def test_a_slot_that_comes_due_meanwhile_waits_as_for_a_job():
    report = simulated(asking([TryAgain("no", after=1000)], **FIVE), "29m")

    assert [(run.started, run.slot) for run in report.runs] == [
        (at(0, 5), at(0, 5)),
        (at(0, 21, 40), at(0, 5)),
        (at(0, 21, 40), at(0, 20)),
        (at(0, 25), at(0, 25)),
    ]
    assert [(slot.slot, slot.reason.value) for slot in report.skipped] == [
        (at(0, 10), "overlap"),
        (at(0, 15), "overlap"),
    ]


def test_under_replace_a_newer_slot_takes_the_place_of_the_retry():
    report = simulated(
        asking([TryAgain("no", after=1000)], overlap="replace", **FIVE),
        "19m",
        disruptions=[Restart(at(0, 17), "1m")],
    )

    assert [(run.started, run.slot) for run in report.runs] == [
        (at(0, 5), at(0, 5)),
        (at(0, 10), at(0, 10)),
        (at(0, 15), at(0, 15)),
    ]
    assert [slot.state.value for slot in report.slots] == ["failed", "succeeded", "succeeded"]


async def test_under_replace_what_comes_as_a_run_ends_takes_the_place_of_its_retry(
    clock, recording
):
    left = [TryAgain("no", after=20)]

    @task(name="t", interval_seconds=3600, overlap="replace")
    async def function(api):
        if left:
            # After the task has ended, and before the scheduler knows how.
            asyncio.get_running_loop().call_soon(scheduler.run_now, "t")
            raise left.pop()

    scheduler = TaskScheduler(object(), settings=SETTINGS, clock=clock, observers=[recording])
    scheduler.register_task("t", function, 3600)
    await scheduler.start()
    scheduler.run_now("t")
    await asyncio.sleep(60)
    await scheduler.stop()

    assert recording.outcomes() == ["failed", "succeeded"]


def test_under_allow_the_other_slots_do_not_wait():
    report = simulated(asking([TryAgain("no", after=400)], overlap="allow", **FIVE), "14m")

    assert [(run.started, run.slot) for run in report.runs] == [
        (at(0, 5), at(0, 5)),
        (at(0, 10), at(0, 10)),
        (at(0, 11, 40), at(0, 5)),
    ]


def test_a_slot_that_waits_for_its_retry_is_owed_to_the_next_process():
    work = asking([TryAgain("no", after=1200)])
    report = simulated(work, disruptions=[Restart(at(1, 5), "5m")])

    assert [(run.started, run.slot, run.trigger.value) for run in report.runs] == [
        (at(1), at(1), "schedule"),
        (at(1, 10), at(1), "catch_up"),
    ]


def test_a_slot_that_waits_for_its_retry_comes_due_only_once_where_the_clock_goes_back():
    fields = {"interval_seconds": 86_400, "catch_up_seconds": 4 * 86_400}
    work = asking([TryAgain("no", after=timedelta(hours=27))], **fields)
    report = simulated(work, "55h", disruptions=[ClockJump(at(25), "-26h")])

    assert [run.attempt for run in report.runs if run.slot == at(24)] == [0, 1]


async def test_a_task_that_asks_again_while_the_process_stops_leaves_its_slot(clock, recording):
    ledger = MemoryLedger()

    async def handler(api_client):
        await asyncio.sleep(10)
        raise TryAgain("no", after=5)

    scheduler = TaskScheduler(
        object(), settings=SETTINGS, clock=clock, ledger=ledger, observers=[recording]
    )
    scheduler.register_task("t", handler, 60)
    await scheduler.start()
    await asyncio.sleep(65)
    await scheduler.stop()

    assert recording.outcomes() == ["failed"]
    assert recording.skipped() == [("stopping", START + 60, START + 60, 1)]
    assert ledger.owed("t") == [START + 60]


async def test_the_ledger_tells_when_a_retry_is_due_and_no_more_once_it_is_dropped(clock):
    ledger = MemoryLedger()

    async def handler(api_client):
        raise TryAgain("no", after=90)

    scheduler = TaskScheduler(object(), settings=SETTINGS, clock=clock, ledger=ledger)
    scheduler.register_task("t", handler, 3600)
    await scheduler.start()
    await asyncio.sleep(3605)
    [run] = ledger.runs()
    scheduler.by_hand.pause("t", Order("ada", "the printer burns"), until=START + 8000)

    assert run.retry_at == START + 3600 + 90
    assert [each.retry_at for each in ledger.runs()] == [None]
    await scheduler.stop()


async def test_a_run_by_hand_waits_for_no_retry_and_is_repeated_with_its_own_identity(
    clock, recording
):
    identities = []

    async def handler(api_client):
        identities.append(current_run().identity)
        raise TryAgain("no", after=20)

    scheduler = TaskScheduler(object(), settings=SETTINGS, clock=clock, observers=[recording])
    scheduler.register_task("t", handler, 3600)
    await scheduler.start()
    scheduler.run_now("t")
    await asyncio.sleep(10)
    scheduler.run_now("t")
    await asyncio.sleep(100)
    await scheduler.stop()

    assert [trigger for trigger, _ in recording.started()] == ["manual"] * 6
    first, second, *_ = identities
    assert first != second
    assert identities == [first, second, first, second, first, second]
    attempts = [record.run.attempt for record in recording.finished()]
    assert attempts == [None, None, 1, 1, 2, 2]
