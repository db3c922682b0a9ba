"""Under overlap=allow a slot may be cut off while a newer one is done: it stays owed."""

import asyncio
import random
from collections import Counter

import pytest

from rota.ledger.sqlite import SqliteLedger
from rota.model.context import current_run
from support.scheduler_process import Process

START = 1_795_478_400
MINUTE = 60
HOUR = 3600


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "rota.sqlite3"


def lasting(seconds_by_slot, error=None):
    """Return a handler that takes so long for a slot (by its number after START), else 1 s."""

    async def act(api_client):
        number = (int(current_run().slot.timestamp()) - START) // MINUTE
        await asyncio.sleep(seconds_by_slot.get(number, 1))
        if error is not None:
            raise error

    return act


def process(path, clock, seconds_by_slot=None, error=None, **fields):
    fields = {"overlap": "allow", "timeout_seconds": 9 * HOUR, **fields}
    handler = lasting(seconds_by_slot or {}, error)
    return Process(path, clock, **fields).add(handler, MINUTE)


def minutes(*numbers):
    return [START + MINUTE * number for number in numbers]


def owed_slots(path, clock):
    ledger = SqliteLedger(path, clock)
    recovered = ledger.open()
    ledger.close()
    return recovered.tasks["t"].owed


@pytest.mark.fault(101)
@pytest.mark.parametrize("end", ["live", "die_after"])
async def test_a_slot_that_is_cut_off_below_a_finished_one_runs_in_the_next_process(
    path, clock, end
):
    first = process(path, clock, {1: HOUR})
    await getattr(first, end)(2 * MINUTE + 10)
    second = await process(path, clock).live(10)
    third = await process(path, clock).live(10)

    assert first.recording.slots() == minutes(1, 2)
    assert second.started() == [("catch_up", START + MINUTE)]
    assert second.outcomes() == ["succeeded"]
    assert third.started() == []
    assert owed_slots(path, clock) == ()


@pytest.mark.fault(101)
async def test_each_cut_off_slot_is_owed_by_itself_and_of_the_missed_ones_the_newest(path, clock):
    await process(path, clock, {1: HOUR, 3: HOUR}).die_after(4 * MINUTE + 10)
    await asyncio.sleep(5 * MINUTE)
    recording = await process(path, clock).live(20)

    assert recording.lost() == [("t", slot) for slot in minutes(1, 3)]
    assert recording.started() == [("catch_up", slot) for slot in minutes(1, 3, 9)]
    assert recording.skipped() == [("missed", *minutes(5, 8), 4)]


@pytest.mark.fault(101)
async def test_a_cut_off_slot_is_not_told_as_missed(path, clock):
    """Nothing newer is done here, so that it lies among those that were missed."""
    await process(path, clock, dict.fromkeys(range(9), HOUR)).die_after(3 * MINUTE + 10)
    await asyncio.sleep(3 * MINUTE)
    recording = await process(path, clock).live(10)

    assert recording.started() == [("catch_up", slot) for slot in minutes(1, 2, 3, 6)]
    assert recording.skipped() == [("missed", *minutes(4, 5), 2)]


async def test_the_newest_missed_slot_may_be_one_that_was_cut_off(path, clock):
    await process(path, clock, {1: HOUR, 2: HOUR}).live(2 * MINUTE + 10)
    recording = await process(path, clock).live(10)

    assert recording.started() == [("catch_up", slot) for slot in minutes(1, 2)]
    assert recording.skipped() == []


@pytest.mark.fault(101)
@pytest.mark.parametrize("end", ["live", "die_after"])
async def test_it_is_owed_until_a_run_of_it_has_ended(path, clock, end):
    await process(path, clock, {1: HOUR}).die_after(2 * MINUTE + 10)
    for _ in range(3):
        again = process(path, clock, {1: HOUR})
        await getattr(again, end)(10)
        assert again.recording.started()[0] == ("catch_up", START + MINUTE)
    done = await process(path, clock).live(10)
    after = await process(path, clock).live(5)

    assert done.started()[0] == ("catch_up", START + MINUTE)
    assert after.started() == []


async def test_it_is_owed_still_where_the_process_dies_before_it_has_begun(path, clock):
    await process(path, clock, {1: HOUR}).die_after(2 * MINUTE + 10)
    ledger = SqliteLedger(path, clock)
    ledger.open()
    ledger.close()

    assert owed_slots(path, clock) == (START + MINUTE,)


@pytest.mark.parametrize(
    ("error", "fields", "outcome"),
    [(ValueError("x"), {}, "failed"), (None, {"timeout_seconds": 100}, "timed_out")],
)
async def test_a_run_that_fails_or_times_out_settles_its_slot(path, clock, error, fields, outcome):
    await process(path, clock, {1: 150}, error, **fields).live(4 * MINUTE + 10)
    recording = await process(path, clock).live(10)

    assert recording.started() == []
    await process(path, clock, {1: HOUR}).die_after(10)
    assert owed_slots(path, clock) == ()


async def test_one_that_is_too_late_is_reported_and_owed_no_more(path, clock):
    await process(path, clock, {1: HOUR}, catch_up_seconds=300).live(2 * MINUTE + 10)
    await asyncio.sleep(10 * MINUTE)
    recording = await process(path, clock, catch_up_seconds=300).live(10)

    assert recording.slots() == minutes(12)
    assert ("too_late", *minutes(1, 1), 1) in recording.skipped()
    assert owed_slots(path, clock) == ()


async def test_one_that_waits_when_the_process_stops_stays_owed(path, clock):
    await process(path, clock, {1: HOUR, 2: HOUR}).live(2 * MINUTE + 10)
    crowded = process(path, clock, {1: HOUR})
    crowded.scheduler._settings = crowded.scheduler._settings.model_copy(
        update={"max_concurrent_runs": 1}
    )
    recording = await crowded.live(10)
    last = await process(path, clock).live(10)

    assert recording.slots() == minutes(1)
    assert last.slots() == minutes(1, 2, 3)


@pytest.mark.parametrize(
    ("overlap", "missed"), [("forbid", [("missed", *minutes(1, 1), 1)]), ("replace", [])]
)
async def test_under_another_policy_only_the_newest_slot_runs(path, clock, overlap, missed):
    """A slot whose run was replaced has had its end: it is not missed as well."""
    before = process(path, clock, dict.fromkeys(range(9), HOUR), overlap=overlap)
    await before.die_after(2 * MINUTE + 10)
    recording = await process(path, clock, overlap=overlap).live(10)
    after = await process(path, clock, overlap=overlap).live(10)

    assert recording.started() == [("catch_up", START + 2 * MINUTE)]
    assert recording.skipped() == missed
    assert after.events == []
    assert owed_slots(path, clock) == ()


async def test_another_overlap_policy_owes_what_was_cut_off_as_well(path, clock):
    await process(path, clock, {1: HOUR}).live(2 * MINUTE + 10)
    recording = await process(path, clock, overlap="forbid").live(10)

    assert recording.started() == [("catch_up", START + MINUTE)]
    assert owed_slots(path, clock) == ()


async def test_what_a_changed_schedule_owes_no_more_is_reported(path, clock):
    await process(path, clock, {1: HOUR}).live(2 * MINUTE + 10)
    recording = await process(path, clock, schedule="* 3 * * *").live(10)

    assert recording.started() == []
    assert recording.skipped() == [("missed", *minutes(1, 1), 1)]
    assert owed_slots(path, clock) == ()


async def test_a_clock_that_is_set_back_keeps_none_of_them_waiting(path, clock):
    await process(path, clock, {5: HOUR}).live(6 * MINUTE + 10)
    clock.jump(-3 * MINUTE)
    recording = await process(path, clock).live(10)

    assert recording.started() == [("catch_up", START + 5 * MINUTE)]


async def test_without_a_usable_file_a_scheduler_that_is_started_again_knows_what_it_owes(
    path, clock
):
    path.mkdir(parents=True)
    without = process(path, clock, {1: HOUR})
    await without.live(2 * MINUTE + 10)
    await without.live(10)

    assert without.recording.started() == [
        *[("schedule", slot) for slot in minutes(1, 2)],
        ("catch_up", START + MINUTE),
    ]


async def test_a_suspended_task_owes_nothing_of_that_time(path, clock):
    await process(path, clock).live(MINUTE + 10)
    await process(path, clock, suspend=True).live(5 * MINUTE)
    await asyncio.sleep(5 * MINUTE)
    recording = await process(path, clock).live(MINUTE)

    assert recording.started() == [("schedule", START + 12 * MINUTE)]
    assert recording.skipped() == [("suspended", *minutes(2, 11), 10)]


@pytest.mark.slow
@pytest.mark.fault(101)
@pytest.mark.parametrize("seed", range(20))
async def test_over_stops_and_crashes_every_slot_is_done_or_told(path, clock, seed):
    chance = random.Random(seed)  # noqa: S311 (for cases, not for secrets)
    done, told = Counter(), set()
    for _ in range(8):
        lengths = {number: chance.choice([1, 30, 90, 200]) for number in range(200)}
        life = process(path, clock, lengths)
        end = life.live if chance.random() < 0.5 else life.die_after
        collect(await end(chance.uniform(1, 300)), done, told)
        await asyncio.sleep(chance.choice([0, 10, 100, 400]))
    last = process(path, clock)
    await last.live(5)
    collect(last.recording, done, told)

    assert done.keys() | told == set(range(START + MINUTE, int(clock.timestamp()) + 1, MINUTE))


def collect(recording, done, told):
    for result in recording.finished():
        if result.outcome.value == "succeeded":
            done[int(result.run.slot.timestamp())] += 1
    for reason, first, last, count in recording.skipped():
        # What a stop skips is owed still.
        if reason != "stopping":
            slots = range(first, last + 1, MINUTE)
            told |= set(slots)
            assert len(slots) >= count
