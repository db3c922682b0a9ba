from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.schedules import Cron, Every, Interval, largest_gap_seconds

HOUR, DAY = 3600, 86_400
AFTER = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
FIVE_YEARS = AFTER + 5 * 366 * DAY


@pytest.mark.parametrize(
    ("schedule", "gap"),
    [
        pytest.param(Cron("* * * * *"), 60, id="each minute"),
        pytest.param(Cron("*/7 * * * *"), 420, id="seven does not divide an hour"),
        pytest.param(Cron("0 3 * * *"), DAY, id="daily"),
        pytest.param(Cron("30 3 * * *", "Europe/Berlin"), 25 * HOUR, id="a day of 25 hours"),
        pytest.param(
            Cron("30 2 * * *", "Europe/Berlin"), 47 * HOUR, id="a slot that is jumped over"
        ),
        pytest.param(Cron("0 */2 * * *", "Europe/Berlin"), 3 * HOUR, id="02:00 is jumped over"),
        pytest.param(Cron("0 9-17 * * *"), 16 * HOUR, id="the night"),
        pytest.param(Cron("0 9 * * MON-FRI"), 3 * DAY, id="the weekend"),
        pytest.param(Cron("0 9-17 * * MON-FRI"), 3 * DAY - 8 * HOUR, id="to Monday morning"),
        pytest.param(Cron("0 6 1 * *"), 31 * DAY, id="monthly"),
        pytest.param(Cron("0 6 31 * *"), 61 * DAY, id="August 31 to October 31"),
        pytest.param(Cron("* * * 1-6 *"), 184 * DAY + 60, id="half of each year"),
        pytest.param(Cron("0 0 29 2 *"), 1461 * DAY, id="leap days"),
        pytest.param(Interval(5400), 5400, id="interval"),
        pytest.param(Every("@every 61m"), 3660, id="every"),
    ],
)
def test_the_largest_gap_of_the_next_years(schedule, gap):
    assert largest_gap_seconds(schedule, AFTER, FIVE_YEARS) == gap


MINUTES = st.sampled_from(["0", "30", "*/15", "*/25", "5,50"])
HOURS = st.sampled_from(["*", "2", "*/2", "*/5", "0-3", "9-17", "1,2,3"])
DAYS = st.sampled_from(["* * *", "* * MON-FRI", "1 * *", "* * SUN", "* 3,4 *", "29-31 3 *"])
ZONES = st.sampled_from(
    ["Etc/UTC", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"]
)


@pytest.mark.slow
@settings(max_examples=50)
@given(MINUTES, HOURS, DAYS, ZONES, st.integers(0, 365))
def test_it_is_that_of_visiting_every_fire_time(minutes, hours, days, zone, start):
    schedule = Cron(f"{minutes} {hours} {days}", zone)
    after = AFTER + start * DAY
    until = after + 400 * DAY
    slot = schedule.next_epoch(after)
    gaps = []
    while slot < until:
        following = schedule.next_epoch(slot)
        gaps.append(following - slot)
        slot = following

    assert largest_gap_seconds(schedule, after, until) == max(gaps)


def test_a_schedule_that_fires_once_more_has_no_gap():
    end_of_time = 253_402_300_799
    schedule = Cron("0 0 1 1 *")
    assert largest_gap_seconds(schedule, end_of_time - 300 * DAY, end_of_time) is None


def test_of_a_schedule_that_ends_the_gaps_before_its_end_count():
    autumn = int(datetime(9998, 9, 15, tzinfo=UTC).timestamp())
    assert largest_gap_seconds(Cron("0 0 1 * *"), autumn, autumn + 300 * DAY) == 31 * DAY
