import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.errors import ScheduleError
from rota.schedules import LONGEST_INTERVAL_SECONDS, Every, Interval
from rota.schedules.base import LAST_EPOCH_SECOND

seconds = st.integers(1, LONGEST_INTERVAL_SECONDS)


@given(seconds, st.integers(-(10**9), 10**10))
def test_it_fires_at_the_next_multiple_since_the_epoch(every, after):
    fire = Interval(every).next_epoch(after)
    assert fire % every == 0
    assert after < fire <= after + every


def test_a_restart_moves_nothing():
    assert Interval(5400).next_epoch(1_699_995_700) == 1_700_001_000 - 1_700_001_000 % 5400


@pytest.mark.fault(1)
@pytest.mark.parametrize(
    ("value", "fragment"),
    [
        (0, "1 second or more"),
        (-60, "1 second or more"),
        (True, "whole number"),
        (1.5, "whole number"),
        (60.0, "whole number"),
        (math.nan, "whole number"),
        (math.inf, "whole number"),
        ("60", "whole number"),
        (None, "whole number"),
        (LONGEST_INTERVAL_SECONDS + 1, "ten years"),
        (10**12, "interval 1000000000000 is refused: at most"),
        (10**5000, r"interval of more than 10\^18 is refused"),
    ],
    ids=lambda value: value[:9] if isinstance(value, str) else repr(type(value)),
)
def test_what_is_no_usable_interval_is_refused(value, fragment):
    with pytest.raises(ScheduleError, match=fragment):
        Interval(value)


def test_the_longest_interval_and_the_shortest_are_accepted():
    assert Interval(LONGEST_INTERVAL_SECONDS).next_epoch(0) == LONGEST_INTERVAL_SECONDS
    assert Interval(1).next_epoch(0) == 1


def test_nothing_fires_after_the_year_9999():
    assert Interval(60).next_epoch(253_402_300_799) is None


def test_it_says_what_it_is():
    assert Interval(90).text == "every 90 s"


@pytest.mark.parametrize("schedule", [Interval(1), Every("@every 1s")], ids=["interval", "@every"])
def test_the_last_second_of_the_year_9999_is_the_last_fire_time(schedule):
    assert schedule.next_epoch(LAST_EPOCH_SECOND - 1) == LAST_EPOCH_SECOND
    assert schedule.next_epoch(LAST_EPOCH_SECOND) is None
