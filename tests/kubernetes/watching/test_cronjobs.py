import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.kubernetes.watching.cronjobs import (
    expected_slots,
    followed_by,
    last_schedule,
    span_of,
    task_of,
)
from support.kubernetes_objects import SLOT, cronjob, moment

MADE = SLOT - 7200


def slots(spans, after=MADE, until=SLOT + 7200, limit=100):
    return [each.slot for each in expected_slots(spans, after, until, limit=limit)]


def gone(span, since):
    return type(span)(**{**_fields(span), "since": since, "is_gone": True})


def _fields(span):
    return {name: getattr(span, name) for name in type(span).__dataclass_fields__}


def test_a_cronjobs_task_and_newest_slot_are_read():
    found = cronjob(status={"lastScheduleTime": moment(SLOT)})

    assert (task_of(found), last_schedule(found)) == ("cleanup", SLOT)
    assert (task_of({"metadata": {}}), last_schedule(cronjob())) == (None, None)


def test_one_that_has_just_been_made_owes_nothing_for_the_time_before():
    span = span_of(cronjob(created=SLOT, schedule="* * * * *"), SLOT - 30)

    assert slots([span], until=SLOT + 120) == [SLOT + 60, SLOT + 120]


def test_one_that_is_seen_for_the_first_time_owes_what_comes_after():
    span = span_of(cronjob(created=MADE, schedule="* * * * *"), SLOT + 0.5)

    assert slots([span], until=SLOT + 60) == [SLOT + 60]


def test_every_counts_from_the_last_job_or_the_creation():
    every = {"schedule": "@every 420s", "startingDeadlineSeconds": None}
    new = span_of(cronjob(created=MADE + 13, **every), 0)
    old = span_of(cronjob(status={"lastScheduleTime": moment(SLOT - 60)}, **every), SLOT + 1000)

    assert slots([new], until=MADE + 900) == [MADE + 433, MADE + 853]
    assert slots([old], until=SLOT + 1700) == [SLOT + 1200, SLOT + 1620]


def test_the_schedule_counts_that_the_object_had_at_that_time():
    hourly = span_of(cronjob(), MADE)
    half_past = span_of(cronjob(schedule="30 * * * *"), SLOT + 0.4)

    history = followed_by((hourly,), half_past)

    assert slots(history) == [SLOT - 3600, SLOT, SLOT + 1800, SLOT + 5400]
    assert [each.next_slot for each in expected_slots(history, SLOT - 1, SLOT, limit=9)] == [
        SLOT + 1800
    ]


def test_nothing_is_owed_while_there_is_no_cronjob():
    first = span_of(cronjob(), MADE)
    again = span_of(cronjob(uid="other", created=SLOT + 1800), SLOT + 1900)

    history = followed_by(followed_by((first,), gone(first, SLOT - 60)), again)

    assert slots(history) == [SLOT - 3600, SLOT + 3600, SLOT + 7200]
    assert expected_slots(history, MADE, SLOT - 1, limit=9)[0].next_slot == SLOT + 3600


def test_one_that_was_made_again_unseen_begins_where_it_was_made():
    first = span_of(cronjob(), MADE)
    again = span_of(cronjob(uid="other", created=SLOT - 60), 0)

    assert [span.since for span in followed_by((first,), again)] == [MADE, SLOT - 60]


@pytest.mark.parametrize(
    "spec",
    [
        {"schedule": "0 0 31 2 *"},
        {"schedule": "@every -5m"},
        {"schedule": ""},
        {"timeZone": "Nowhere/City"},
    ],
    ids=["never", "negative", "empty", "no-zone"],
)
def test_what_the_controller_does_not_start_owes_nothing(spec):
    assert slots([span_of(cronjob(**spec), MADE)]) == []


def test_only_what_differs_begins_a_new_span():
    span = span_of(cronjob(), MADE)
    later = span_of(cronjob(status={"lastScheduleTime": moment(SLOT)}), SLOT + 1)
    suspended = span_of(cronjob(suspend=True), SLOT + 1)

    assert followed_by((span,), later) == (span,)
    assert followed_by((span,), suspended) == (span, suspended)


def test_no_more_are_computed_than_asked_for():
    span = span_of(cronjob(schedule="* * * * *"), MADE)
    found = expected_slots([span], MADE, SLOT, limit=2)

    assert [each.slot for each in found] == [MADE + 60, MADE + 120]
    assert found[-1].next_slot == MADE + 180


SPECS = [
    {"schedule": "* * * * *"},
    {"schedule": "*/7 * * * *"},
    {"schedule": "@every 90s"},
    {"schedule": "0 * * * *", "timeZone": "Europe/Berlin"},
    {"suspend": True},
    {"schedule": "nonsense"},
]


@given(
    changes=st.lists(
        st.tuples(st.integers(1, 4000), st.sampled_from(SPECS), st.sampled_from("ab")), max_size=6
    ),
    cut=st.integers(0, 9000),
)
def test_slots_are_the_same_however_the_time_is_cut(changes, cut):
    history, at = (span_of(cronjob(), MADE),), float(MADE)
    for gap, spec, uid in changes:
        at += gap
        history = followed_by(history, span_of(cronjob(uid=uid, **spec), at))

    whole = slots(history, until=MADE + 9000, limit=1000)
    first = slots(history, until=MADE + cut, limit=1000)
    rest = slots(history, after=MADE + cut, until=MADE + 9000, limit=1000)

    assert [*first, *rest] == whole == sorted(set(whole))
