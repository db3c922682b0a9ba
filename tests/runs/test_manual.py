"""A manual run, with a slot or arguments."""

from datetime import UTC, datetime

import pytest

from rota import Trigger, task
from rota.model.clock import rfc3339
from rota.model.errors import UsageError
from rota.runs.manual import manual_run
from rota.runs.runner import new_run
from rota.settings import Settings
from rota.tasks.definition import define_task
from support.runs import run_once


@task(schedule="30 8 * * 1-5", timezone="Europe/Berlin")
async def bills(api, limit=10): ...


@task(interval_seconds=420)
async def ping(api): ...


def run_of(clock, slot=None, arguments=(), handler=bills):
    settings = Settings(_env_file=None)
    definition = define_task(handler.name, handler, None, run_on_start=False, settings=settings)
    run = new_run(definition, Trigger.SCHEDULE, None, clock=clock, identity="uid")
    return manual_run(run, definition, slot, arguments, clock)


# It is 2026-11-24T00:00:00Z, a Tuesday.
@pytest.mark.parametrize("text", ["2026-11-23T07:30:00Z", "2026-11-23T08:30:00+01:00"])
async def test_the_run_is_then_that_of_the_slot(clock, text):
    run = run_of(clock, text)

    assert run.slot == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    assert (run.trigger, run.identity) == (Trigger.MANUAL, "2026-11-23T07:30:00Z")
    assert (run.run_id, run.arguments) != ("", None)


async def test_a_slot_is_one_of_utc_wherever_the_machine_is(clock, machine_zone):
    machine_zone("Asia/Kathmandu")
    run = run_of(clock, "2026-11-23T08:30:00+01:00")

    assert (run.identity, str(run.slot.tzinfo)) == ("2026-11-23T07:30:00Z", "UTC")


@task(interval_seconds=60)
async def each_minute(api): ...


@task(interval_seconds=1)
async def each_second(api): ...


@pytest.mark.parametrize("handler", [each_minute, each_second], ids=["minute", "second"])
async def test_the_slot_of_this_very_second_is_not_in_the_future(clock, handler):
    now = datetime.fromtimestamp(clock.timestamp(), UTC)

    assert run_of(clock, rfc3339(now), handler=handler).slot == now


async def test_arguments_are_part_of_the_identity(clock):
    run = run_of(clock, "2026-11-23T07:30:00Z", ["limit=3"])

    assert run.arguments == {"limit": 3}
    assert run.identity == '2026-11-23T07:30:00Z {"limit": 3}'
    assert run_of(clock, None, ["limit=3"]).identity == 'uid {"limit": 3}'
    assert run_of(clock, None, ["limit=10"]).identity == "uid"


@task(interval_seconds=60)
async def close(api, shop="", limit=10): ...


@pytest.mark.parametrize("arguments", [["shop=a", "limit=3"], ["limit=3", "shop=a"]], ids=str)
async def test_the_order_of_arguments_says_nothing(clock, arguments):
    run = run_of(clock, None, arguments, handler=close)

    assert run.identity == 'uid {"limit": 3, "shop": "a"}'


async def test_an_intervals_slots_are_those_of_its_grid(clock):
    slot = int(clock.timestamp()) // 420 * 420
    text = rfc3339(datetime.fromtimestamp(slot, UTC))

    assert run_of(clock, text, handler=ping).slot.timestamp() == slot


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "2026-11-22T07:30:00Z",
            "not a slot of task 'bills'; the nearest are 2026-11-20T07:30:00Z and 2026-11-23T07:30",
        ),
        (
            "2026-11-23T07:30:00.5Z",
            "not a slot of task 'bills'; the nearest are 2026-11-23T07:30:00Z and 2026-11-24T07:30",
        ),
        ("2026-11-24T07:30:00Z", "--slot 2026-11-24T07:30:00Z is in the future: "),
        ("2026-11-23T07:30:00", "--slot '2026-11-23T07:30:00' is not allowed: write an instant"),
        ("yesterday", "--slot 'yesterday' is not allowed: write an instant with its zone"),
    ],
    ids=["no slot", "half a second late", "still to come", "no zone", "no instant"],
)
async def test_what_is_no_slot_is_refused_with_the_nearest_two(clock, text, message):
    with pytest.raises(UsageError) as caught:
        run_of(clock, text)
    assert message in str(caught.value)


async def test_a_slot_of_the_past_makes_no_run_late(clock):
    settings = Settings(_env_file=None)
    definition = define_task("bills", bills, None, run_on_start=False, settings=settings)
    slot = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)

    record = await run_once(definition, object(), clock, slot=slot)

    assert record.run.slot == slot
    assert record.lateness_seconds == 0
