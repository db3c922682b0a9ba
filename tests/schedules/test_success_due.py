from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.schedules import Cron, Every, Interval, success_due

FROM, UNTIL = 1_767_225_600, 1_830_297_600  # 2026 and 2027
SCHEDULES = [
    Cron("*/7 * * * *"),
    Cron("30 2 * * *", "Europe/Berlin"),
    Cron("15 2 * * *", "Australia/Lord_Howe"),
    Cron("0 9 * * MON-FRI", "America/New_York"),
    Cron("0 6 1 * *"),
    Interval(5400),
    Every("@every 61m"),
]


def at(text, zone="UTC"):
    """An epoch second; a trailing `*` is the second of two equal local times."""
    moment = datetime.fromisoformat(text.rstrip("*"))
    return int(moment.replace(tzinfo=ZoneInfo(zone), fold=text.endswith("*")).timestamp())


@pytest.mark.parametrize(
    ("schedule", "since", "must_succeed"),
    [
        pytest.param(
            Cron("0 * * * *"), at("2026-06-01 10:00"), at("2026-06-01 12:00"), id="hourly"
        ),
        pytest.param(
            Cron("0 * * * *"), at("2026-06-01 10:20"), at("2026-06-01 12:00"), id="run by hand"
        ),
        pytest.param(Interval(300), at("2026-06-01 10:01"), at("2026-06-01 10:10"), id="interval"),
        pytest.param(
            Every("@every 45m"), at("2026-06-01 10:10"), at("2026-06-01 11:40"), id="every"
        ),
        pytest.param(
            Cron("0 9 * * MON-FRI"), at("2026-06-05 09:00"), at("2026-06-09 09:00"), id="weekend"
        ),
        pytest.param(
            Cron("0 6 31 * *"), at("2026-01-31 06:00"), at("2026-05-31 06:00"), id="months"
        ),
        pytest.param(
            Cron("30 3 * * *", "Europe/Berlin"),
            at("2026-03-28 03:30", "Europe/Berlin"),
            at("2026-03-30 03:30", "Europe/Berlin"),
            id="spring, a day of 23 hours",
        ),
        pytest.param(
            Cron("30 2 * * *", "Europe/Berlin"),
            at("2026-03-28 02:30", "Europe/Berlin"),
            at("2026-03-31 02:30", "Europe/Berlin"),
            id="spring, a slot that the clock jumps over",
        ),
        pytest.param(
            Cron("30 3 * * *", "Europe/Berlin"),
            at("2026-10-24 03:30", "Europe/Berlin"),
            at("2026-10-26 03:30", "Europe/Berlin"),
            id="autumn, a day of 25 hours",
        ),
        pytest.param(
            Cron("30 2 * * *", "Europe/Berlin"),
            at("2026-10-24 02:30", "Europe/Berlin"),
            at("2026-10-25 02:30*", "Europe/Berlin"),
            id="autumn, a slot that comes twice",
        ),
    ],
)
def test_the_second_slot_after_the_last_success_must_succeed(schedule, since, must_succeed):
    due = success_due(schedule, since, catch_up_seconds=600, budget_seconds=90)
    assert due == must_succeed + 600 + 90 + 60


def test_a_daily_slot_is_missed_for_two_days_over_the_spring_change():
    berlin = Cron("30 2 * * *", "Europe/Berlin")
    spring = at("2026-03-28 02:30", "Europe/Berlin")
    summer = at("2026-06-28 02:30", "Europe/Berlin")
    waits = [
        timedelta(seconds=success_due(berlin, since, catch_up_seconds=0, budget_seconds=0) - since)
        for since in (spring, summer)
    ]
    assert waits == [timedelta(hours=71, minutes=1), timedelta(hours=48, minutes=1)]


@pytest.mark.parametrize(("tolerated", "hour"), [(0, 11), (1, 12), (5, 16)])
def test_misses_are_tolerated_as_many_as_are_asked_for(tolerated, hour):
    due = success_due(
        Cron("0 * * * *"),
        at("2026-06-01 10:00"),
        tolerated_misses=tolerated,
        catch_up_seconds=0,
        budget_seconds=0,
    )
    assert due == at(f"2026-06-01 {hour}:01")


def test_a_schedule_that_has_ended_owes_nothing():
    nearly_the_end = 253_402_300_799 - 400
    due = success_due(Interval(300), nearly_the_end, catch_up_seconds=0, budget_seconds=0)
    assert due == 0


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
@given(st.integers(FROM, UNTIL), st.integers(0, 4), st.integers(10, 9000), st.floats(0, 9000))
def test_just_one_slot_more_than_is_tolerated_lies_before_it(
    schedule, since, tolerated, catch_up, budget
):
    due = success_due(
        schedule,
        since,
        tolerated_misses=tolerated,
        catch_up_seconds=catch_up,
        budget_seconds=budget,
    )
    must_succeed = due - catch_up - round(budget) - 60
    slots = [since]
    while slots[-1] < must_succeed:
        slots.append(schedule.next_epoch(slots[-1]))
    assert slots[-1] == must_succeed
    assert len(slots) == 2 + tolerated


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
@given(st.integers(FROM, UNTIL))
def test_a_task_that_succeeds_at_each_slot_is_never_overdue(schedule, since):
    slot = schedule.next_epoch(since)
    for _ in range(5):
        due = success_due(schedule, slot, catch_up_seconds=600, budget_seconds=90)
        slot = schedule.next_epoch(slot)
        assert due >= slot + 600 + 90 + 60


@pytest.mark.parametrize("schedule", SCHEDULES[:-1], ids=repr)
@given(st.integers(FROM, UNTIL), st.integers(FROM, UNTIL))
def test_a_later_success_is_never_due_earlier(schedule, one, other):
    first, second = sorted((one, other))
    allowed = {"catch_up_seconds": 600, "budget_seconds": 90}
    assert success_due(schedule, first, **allowed) <= success_due(schedule, second, **allowed)
