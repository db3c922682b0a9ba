import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.errors import ScheduleError
from rota.schedules import (
    Cron,
    CronJobSchedule,
    Interval,
    cronjob_schedule,
    five_field_text,
    parse_schedule,
    schedule_for_interval,
)

DAY = 86_400
FIVE_FIELD = {
    60: "* * * * *",
    120: "*/2 * * * *",
    180: "*/3 * * * *",
    240: "*/4 * * * *",
    300: "*/5 * * * *",
    360: "*/6 * * * *",
    600: "*/10 * * * *",
    720: "*/12 * * * *",
    900: "*/15 * * * *",
    1200: "*/20 * * * *",
    1800: "*/30 * * * *",
    3600: "0 * * * *",
    7200: "0 */2 * * *",
    10800: "0 */3 * * *",
    14400: "0 */4 * * *",
    21600: "0 */6 * * *",
    28800: "0 */8 * * *",
    43200: "0 */12 * * *",
    DAY: "0 0 * * *",
    7 * DAY: "0 0 * * 0",
}


def grid_start(seconds):
    # The epoch was a Thursday; the weekly text is for Sundays.
    return 3 * DAY if seconds == 7 * DAY else 0


@pytest.mark.parametrize(("seconds", "text"), FIVE_FIELD.items())
def test_an_interval_with_a_five_field_text_is_that_text_everywhere(seconds, text):
    assert cronjob_schedule(seconds) == CronJobSchedule(text, "Etc/UTC", exact=True)
    assert schedule_for_interval(seconds) == Cron(text, "Etc/UTC")


@given(st.sampled_from(list(FIVE_FIELD)), st.integers(0, 4_000_000_000))
def test_the_five_field_text_fires_exactly_on_the_intervals_grid(seconds, after):
    fire = schedule_for_interval(seconds).next_epoch(after)
    assert 0 < fire - after <= seconds
    assert (fire - grid_start(seconds)) % seconds == 0


@given(st.integers(60, 10 * 366 * DAY).filter(lambda seconds: seconds not in FIVE_FIELD))
def test_every_other_interval_keeps_its_gap_and_not_its_phase(seconds):
    mapped = cronjob_schedule(seconds)
    assert mapped == CronJobSchedule(f"@every {seconds}s", "Etc/UTC", exact=False)
    assert parse_schedule(mapped.text).next_epoch(1000) == 1000 + seconds
    assert schedule_for_interval(seconds) == Interval(seconds)


@pytest.mark.fault(3)
@pytest.mark.parametrize(
    "seconds", [7 * 60, 25 * 60, 45 * 60, 90 * 60, 5 * 3600, 25 * 3600, 2 * DAY]
)
def test_what_does_not_divide_its_hour_or_day_is_never_approximated(seconds):
    assert not cronjob_schedule(seconds).exact


@pytest.mark.fault(2)
@pytest.mark.parametrize("seconds", [1, 30, 45, 59])
def test_below_a_minute_the_ways_out_are_named(seconds):
    with pytest.raises(ScheduleError, match=r"once a minute at most.*scheduler mode.*hybrid"):
        cronjob_schedule(seconds)
    assert schedule_for_interval(seconds) == Interval(seconds)


@pytest.mark.parametrize("seconds", [0, -60, True, 60.0, 10**12])
def test_what_is_no_interval_has_no_schedule(seconds):
    for function in (cronjob_schedule, schedule_for_interval, five_field_text):
        with pytest.raises(ScheduleError, match="interval"):
            function(seconds)


@pytest.mark.parametrize(
    ("seconds", "offset", "text"),
    [
        (60, 5, "* * * * *"),
        (900, 0, "*/15 * * * *"),
        (900, 4, "4-59/15 * * * *"),
        (900, 15, "*/15 * * * *"),
        (900, 34, "4-59/15 * * * *"),
        (3600, 7, "7 * * * *"),
        (3600, 67, "7 * * * *"),
        (7200, 7, "7 */2 * * *"),
        (7200, 67, "7 1-23/2 * * *"),
        (43200, 719, "59 11-23/12 * * *"),
        (DAY, 67, "7 1 * * *"),
        (DAY, 1439, "59 23 * * *"),
        (7 * DAY, 1440 + 67, "7 1 * * 1"),
        (5400, 10, None),
        (30, 10, None),
    ],
)
def test_an_offset_is_compiled_into_the_text(seconds, offset, text):
    assert five_field_text(seconds, offset) == text


@given(st.sampled_from(list(FIVE_FIELD)), st.integers(0, 20_000), st.integers(10**8, 4_000_000_000))
def test_the_text_with_an_offset_fires_exactly_on_the_moved_grid(seconds, offset, after):
    fire = parse_schedule(five_field_text(seconds, offset)).next_epoch(after)
    assert 0 < fire - after <= seconds
    assert (fire - grid_start(seconds) - offset * 60) % seconds == 0
