from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.kubernetes.watching.cronjobs import expected_slots, span_of
from rota.kubernetes.watching.verdicts import Evidence, JobSpan, Refusal, judge
from rota.model.outcome import SkipReason
from support.kubernetes_objects import CRONJOB_UID, SLOT, cronjob

SPAN = span_of(cronjob(schedule="*/10 * * * *", startingDeadlineSeconds=120), SLOT - 7200)
PATIENT = replace(SPAN, starting_deadline_seconds=None)
LATER = SLOT + 5000


def verdict(spans=(SPAN,), *, horizon=LATER, **evidence):
    [expected] = expected_slots(spans, SLOT - 1, SLOT, limit=1)
    return judge(expected, Evidence(horizon=horizon, spans=spans, **evidence))


def job(created, ended=None, cronjob=CRONJOB_UID):
    return JobSpan(cronjob, SLOT + created, None if ended is None else SLOT + ended)


def gone(since):
    return replace(SPAN, since=SLOT + since, is_gone=True)


def reason(*args, **kwargs):
    found = verdict(*args, **kwargs)
    return found.reason if found else "due"


@pytest.mark.parametrize(
    ("spans", "horizon", "expected"),
    [
        pytest.param([SPAN], SLOT + 149, "due", id="may-still-start"),
        pytest.param([SPAN], SLOT + 150, SkipReason.TOO_LATE, id="deadline"),
        pytest.param([PATIENT], SLOT + 629, "due", id="no-deadline"),
        pytest.param([PATIENT], SLOT + 630, SkipReason.MISSED, id="a-newer-slot-is-due"),
        pytest.param(
            [replace(SPAN, starting_deadline_seconds=3600)],
            SLOT + 630,
            SkipReason.MISSED,
            id="a-newer-slot-is-due-within-the-deadline",
        ),
        pytest.param([replace(PATIENT, suspended=True)], SLOT + 29, "due", id="suspended-now"),
        pytest.param(
            [replace(PATIENT, suspended=True)], SLOT + 30, SkipReason.SUSPENDED, id="suspended"
        ),
        pytest.param([SPAN, gone(60)], SLOT + 89, "due", id="deleted-now"),
        pytest.param([SPAN, gone(60)], SLOT + 90, SkipReason.DELETED, id="deleted"),
        pytest.param([SPAN, gone(0)], SLOT + 30, SkipReason.DELETED, id="deleted-as-it-came-due"),
        pytest.param([SPAN, gone(300)], SLOT + 150, SkipReason.TOO_LATE, id="deleted-afterwards"),
        pytest.param(
            [SPAN, replace(SPAN, cronjob="other", since=SLOT + 60)],
            SLOT + 90,
            SkipReason.DELETED,
            id="made-again",
        ),
        pytest.param(
            [PATIENT, replace(PATIENT, schedule="0 0 1 1 *", since=SLOT + 60)],
            LATER,
            "due",
            id="nothing-newer-for-long",
        ),
    ],
)
def test_a_slot_without_a_job_is_decided_when_it_can_have_none_any_more(spans, horizon, expected):
    assert reason(spans, horizon=horizon) == expected


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        pytest.param([job(-600, 300)], SkipReason.OVERLAP, id="all-the-time"),
        pytest.param([job(-600)], SkipReason.OVERLAP, id="still"),
        pytest.param([job(-600, 60), job(62, 200)], SkipReason.OVERLAP, id="one-after-the-other"),
        pytest.param([job(-600, 100)], SkipReason.OVERLAP, id="ended-too-late-to-be-sure"),
        pytest.param([job(-600, 60)], SkipReason.TOO_LATE, id="ended-in-time"),
        pytest.param([job(-600, -1)], SkipReason.TOO_LATE, id="ended-before"),
        pytest.param([job(30)], SkipReason.TOO_LATE, id="began-after"),
        pytest.param([job(-600, cronjob="other")], SkipReason.TOO_LATE, id="of-another"),
    ],
)
def test_an_active_job_explains_what_forbid_kept_from_starting(jobs, expected):
    assert reason(jobs=jobs) is expected


def test_where_overlap_is_allowed_an_active_job_explains_nothing():
    assert reason([replace(SPAN, forbids_overlap=False)], jobs=[job(-600)]) is SkipReason.TOO_LATE


def test_what_the_api_server_refused_is_reported_with_its_words():
    quota = Refusal(CRONJOB_UID, SLOT + 1, "exceeded quota: jobs")

    assert verdict(refusals=[quota]).detail == "exceeded quota: jobs"
    assert reason(refusals=[quota]) is SkipReason.REFUSED
    assert reason(refusals=[replace(quota, cronjob="other")]) is SkipReason.TOO_LATE
    assert reason(refusals=[replace(quota, at=SLOT - 1)]) is SkipReason.TOO_LATE
    assert reason(refusals=[replace(quota, at=SLOT + 151)]) is SkipReason.TOO_LATE


@pytest.mark.parametrize(
    ("at", "last_schedule", "is_told"),
    [
        pytest.param(-300, None, True, id="no-job-ever"),
        pytest.param(-300, -600, True, id="no-job-since"),
        pytest.param(-300, -120, False, id="a-job-since"),
        pytest.param(151, None, False, id="later"),
    ],
)
def test_an_earlier_refusal_is_reported_where_no_job_has_been_made_since(
    at, last_schedule, is_told
):
    newest = {} if last_schedule is None else {CRONJOB_UID: SLOT + last_schedule}
    refusals = [Refusal(CRONJOB_UID, SLOT + at, "exceeded quota"), Refusal("other", SLOT, "no")]

    found = verdict(refusals=refusals, last_schedules=newest)

    told = "Jobs for earlier slots were refused: exceeded quota" if is_told else None
    assert (found.reason, found.detail) == (SkipReason.TOO_LATE, told)


@pytest.mark.parametrize(
    ("gap", "is_unobserved"),
    [
        pytest.param((-10, 1), True, id="as-it-came-due"),
        pytest.param((100, 110), True, id="while-it-could-start"),
        pytest.param((-10, 400), True, id="all-the-time"),
        pytest.param((-10, 0), False, id="before"),
        pytest.param((120, 400), False, id="afterwards"),
    ],
)
def test_where_nobody_looked_nothing_is_claimed(gap, is_unobserved):
    gaps = [(SLOT + gap[0], SLOT + gap[1])]

    found = verdict(gaps=gaps)

    assert found.is_unobserved is is_unobserved
    assert (found.detail is not None) is is_unobserved


def test_the_controllers_newest_slot_proves_that_there_was_no_job():
    gaps = [(SLOT - 10, SLOT + 400)]

    assert reason(gaps=gaps, last_schedules={CRONJOB_UID: SLOT - 600}) is SkipReason.TOO_LATE
    assert verdict(gaps=gaps, last_schedules={CRONJOB_UID: SLOT + 600}).is_unobserved
    assert verdict(gaps=gaps, last_schedules={"other": SLOT - 600}).is_unobserved


def test_a_job_that_nobody_saw_is_not_taken_for_a_missed_slot():
    found = verdict(last_schedules={CRONJOB_UID: SLOT})

    assert found.is_unobserved
    assert found.detail == "its Job was gone before it was seen"


moments = st.integers(-2000, 4000)
stretches = st.tuples(moments, moments).map(sorted)


@given(
    deadline=st.none() | st.integers(0, 4000),
    suspended=st.booleans(),
    gone_since=st.none() | moments,
    gaps=st.lists(stretches, max_size=3),
    active=st.lists(stretches, max_size=3),
    horizon=moments,
)
def test_a_verdict_never_changes_while_time_goes_on(
    *, deadline, suspended, gone_since, gaps, active, horizon
):
    span = replace(SPAN, starting_deadline_seconds=deadline, suspended=suspended)
    deleted = gone_since is not None and gone_since > 0
    spans = [span, replace(span, since=SLOT + gone_since, is_gone=True)] if deleted else [span]
    evidence = {
        "gaps": [(SLOT + start, SLOT + end) for start, end in gaps],
        "jobs": [job(*each) for each in active],
    }

    early = verdict(spans, horizon=SLOT + horizon, **evidence)
    late = verdict(spans, horizon=SLOT + 9000, **evidence)

    assert late is not None
    assert early in (None, late)
