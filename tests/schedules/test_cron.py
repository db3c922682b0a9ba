import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.schedules import Cron, Every, Interval, Schedule, parse_schedule
from rota.schedules.calendar import parse_calendar
from rota.schedules.walk import walk
from rota.schedules.zones import load_zone

ZONES = ["Etc/UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Antarctica/Troll"]
# Their clocks have moved by half an hour, or over midnight east of Greenwich, or by a whole day.
ODD_ZONES = ["Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia"]
FROM, UNTIL = 1_262_304_000, 4_102_444_800  # 2010 to 2100


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fires(text, zone, after, count):
    schedule, moment, found = parse_schedule(text, zone), utc(after), []
    for _ in range(count):
        moment = schedule.next_after(moment)
        found.append(f"{moment:%Y-%m-%dT%H:%M}")
    return found


def field(minimum, maximum):
    number = st.integers(minimum, maximum)
    return st.one_of(
        st.just("*"),
        number.map(str),
        st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}"),
        st.integers(1, maximum).map(lambda step: f"*/{step}"),
    )


texts = st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)).map(" ".join)


@given(texts, st.sampled_from(ZONES + ODD_ZONES), st.integers(FROM, UNTIL))
def test_the_next_fire_time_is_strictly_after_and_matches_the_text(text, zone, after):
    schedule = parse_schedule(text, zone)
    fire = schedule.next_epoch(after)
    assert fire > after
    local = datetime.fromtimestamp(fire, ZoneInfo(zone))
    rule = parse_calendar(text)
    assert local.second == 0
    assert rule.minutes >> local.minute & 1
    assert rule.hours >> local.hour & 1


@given(texts, st.sampled_from(ZONES), st.integers(FROM, UNTIL), st.integers(0, 10**7))
def test_a_later_moment_never_has_an_earlier_fire_time(text, zone, after, more):
    schedule = parse_schedule(text, zone)
    assert schedule.next_epoch(after) <= schedule.next_epoch(after + more)


@given(texts, st.sampled_from(["Etc/UTC", "Asia/Kathmandu"]), st.integers(FROM, UNTIL))
def test_no_minute_before_the_next_fire_time_matches(text, zone, after):
    rule, info = parse_calendar(text), ZoneInfo(zone)
    fire = parse_schedule(text, zone).next_epoch(after)
    for epoch in range(after // 60 * 60 + 60, min(fire, after + 3 * 86400), 60):
        local = datetime.fromtimestamp(epoch, info)
        day = (local.date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days
        assert not (
            rule.minutes >> local.minute & 1
            and rule.hours >> local.hour & 1
            and rule.matches_date(day)
        )


@settings(max_examples=300)
@given(texts, st.sampled_from(ZONES + ODD_ZONES), st.integers(FROM, UNTIL))
def test_the_direct_arithmetic_agrees_with_the_step_by_step_search(text, zone, after):
    direct = parse_schedule(text, zone).next_epoch(after)
    assert direct == walk(parse_calendar(text), load_zone(zone), after)


@given(
    texts,
    st.sampled_from(ZONES),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 (hypothesis wants naive bounds)
    st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30)), ZoneInfo("Europe/Berlin")]),
)
def test_both_ways_of_asking_agree(text, zone, naive, tzinfo):
    schedule, moment = parse_schedule(text, zone), naive.replace(tzinfo=tzinfo)
    whole_second = (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        seconds=1
    )
    answer = schedule.next_after(moment)
    assert answer > moment
    assert answer.tzinfo is UTC
    assert answer.timestamp() == schedule.next_epoch(whole_second)


@pytest.mark.fault(13)
@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_a_moment_within_the_second_of_a_fire_time_has_the_one_after(microsecond):
    moment = datetime(2026, 1, 1, 3, 0, 0, microsecond, tzinfo=UTC)
    assert Cron("0 3 * * *").next_after(moment) == utc("2026-01-02T03:00")


@pytest.mark.fault(14)
@pytest.mark.parametrize("microsecond", [0, 999_999])
def test_a_fire_time_in_the_next_second_is_not_missed(microsecond):
    moment = datetime(2026, 1, 1, 2, 59, 59, microsecond, tzinfo=UTC)
    assert Cron("0 3 * * *").next_after(moment) == utc("2026-01-01T03:00")


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        Cron("* * * * *").next_after(datetime(2026, 1, 1))  # noqa: DTZ001 (the point)


DST = [
    # A daily run inside the gap is passed over, on its edge it is not.
    ("30 2 * * *", "America/New_York", "2012-03-11T05:00", ["2012-03-12T06:30"]),
    ("0 3 * * *", "America/New_York", "2012-03-11T05:00", ["2012-03-11T07:00"]),
    ("0 * * * *", "America/New_York", "2012-03-11T05:00", ["2012-03-11T06:00", "2012-03-11T07:00"]),
    # Twice where the hour is.
    (
        "30 1 * * *",
        "America/New_York",
        "2012-11-04T04:00",
        ["2012-11-04T05:30", "2012-11-04T06:30"],
    ),
    ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-25T01:30"]),
    ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", ["2026-03-30T00:30"]),
    # Half an hour: the gap is 02:00 to 02:30, and what is doubled is 01:30 to 02:00.
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00", ["2026-10-04T15:15"]),
    (
        "45 1 * * *",
        "Australia/Lord_Howe",
        "2026-04-04T00:00",
        ["2026-04-04T14:45", "2026-04-04T15:15"],
    ),
    # robfig/cron's own oddity there: 02:15 is passed over on the day of the change.
    ("15 2 * * *", "Australia/Lord_Howe", "2026-04-04T00:00", ["2026-04-05T15:45"]),
    # No midnight, and two of them.
    ("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00", ["2018-11-05T02:00"]),
    ("0 9 10 11 *", "America/Sao_Paulo", "2018-10-17T09:00", ["2018-11-10T11:00"]),
    ("0 0 * * *", "America/Havana", "2026-03-07T12:00", ["2026-03-09T04:00"]),
    ("0 0 * * *", "America/Havana", "2026-10-31T12:00", ["2026-11-01T04:00", "2026-11-01T05:00"]),
    # robfig/cron's way around a missing midnight east of Greenwich loses the whole Friday.
    ("0 9 * * FRI", "Africa/Cairo", "2026-04-23T10:00", ["2026-05-01T06:00"]),
    ("0 9 * * FRI", "Africa/Cairo", "2026-04-19T10:00", ["2026-05-01T06:00"]),
    # On its way to November it steps on a missing midnight of October 1st, and ends in December.
    ("0 0 10-29 11 0/2", "Pacific/Kanton", "1979-08-18T14:42", ["1979-12-02T11:00"]),
    ("0 9 * * *", "Africa/Cairo", "2026-04-23T10:00", ["2026-04-24T06:00"]),
    # Apia went from the 29th to the 31st; robfig/cron itself hangs on the second of these.
    ("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00", ["2011-12-29T22:00", "2011-12-30T22:00"]),
    ("0 12 31 12 *", "Pacific/Apia", "2011-12-15T00:00", ["2011-12-30T22:00"]),
    ("0 12 30 12 *", "Pacific/Apia", "2011-12-15T00:00", ["2012-12-29T22:00"]),
    # Two hours.
    ("30 2 * * *", "Antarctica/Troll", "2026-03-28T12:00", ["2026-03-30T00:30"]),
    (
        "30 2 * * *",
        "Antarctica/Troll",
        "2026-10-24T12:00",
        ["2026-10-25T00:30", "2026-10-25T02:30"],
    ),
]


@pytest.mark.fault(11)
@pytest.mark.parametrize(("text", "zone", "after", "expected"), DST)
def test_where_the_clock_is_moved_the_fire_times_are_the_controllers(text, zone, after, expected):
    assert fires(text, zone, after, len(expected)) == expected


FAR = [
    ("0 0 29 2 *", "Etc/UTC", "1999-03-01T00:00", ["2000-02-29T00:00", "2004-02-29T00:00"]),
    ("0 0 29 2 *", "Etc/UTC", "2024-03-01T00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
    ("14 3 19 1 *", "Etc/UTC", "2037-06-01T00:00", ["2038-01-19T03:14", "2039-01-19T03:14"]),
    ("30 2 * * *", "Europe/Berlin", "2099-03-28T12:00", ["2099-03-30T00:30"]),
    ("0 0 31 12 *", "Etc/UTC", "9997-01-01T00:00", ["9997-12-31T00:00", "9998-12-31T00:00"]),
    ("0 0 31 * *", "Etc/UTC", "2026-01-31T00:00", ["2026-03-31T00:00", "2026-05-31T00:00"]),
]


@pytest.mark.fault(7)
@pytest.mark.parametrize(("text", "zone", "after", "expected"), FAR)
def test_rare_and_far_dates_are_found(text, zone, after, expected):
    assert fires(text, zone, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2096-02-29T00:00", None),
        ("2098-12-31T23:59", None),
        ("2098-12-31T23:59:59", "2104-02-29T00:00"),
        ("2099-01-01T00:00", "2104-02-29T00:00"),
    ],
)
def test_what_is_more_than_five_calendar_years_away_is_not_found(after, expected):
    expected_moment = None if expected is None else utc(expected)
    assert Cron("0 0 29 2 *").next_after(utc(after)) == expected_moment


@pytest.mark.parametrize("zone", ZONES + ODD_ZONES)
def test_the_ends_of_the_calendar_are_answered(zone):
    schedule = parse_schedule("0 0 1 * *", zone)
    assert schedule.next_after(datetime.max.replace(tzinfo=UTC)) is None
    assert schedule.next_after(datetime.min.replace(tzinfo=UTC)) > datetime.min.replace(tzinfo=UTC)


@pytest.mark.fault(9)
def test_two_restricted_day_fields_are_joined_by_or_and_a_star_by_and():
    assert fires("0 0 */2 * 1", "Etc/UTC", "2026-11-01T00:00", 2) == [
        "2026-11-02T00:00",
        "2026-11-03T00:00",
    ]
    assert fires("0 0 * * 1", "Etc/UTC", "2026-11-02T00:00", 1) == ["2026-11-09T00:00"]
    assert fires("0 0 */1 * 1", "Etc/UTC", "2026-11-02T00:00", 1) == ["2026-11-09T00:00"]


@pytest.mark.parametrize(
    "schedule",
    [Cron("*/5 * * * *", "Europe/Berlin"), Every("@every 90m"), Interval(5400)],
    ids=repr,
)
def test_a_schedule_is_an_immutable_value(schedule):
    assert isinstance(schedule, Schedule)
    assert {schedule: 1}[copy.deepcopy(schedule)] == 1
    assert pickle.loads(pickle.dumps(schedule)) == schedule  # noqa: S301 (our own bytes)
    assert eval(repr(schedule)) == schedule  # noqa: S307 (a repr that makes the value again)
    assert not hasattr(schedule, "__dict__")
    with pytest.raises(AttributeError):
        schedule.text = "other"


def test_schedules_differ_by_their_zone():
    assert Cron("0 3 * * *", "Europe/Berlin") != Cron("0 3 * * *", "Europe/Paris")


def test_the_years_that_are_searched_are_counted_from_the_local_year():
    # In Kiritimati, 14 hours ahead, it is 2099 by then: five years on there is a 29 February.
    schedule = parse_schedule("0 0 29 2 *", "Pacific/Kiritimati")
    new_year = int(datetime(2098, 12, 31, 10, tzinfo=UTC).timestamp())

    assert schedule.next_epoch(new_year) == datetime(2104, 2, 28, 10, tzinfo=UTC).timestamp()
    assert schedule.next_epoch(new_year - 2) is None
