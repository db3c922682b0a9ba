import pytest

from rota.kubernetes.watching.jobs import Gone, identity_of, run_of
from rota.ledger.attempts import Attempt
from rota.model.run import Trigger
from rota.model.slot import SlotState
from support.kubernetes_objects import JOB_UID, SLOT, ended, job, moment, pod, running, waiting

POLICY = (
    "Container rota for pod shop/rota-cleanup-29402040-x7k2p failed with exit code 3 matching "
    "FailJob rule at index 1"
)
BACKOFF = ("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit")
DEADLINE = ("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
COMPLETE = ("Complete", "CompletionsReached")


def by_hand_for(slot):
    """A Job of `rota trigger --slot`."""
    found = job(manual="rota-cleanup-manual-kqzbxw")
    found["metadata"]["annotations"]["rota/slot"] = slot
    return found


@pytest.mark.parametrize(
    ("found", "slot", "trigger"),
    [
        pytest.param(job(), SLOT, Trigger.SCHEDULE, id="annotated"),
        pytest.param(job(annotated=False), SLOT, Trigger.SCHEDULE, id="by-its-name"),
        pytest.param(job(manual="by-hand"), None, Trigger.MANUAL, id="by-hand"),
        pytest.param(
            job(manual=f"rota-cleanup-{SLOT // 60}"), None, Trigger.MANUAL, id="by-hand-as-a-slot"
        ),
        pytest.param(
            by_hand_for(moment(SLOT - 3600)), SLOT - 3600, Trigger.MANUAL, id="for-a-slot"
        ),
        pytest.param(by_hand_for("yesterday"), None, Trigger.MANUAL, id="for-no-slot"),
        pytest.param(
            job(labels={"rota/task": "cleanup", "rota/run-on-start": "true"}, manual="start"),
            None,
            Trigger.START,
            id="at-start",
        ),
        pytest.param(
            job(annotated=False, cronjob_name="rota-cleanup-7", slot=SLOT),
            SLOT,
            Trigger.SCHEDULE,
            id="name-with-a-number",
        ),
    ],
)
def test_what_a_job_is_for(found, slot, trigger):
    identity = identity_of(found)

    assert (identity.slot, identity.trigger) == (slot, trigger)
    assert (identity.task, identity.uid) == ("cleanup", JOB_UID)


def test_an_every_schedules_slot_is_exact_to_the_second():
    found = job()
    annotations = found["metadata"]["annotations"]
    annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = "2025-11-26T03:00:13+01:00"

    assert identity_of(found).slot == SLOT + 13


def test_a_job_without_a_tasks_label_is_not_rotas():
    assert identity_of(job(labels={})) is None


def test_a_run_that_succeeded_lasts_until_its_container_ended():
    message = {"counts": {"deleted": 4}}
    run = run_of(job(conditions=[COMPLETE]), [pod(state=ended(0, message=message))])

    assert (run.state, run.exit_code, run.reason) == (SlotState.SUCCEEDED, 0, None)
    assert (run.started_at, run.duration_seconds) == (SLOT + 5, 4.0)
    assert run.counts == {"deleted": 4}
    assert run.run_id == JOB_UID


@pytest.mark.parametrize(
    ("conditions", "pods", "state", "code", "reason"),
    [
        pytest.param([], [], SlotState.RUNNING, None, None, id="new"),
        pytest.param([], [pod(state=running())], SlotState.RUNNING, None, None, id="running"),
        pytest.param(
            [("SuccessCriteriaMet", "CompletionsReached")],
            [pod(state=ended(0))],
            SlotState.RUNNING,
            None,
            None,
            id="not-finished-before-its-pods",
        ),
        pytest.param(
            [],
            [pod(state=waiting("ImagePullBackOff", "Back-off"))],
            SlotState.RUNNING,
            None,
            "ImagePullBackOff: Back-off",
            id="never-started",
        ),
        pytest.param(
            [BACKOFF],
            [pod("a", state=ended(4)), pod("b", created=SLOT + 20, state=ended(1))],
            SlotState.FAILED,
            1,
            "the task raised",
            id="all-attempts-failed",
        ),
        pytest.param(
            [BACKOFF], [pod(state=ended(5))], SlotState.TIMED_OUT, 5, "the task timed out", id="own"
        ),
        pytest.param(
            [BACKOFF],
            [pod(state=ended(143))],
            SlotState.INTERRUPTED,
            143,
            "SIGTERM with work left",
            id="interrupted",
        ),
        pytest.param(
            [DEADLINE],
            [pod(state=ended(143))],
            SlotState.TIMED_OUT,
            143,
            "DeadlineExceeded: SIGTERM with work left",
            id="deadline",
        ),
        pytest.param(
            [DEADLINE],
            [pod(state=waiting("ImagePullBackOff", "Back-off"))],
            SlotState.TIMED_OUT,
            None,
            "DeadlineExceeded: ImagePullBackOff: Back-off",
            id="deadline-without-a-start",
        ),
        pytest.param(
            [("Failed", "PodFailurePolicy", POLICY)],
            [],
            SlotState.FAILED,
            3,
            f"PodFailurePolicy: {POLICY}",
            id="the-code-outlives-the-pod",
        ),
        pytest.param(
            [("Failed", "FailedIndexes", "Failed indexes: 1")],
            [
                pod("i1", state=ended(6)),
                pod("i0", created=SLOT + 9, state=ended(0)),
            ],
            SlotState.FAILED,
            6,
            "some items failed, the others are done",
            id="one-share-of-two",
        ),
        pytest.param([BACKOFF], [], SlotState.FAILED, None, ": ".join(BACKOFF[1:]), id="no-pod"),
    ],
)
def test_how_a_run_stands(conditions, pods, state, code, reason):
    run = run_of(job(conditions=conditions), pods)

    assert (run.state, run.exit_code, run.reason) == (state, code, reason)
    assert (run.duration_seconds is None) == (state is SlotState.RUNNING)


@pytest.mark.parametrize(
    ("gone", "state"),
    [(Gone.DELETED, SlotState.INTERRUPTED), (Gone.UNSEEN, SlotState.LOST)],
    ids=["seen", "in-a-gap"],
)
def test_a_job_that_is_gone_unfinished_is_not_running_any_more(gone, state):
    run = run_of(job(), [pod(state=running())], gone=gone, gone_at=SLOT + 65.0)

    assert (run.state, run.reason, run.duration_seconds) == (state, gone.value, 60.0)


def test_a_job_that_is_gone_after_it_finished_ended_as_it_did():
    finished = job(conditions=[COMPLETE])

    assert run_of(finished, [], gone=Gone.DELETED).state is SlotState.SUCCEEDED


def test_what_keeps_a_job_from_having_pods_is_reported():
    trouble = 'FailedCreate: pods "x" is forbidden: exceeded quota'

    assert run_of(job(), [], trouble=trouble).reason == trouble
    assert run_of(job(), [pod(state=running())], trouble=trouble).reason is None


def test_attempts_are_in_the_order_of_their_making_and_outlive_their_pods():
    known = [Attempt("a", exit_code=4, created_at=SLOT + 1.0)]

    run = run_of(job(conditions=[COMPLETE]), [pod("b", state=ended(0))], known=known)

    assert [(each.pod, each.exit_code) for each in run.attempts] == [("a", 4), ("b", 0)]


def test_shares_that_all_succeeded_count_together():
    pods = [
        pod(f"i{index}", state=ended(0, message={"counts": {"sent": index + 1, "to": "x"}}))
        for index in range(3)
    ]

    assert run_of(job(conditions=[COMPLETE]), pods).counts["sent"] == 6
