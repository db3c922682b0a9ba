from datetime import UTC, datetime

import pytest

from rota.model.clock import instant, rfc3339
from rota.model.errors import SettingsError
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import Run, RunRecord, Trigger
from rota.runs.pod import run_of_pod, slot_of_job, wait_before_retry_seconds
from rota.settings import Settings
from support.registries import definition_of

MINUTE = 29_384_720
NOW = MINUTE * 60.0
HOUR = 3600


def slot(job, cronjob, now=NOW, longest_age_seconds=HOUR):
    return slot_of_job(job, cronjob, now=now, longest_age_seconds=longest_age_seconds)


def test_a_scheduled_jobs_name_has_its_slot():
    assert slot("shop-cleanup-29384720", "shop-cleanup") == datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize(
    ("after", "attempt", "backoff_limit", "seconds"),
    [
        pytest.param(None, None, 4, 0, id="nothing asked"),
        pytest.param(9, None, 4, 0, id="less"),
        pytest.param(45.5, None, 4, 35.5, id="more"),
        pytest.param(45, 0, 4, 35, id="first"),
        pytest.param(45, 2, 4, 5, id="third"),
        pytest.param(45, 3, 4, 0, id="fourth"),
        pytest.param(45, 2, 2, 0, id="last"),
        pytest.param(45, None, 0, 0, id="only"),
        pytest.param(3600, None, 4, 200, id="beyond the deadline"),
    ],
)
def test_a_pod_stays_for_what_its_jobs_back_off_lacks(after, attempt, backoff_limit, seconds):
    task = definition_of("t", backoff_limit=backoff_limit)
    run = Run("t", "id", Trigger.MANUAL, None, instant(NOW + 200), "id", attempt=attempt)
    code = ExitCode.ASKED_TO_TRY_AGAIN
    record = RunRecord(run, Outcome.FAILED, code, NOW, 0.0, retry_after_seconds=after)

    assert wait_before_retry_seconds(task, record, NOW) == seconds


def test_a_pod_stays_no_longer_than_its_runs_deadline():
    run = Run("t", "id", Trigger.MANUAL, None, instant(NOW - 1), "id")
    code = ExitCode.ASKED_TO_TRY_AGAIN
    record = RunRecord(run, Outcome.FAILED, code, NOW, 0.0, retry_after_seconds=60)

    assert wait_before_retry_seconds(definition_of("t"), record, NOW) == 0


@pytest.mark.fault(81)
@pytest.mark.parametrize(
    ("job", "cronjob"),
    [
        ("shop-cleanup-manual", "shop-cleanup"),
        ("shop-cleanup-2938472", "shop-cleanup"),
        ("shop-cleanup-293847201", "shop-cleanup"),
        ("shop-cleanup-29384720-x", "shop-cleanup"),
        ("shop-cleanup-x-29384720", "shop-cleanup"),
        ("shop-cleanup-29384720", "shop"),
        ("shopxcleanup-29384720", "shop.cleanup"),
        ("shop-cleanup-٢٩٣٨٤٧٢٠", "shop-cleanup"),
        ("29384720", ""),
        ("-29384720", ""),
        ("", ""),
    ],
)
def test_any_other_name_is_a_run_by_hand(job, cronjob):
    assert slot(job, cronjob) is None


@pytest.mark.fault(102)
@pytest.mark.parametrize("date", ["20251125", "20261125", "20991231", "19700101", "00000000"])
def test_a_date_is_a_run_by_hand(date):
    year = 365 * 86_400
    assert slot(f"cleanup-{date}", "cleanup", longest_age_seconds=10 * year) is None


@pytest.mark.fault(102)
@pytest.mark.parametrize(
    ("minutes_after_the_slot", "scheduled"),
    [(-6, False), (-5, True), (0, True), (60, True), (65, True), (66, False), (60 * 24, False)],
)
def test_a_minute_that_no_running_job_can_be_of_is_a_run_by_hand(minutes_after_the_slot, scheduled):
    now = NOW + 60 * minutes_after_the_slot
    assert (slot("cleanup-29384720", "cleanup", now) is not None) is scheduled


class Fixed:
    def __init__(self, timestamp):
        self._timestamp = timestamp

    def timestamp(self):
        return self._timestamp


def run_at(seconds_after_the_slot, task=None, **settings):
    named = {"job_name": "cleanup-29384720", "cronjob_name": "cleanup", "job_uid": "u-1"}
    clock = Fixed(NOW + seconds_after_the_slot)
    return run_of_pod(task or definition_of("cleanup"), Settings(**(named | settings)), clock)


def test_the_slot_is_the_identity_of_a_scheduled_run_and_the_jobs_uid_that_of_another():
    scheduled, by_hand = run_at(30), run_at(30, job_name="cleanup-by-hand")
    bare = run_at(30, job_name="cleanup-by-hand", job_uid="")

    assert (scheduled.trigger, scheduled.identity) == (Trigger.SCHEDULE, rfc3339(instant(NOW)))
    assert (by_hand.trigger, by_hand.slot, by_hand.identity) == (Trigger.MANUAL, None, "u-1")
    assert bare.identity == bare.run_id


@pytest.mark.fault(102)
@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [
        # catch_up + 120 s + tries * (timeout + grace + 5) + 10 s + 20 s ... + the skew
        ({"interval_seconds": 60}, 3600 + 120 + 3 * (60 + 30) + 30 + 300),
        ({"interval_seconds": 60, "catch_up_seconds": 86_400}, 86_400 + 120 + 3 * 90 + 30 + 300),
        (
            {"interval_seconds": 60, "timeout_seconds": 7200, "backoff_limit": 0},
            3600 + 120 + 7230 + 300,
        ),
        # @every: no startingDeadlineSeconds, but no tick older than the interval
        ({"interval_seconds": 17 * 3600}, 17 * 3600 + 120 + 3 * 3630 + 30 + 300),
    ],
)
def test_the_bound_is_what_catch_up_and_all_tries_of_the_task_allow(attributes, seconds):
    task = definition_of("cleanup", **attributes)

    assert run_at(seconds, task).trigger is Trigger.SCHEDULE
    assert run_at(seconds + 1, task).trigger is Trigger.MANUAL


@pytest.mark.parametrize(
    ("shards", "completion_index", "share"),
    [
        (3, 0, (0, 3)),
        (3, 2, (2, 3)),
        (2, 1, (1, 2)),
        # By hand, and a Job with an index of its own: all of the work.
        (3, None, (0, 1)),
        (1, 5, (0, 1)),
        (1, None, (0, 1)),
    ],
)
def test_a_pod_does_the_share_that_its_index_says(shards, completion_index, share):
    run = run_at(30, definition_of("cleanup", shards=shards), completion_index=completion_index)

    assert (run.shard_index, run.shard_count) == share


@pytest.mark.parametrize("index", [3, 4])
def test_an_index_beyond_the_tasks_shards_is_refused_by_its_variables_name(index):
    problem = f"^JOB_COMPLETION_INDEX: {index} is not a shard of task 'cleanup', which has 3"
    with pytest.raises(SettingsError, match=problem):
        run_at(30, definition_of("cleanup", shards=3), completion_index=index)


@pytest.mark.parametrize("attempt", [None, 2])
def test_a_run_knows_its_attempt_where_kubernetes_tells_it(attempt):
    assert run_at(30, job_attempt=attempt).attempt == attempt
