"""What a scheduler does about slots of the time before it was started."""

import asyncio

import pytest

from rota.ledger.reader import SqliteReader
from rota.ledger.sqlite import SqliteLedger
from rota.model.events import RunStarted
from rota.model.slot import SlotState
from rota.settings import Settings
from rota.testing import VirtualClock
from support.scheduler_process import Process

START = 1_795_478_400
MINUTE = 60
HOUR = 3600


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "rota.sqlite3"


@pytest.mark.parametrize("minutes_down", [0, 1, 7])
async def test_an_hourly_task_in_a_process_that_restarts_every_half_hour_runs_hourly(
    path, clock, minutes_down
):
    slots = []
    for _ in range(24):
        recording = await Process(path, clock).add().live(30 * MINUTE)
        slots += recording.slots()
        await asyncio.sleep(minutes_down * MINUTE)

    hours = len(slots)
    assert slots == [START + HOUR * n for n in range(1, hours + 1)]
    assert hours >= 12


async def test_a_restart_at_the_slot_neither_loses_nor_repeats_it(path, clock):
    before = await Process(path, clock).add().live(HOUR - 5)
    await asyncio.sleep(10)
    after = await Process(path, clock).add().live(HOUR)

    assert before.started() == []
    assert after.started() == [("catch_up", START + HOUR), ("schedule", START + 2 * HOUR)]


@pytest.mark.fault(66)
async def test_an_outage_is_made_up_for_by_one_run_of_the_newest_slot(path, clock):
    await Process(path, clock).add(interval=5 * MINUTE).live(11 * MINUTE)
    await asyncio.sleep(30 * MINUTE)
    recording = await Process(path, clock).add(interval=5 * MINUTE).live(MINUTE)

    assert recording.started() == [("catch_up", START + 40 * MINUTE)]
    assert recording.skipped() == [("missed", START + 15 * MINUTE, START + 35 * MINUTE, 5)]


@pytest.mark.fault(66)
async def test_a_slot_missed_longer_ago_than_the_catch_up_is_skipped_as_too_late(path, clock):
    await Process(path, clock).add(interval=24 * HOUR).live(10)
    await asyncio.sleep(26 * HOUR)
    recording = await Process(path, clock).add(interval=24 * HOUR).live(HOUR)

    assert recording.started() == []
    assert recording.skipped() == [("too_late", START + 24 * HOUR, START + 24 * HOUR, 1)]

    again = await Process(path, clock).add(interval=24 * HOUR).live(HOUR)

    assert again.skipped() == []


async def test_a_run_at_start_is_not_doubled_by_a_missed_slot(path, clock):
    await Process(path, clock).add(run_on_start=True).live(10)
    await asyncio.sleep(HOUR)
    recording = await Process(path, clock).add(run_on_start=True).live(10)

    assert recording.started() == [("catch_up", START + HOUR)]


@pytest.mark.fault(15)
async def test_a_changed_schedule_owes_nothing_for_its_past(path, clock):
    await Process(path, clock).add(interval=24 * HOUR).live(10 * HOUR)
    recording = await Process(path, clock).add(interval=4 * HOUR).live(2 * HOUR + 1)

    assert recording.started() == [("schedule", START + 12 * HOUR)]
    assert recording.skipped() == []


async def test_a_changed_time_zone_is_a_changed_schedule(path, clock):
    async def act(api_client):
        pass

    def process(zone):
        process = Process(path, clock)
        process.scheduler._settings = Settings(
            _env_file=None, task={"t": {"schedule": "0 3 * * *", "timezone": zone}}
        )
        return process.add(act)

    await process("Etc/UTC").live(19 * HOUR)
    recording = await process("Asia/Tokyo").live(10)

    assert recording.events == []


@pytest.mark.fault(58)
async def test_a_boot_with_the_clock_in_1970_forgets_and_repeats_nothing(path, clock):
    await Process(path, clock).add().live(HOUR + 10)
    years = 50 * 365 * 86_400
    clock.jump(-years)
    process = Process(path, clock).add()
    await process.scheduler.start()
    await asyncio.sleep(600)
    clock.jump(years)
    await asyncio.sleep(600)
    await process.scheduler.stop()

    assert process.recording.started() == []
    assert SqliteLedger(path, clock).open().tasks["t"].accounted == START + HOUR


@pytest.mark.fault(71)
async def test_a_run_that_its_process_did_not_survive_is_reported_and_run_again(path, clock):
    async def slow(api_client):
        await asyncio.sleep(10 * MINUTE)

    before = await Process(path, clock).add(slow).die_after(HOUR + 30)
    after = await Process(path, clock).add().live(MINUTE)

    assert before.slots() == [START + HOUR]
    assert after.lost() == [("t", START + HOUR)]
    assert after.started() == [("catch_up", START + HOUR)]
    first, second = (recording.of(RunStarted)[0].run for recording in (before, after))
    assert first.identity == second.identity


@pytest.mark.fault(72)
async def test_a_crash_before_the_end_is_written_repeats_the_run_with_the_same_identity(
    path, clock
):
    before = await Process(path, clock).add().die_after(HOUR + 0.1)
    after = await Process(path, clock).add().live(10)

    assert before.outcomes() == ["succeeded"]
    assert after.started() == [("catch_up", START + HOUR)]


async def test_a_crash_a_second_later_repeats_nothing(path, clock):
    await Process(path, clock).add().die_after(HOUR + 1.1)
    recording = await Process(path, clock).add().live(10)

    assert recording.events == []


async def test_what_ends_within_the_grace_of_a_stop_is_not_lost_with_the_process(path, clock):
    """As when a task that blocks, or the kubelet, ends it before the ledger was closed."""

    def taking(seconds):
        return lambda _: asyncio.sleep(seconds)

    process = Process(path, clock).add(taking(10)).add(taking(20), name="slow")
    await process.scheduler.start()
    await asyncio.sleep(HOUR + 5)
    stopping = asyncio.create_task(process.scheduler.stop())
    await asyncio.sleep(10)
    states = [SqliteReader(path).slot_state(task, START + HOUR) for task in ("t", "slow")]
    await stopping

    assert states == [SlotState.SUCCEEDED, SlotState.RUNNING]


async def test_a_slot_that_waited_when_the_process_stopped_is_owed(path, clock):
    async def slow(api_client):
        await asyncio.sleep(70)

    process = Process(path, clock, timeout_seconds=600).add(slow, MINUTE)
    before = await process.live(2 * MINUTE + 5)
    after = await Process(path, clock).add(interval=MINUTE).live(10)

    assert before.outcomes() == ["succeeded"]
    assert before.skipped() == [("stopping", START + 2 * MINUTE, START + 2 * MINUTE, 1)]
    assert after.started() == [("catch_up", START + 2 * MINUTE)]


async def test_a_slot_that_a_newer_one_took_the_place_of_is_not_missed_as_well(path, clock):
    async def endless(api_client):
        await asyncio.sleep(10 * HOUR)

    process = Process(path, clock, timeout_seconds=9 * HOUR).add(endless, 5 * MINUTE)
    before = await process.live(16 * MINUTE)
    after = await Process(path, clock).add(interval=5 * MINUTE).live(10)

    assert before.skipped()[0] == ("overlap", START + 10 * MINUTE, START + 10 * MINUTE, 1)
    assert after.started() == [("catch_up", START + 15 * MINUTE)]
    assert after.skipped() == [("missed", START + 5 * MINUTE, START + 5 * MINUTE, 1)]


async def test_an_interrupted_run_is_still_owed_after_a_stop(path, clock):
    async def endless(api_client):
        await asyncio.sleep(10 * HOUR)

    before = await Process(path, clock).add(endless).live(HOUR + 10)
    after = await Process(path, clock).add().live(10)

    assert before.outcomes() == ["interrupted"]
    assert after.started() == [("catch_up", START + HOUR)]
    assert after.lost() == []


@pytest.mark.fault(58)
async def test_a_state_written_under_a_clock_years_ahead_does_not_stop_the_task(path, clock):
    ahead = VirtualClock(START + 10 * 365 * 86_400)
    await Process(path, ahead).add().live(2 * HOUR)
    clock.jump(-2 * HOUR)
    recording = await Process(path, clock).add().live(2 * HOUR)

    assert recording.slots() == [START + HOUR, START + 2 * HOUR]
