"""What the scheduler does while nothing comes due."""

import asyncio

import pytest

from rota.scheduler import TaskScheduler
from support.scheduler_process import Process
from support.virtual_fixtures import START

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY


async def nothing(api_client):
    pass


async def test_nothing_is_flushed_while_nothing_has_changed(tmp_path, clock):
    process = Process(tmp_path / "rota.sqlite3", clock).add(interval=DAY)
    flush, flushes = process.ledger.flush, []

    def counted():
        flushes.append(1)
        return flush()

    process.ledger.flush = counted
    await process.scheduler.start()
    await asyncio.sleep(HOUR)
    at_start = len(flushes)
    await asyncio.sleep(DAY)
    await process.scheduler.stop()

    # Each time one that writes, and one that sees how that went; the last is of the stop.
    assert at_start == 2
    assert len(flushes) == 5


async def test_a_longer_sleep_looks_at_the_clock_less_often(clock):
    looks = []

    class CountedClock:
        def timestamp(self):
            looks.append(1)
            return clock.timestamp()

    counts = []
    for seconds in (5.0, HOUR):
        looks.clear()
        scheduler = TaskScheduler(
            object(), clock=CountedClock(), observers=[], longest_sleep_seconds=seconds
        )
        scheduler.register_task("t", nothing, YEAR)
        await scheduler.start()
        await asyncio.sleep(DAY)
        await scheduler.stop()
        counts.append(len(looks))

    assert counts[0] > 10_000
    assert counts[1] < 200


@pytest.mark.slow
async def test_with_a_longest_sleep_of_a_day_a_year_of_slots_is_kept(clock, recording):
    scheduler = TaskScheduler(
        object(), clock=clock, observers=[recording], longest_sleep_seconds=DAY
    )
    scheduler.register_task("hourly", nothing, HOUR)
    scheduler.register_task("daily", nothing, DAY)
    await scheduler.start()
    await asyncio.sleep(YEAR + 1)
    await scheduler.stop()

    assert len(recording.started()) == 365 * 24 + 365
    assert recording.slots()[-1] == START + YEAR
