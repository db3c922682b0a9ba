"""A slot that comes due during a run: the same with the scheduler as with CronJobs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from rota import task
from rota.testing import simulate

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
MODES = pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])


def at(hour, minute=0, second=0):
    return MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second)


def simulated(mode, duration, seconds, **fields):
    """Return the report of a task whose first run takes so long, and each later one a second."""
    first = iter([seconds])

    @task(name="slow", **fields)
    async def slow(api):
        await asyncio.sleep(next(first, 1))

    return simulate(slow, MIDNIGHT, duration, mode=mode)


def skipped(report):
    return [(slot.slot, slot.reason.value) for slot in report.skipped]


@MODES
@pytest.mark.fault(65)
def test_under_forbid_the_newest_waiting_slot_starts_late_and_the_others_are_skipped(mode):
    report = simulated(mode, "6m", 250, interval_seconds=60, timeout_seconds=600)

    assert [(run.slot, run.started) for run in report.runs] == [
        (at(0, 1), at(0, 1)),
        (at(0, 5), at(0, 5, 10)),
        (at(0, 6), at(0, 6)),
    ]
    assert skipped(report) == [(at(0, minute), "overlap") for minute in (2, 3, 4)]


@MODES
@pytest.mark.parametrize(
    ("seconds", "started"), [(4200, [at(1), at(2, 10)]), (4201, [at(1)])], ids=["just", "too late"]
)
def test_a_waiting_slot_that_is_too_late_is_skipped_with_that_reason(mode, seconds, started):
    report = simulated(
        mode, "6h", seconds, schedule="0 1,2 * * *", timeout_seconds=9 * 3600, catch_up_seconds=600
    )

    assert [run.started for run in report.runs] == started
    assert skipped(report) == ([] if len(started) > 1 else [(at(2), "too_late")])


@MODES
def test_under_allow_every_slot_starts_on_time_beside_the_others(mode):
    report = simulated(mode, "5m", 150, interval_seconds=60, overlap="allow", timeout_seconds=300)

    assert [run.started for run in report.runs] == [at(0, minute) for minute in range(1, 6)]
    assert report.runs[0].ended == at(0, 3, 30)
    assert report.skipped == ()


@MODES
def test_under_replace_the_next_slot_ends_the_run_and_takes_its_place(mode):
    report = simulated(
        mode, "3m", 1000, interval_seconds=60, overlap="replace", timeout_seconds=1000
    )

    assert [run.slot for run in report.runs] == [at(0, minute) for minute in (1, 2, 3)]
    assert report.runs[0].state.value == "interrupted"
    assert report.skipped == ()
