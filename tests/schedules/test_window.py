import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.schedules import (
    Cron,
    Every,
    Interval,
    count_between,
    fire_times,
    last_until,
    newest_until,
)

SCHEDULES = [
    Cron("*/7 * * * *"),
    Cron("0 3 * * *", "Europe/Berlin"),
    Cron("30 2 * * *", "Europe/Berlin"),
    Cron("15 2 * * *", "Australia/Lord_Howe"),
    Cron("0 9 * * FRI", "Africa/Cairo"),
    Cron("0 0 29 2 *"),
    Interval(5400),
    Every("@every 61m"),
]
FROM, UNTIL = 1_767_225_600, 1_830_297_600  # 2026 and 2027


class Counting:
    """A schedule that counts how often it is asked."""

    text = "counting"

    def __init__(self, schedule):
        self.schedule = schedule
        self.calls = 0

    def next_epoch(self, after):
        self.calls += 1
        return self.schedule.next_epoch(after)

    def next_after(self, moment):
        raise NotImplementedError


def all_between(schedule, after, until):
    found = []
    while (fire := schedule.next_epoch(after)) is not None and fire <= until:
        found.append(fire)
        after = fire
    return found


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
@given(st.integers(FROM, UNTIL), st.integers(-86_400, 40 * 86_400))
def test_newest_and_count_agree_with_visiting_every_fire_time(schedule, after, length):
    expected = all_between(schedule, after, after + length)
    newest = newest_until(schedule, after, after + length)
    assert newest == (expected[-1] if expected else None)
    assert count_between(schedule, after, after + length, 10**6) == len(expected)


@pytest.mark.parametrize("schedule", SCHEDULES[:-3] + SCHEDULES[-2:], ids=repr)
def test_the_end_is_included_and_the_beginning_is_not(schedule):
    first = schedule.next_epoch(FROM)
    assert newest_until(schedule, FROM, first) == first
    assert newest_until(schedule, FROM, first - 1) is None
    assert newest_until(schedule, first, first) is None
    assert count_between(schedule, FROM, first, 9) == 1
    assert count_between(schedule, first, first, 9) == 0


def test_the_newest_of_ten_years_of_minutes_takes_few_questions():
    schedule = Counting(Cron("* * * * *"))
    assert newest_until(schedule, FROM, FROM + 10 * 365 * 86_400 + 59) == FROM + 10 * 365 * 86_400
    assert schedule.calls < 40


class GapSeenFromLater:
    """Fires at 100, 200 and 300; asked from between the first two, it passes over the second."""

    def next_epoch(self, after):
        answers = [(100, 100), (101, 200), (200, 300), (300, 300)]
        return next((fire for until, fire in answers if after < until), None)


def test_the_newest_is_found_where_a_question_from_later_on_passes_over_it():
    assert newest_until(GapSeenFromLater(), 0, 250) == 200
    assert newest_until(GapSeenFromLater(), 0, 99) is None


@pytest.mark.parametrize("schedule", [Cron("* * * * *"), Interval(60), Every("@every 1m")])
def test_counting_stops_at_the_limit(schedule):
    assert count_between(schedule, FROM, UNTIL, 5) == 5
    assert count_between(schedule, FROM, UNTIL, 0) == 0


def test_the_fire_times_of_a_stretch_are_each_of_them_once():
    schedule = Cron("*/15 * * * *")

    assert list(fire_times(schedule, 0, 3600)) == [900, 1800, 2700, 3600]
    assert list(fire_times(schedule, 900, 1799)) == []


@pytest.mark.parametrize(
    ("until", "newest"), [(86_400, 86_400), (86_399, 0), (-1, -86_400)], ids=str
)
def test_the_last_fire_time_may_be_the_moment_itself(until, newest):
    assert last_until(Cron("0 0 * * *"), until) == newest


def test_a_schedule_that_has_not_fired_for_five_years_has_no_last_fire_time():
    assert last_until(Cron("0 0 29 2 *"), 0) is not None
    # 2102-06-01: the leap days next to it are those of 2096 and 2104.
    assert last_until(Cron("0 0 29 2 *"), 4_178_563_200) is None
