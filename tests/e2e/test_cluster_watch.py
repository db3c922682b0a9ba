"""What the console's ledger says of slots and runs, against what the cluster really did."""

import time
import uuid
from dataclasses import dataclass

import pytest

from rota.ledger.reader import SqliteReader
from rota.ledger.run_filter import RunFilter
from rota.model.slot import SlotState
from support.cluster import Namespace
from support.cluster_ledger import Console, cronjob, next_minute
from support.cluster_watch import SCHEDULED_AT, Watch, scheduled_at
from support.docker import wait_until

pytestmark = pytest.mark.e2e

MINUTE = 60
# A bookmark comes about every minute, and a verdict waits for half of one.
SEEN_SECONDS = 150


@dataclass
class Watched:
    """The consoles' ledgers, and what kubectl saw beside them. Slots are epoch times."""

    first: int
    last: int
    away: tuple[float, float]
    cut: tuple[float, float]
    ledger: SqliteReader
    refused: SqliteReader
    jobs: dict[str, set[int]]
    recreated: tuple[float, float]
    deleted_slot: int

    @property
    def slots(self):
        return range(self.first, self.last + 1, MINUTE)

    def states(self, task, ledger=None):
        return {slot: (ledger or self.ledger).slot_state(task, slot) for slot in self.slots}

    def reasons(self, task, ledger=None):
        """The reason of each slot that was skipped."""
        reader = ledger or self.ledger
        found = {slot: reader.skips(task, slot, slot) for slot in self.slots}
        return {slot: skips[0].skipped.reason.value for slot, skips in found.items() if skips}

    def was_seen(self, slot):
        """Whether a console watched from the slot until its Job would have been over."""
        return not (slot - 5 < self.away[1] and slot + 55 > self.away[0])


def _tasks(image):
    policy = {"rules": [{"action": "FailJob", "onExitCodes": {"operator": "In", "values": [3]}}]}
    return [
        cronjob("quick", image, successfulJobsHistoryLimit=0),
        cronjob(
            "refuses", image, code=3, reason="no such tenant", job={"podFailurePolicy": policy}
        ),
        cronjob("slow", image, seconds=75),
        cronjob("suspended", image, suspend=True),
        cronjob("again", image),
        cronjob("deleted", image, seconds=600),
        cronjob("imageless", "nowhere/nothing:1", imagePullPolicy="Never"),
    ]


@pytest.fixture(scope="module")
def watched(cluster_image, tmp_path_factory):
    """Seven minutes: two of them without a console, and one without a network."""
    folder = tmp_path_factory.mktemp("watched")
    suffix = uuid.uuid4().hex[:6]
    namespace, crowded = Namespace(f"watched-{suffix}"), Namespace(f"crowded-{suffix}")
    try:
        with pytest.MonkeyPatch.context() as patch, Watch("jobs") as jobs:
            consoles = [Console(each.name, folder) for each in (namespace, crowded)]
            patch.setenv("KUBECONFIG", str(consoles[0].relay.kubeconfig))
            yield _happened(namespace, crowded, consoles, cluster_image, jobs)
    finally:
        namespace.delete()
        crowded.delete()


def _happened(namespace, crowded, consoles, image, jobs):
    console = consoles[0]
    try:
        for each in consoles:
            each.start()
        quota = {"hard": {"count/jobs.batch": "0"}}
        metadata = {"name": "no-jobs"}
        crowded.apply(
            {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": quota}
        )
        crowded.apply(cronjob("crowded", image))
        # Not so near to a minute that the first slot may be before what is applied.
        _sleep_until(next_minute() + 5)
        namespace.apply(*_tasks(image))
        first = next_minute()
        _sleep_until(first + 10)
        deleted_slot = _delete_running_job(namespace)
        _sleep_until(first + 70)
        recreated = _recreate(namespace, image)
        # Where the machine is slow it is later by now, and each still has a slot in its midst.
        away = _without_console(console, until=max(first + 4 * MINUTE + 30, time.time() + 140))
        cut = _without_network(console, until=max(first + 5 * MINUTE + 30, time.time() + 65))
        last = next_minute()
        wait_until(
            lambda: min(each.horizon for each in consoles) > last + MINUTE,
            "all seen",
            timeout_seconds=last + MINUTE + SEEN_SECONDS - time.time(),
        )
        time.sleep(3)
    finally:
        for each in consoles:
            each.close()
    made = {}
    for job in jobs.of(namespace.name):
        if SCHEDULED_AT in job["metadata"]["annotations"]:
            made.setdefault(job["metadata"]["labels"]["rota/task"], set()).add(scheduled_at(job))
    readers = [SqliteReader(each.path) for each in consoles]
    return Watched(first, last, away, cut, *readers, made, recreated, deleted_slot)


def _sleep_until(at):
    time.sleep(max(0.0, at - time.time()))


def _delete_running_job(namespace):
    wait_until(
        lambda: bool(namespace.get("jobs", "rota/task=deleted")), "a Job", timeout_seconds=60
    )
    found = namespace.get("jobs", "rota/task=deleted")
    namespace.kubectl("delete", "job", found[0]["metadata"]["name"], "--wait=false")
    return scheduled_at(found[0])


def _over(namespace, task):
    jobs = namespace.get("jobs", f"rota/task={task}")
    return bool(jobs) and all(each["status"].get("completionTime") for each in jobs)


def _recreate(namespace, image):
    # Whoever deletes a CronJob deletes its running Job: that would be another test.
    wait_until(lambda: _over(namespace, "again"), "again's Job over", timeout_seconds=90)
    away = time.time()
    namespace.kubectl("delete", "cronjob", "watched-again")
    _sleep_until(away + MINUTE)
    namespace.apply(cronjob("again", image))
    return away, time.time()


def _without_console(console, until):
    away = time.time()
    console.stop()
    _sleep_until(until)
    console.start()
    wait_until(lambda: console.horizon > until, "started again", timeout_seconds=60)
    return away, time.time()


def _without_network(console, until):
    away = time.time()
    console.call(console.relay.cut())
    _sleep_until(until)
    console.call(console.relay.open())
    return away, time.time()


def test_every_slot_with_a_job_that_was_seen_has_its_end(watched):
    quick = watched.states("quick")
    for slot in watched.slots:
        if watched.was_seen(slot):
            assert slot in watched.jobs["quick"]
            assert quick[slot] is SlotState.SUCCEEDED, slot
        elif slot not in watched.jobs["quick"]:
            assert quick[slot] is not SlotState.SUCCEEDED, slot


def test_a_slot_that_nobody_saw_is_neither_missed_nor_succeeded(watched):
    unseen = [slot for slot in watched.slots if watched.away[0] < slot < watched.away[1] - MINUTE]

    assert unseen
    # With a history limit of 0 its Job was gone before a console looked again.
    assert [watched.states("quick")[slot] for slot in unseen] == [None] * len(unseen)
    assert watched.reasons("quick") == {}


def test_a_cut_network_loses_nothing(watched):
    during = [slot for slot in watched.slots if watched.cut[0] < slot < watched.cut[1]]

    assert during
    assert {watched.states("quick")[slot] for slot in during} == {SlotState.SUCCEEDED}


def test_a_failure_has_its_exit_code_its_words_and_its_pod(watched):
    for slot, state in watched.states("refuses").items():
        if watched.was_seen(slot):
            assert state is SlotState.FAILED, slot
    found = [run for run in watched.ledger.runs(RunFilter("refuses")) if run.exit_code is not None]
    run = watched.ledger.run(found[0].run_id)

    assert (run.exit_code, run.reason) == (3, "no such tenant")
    assert [(each.exit_code, each.node) for each in run.attempts] == [(3, "node-1")]


def test_a_suspended_cronjobs_slots_are_skipped_for_that(watched):
    reasons = watched.reasons("suspended")

    assert "suspended" not in watched.jobs
    assert set(reasons.values()) == {"suspended"}
    assert {slot for slot in watched.slots if watched.was_seen(slot)} <= set(reasons)


def test_a_slot_that_a_long_run_kept_from_starting_is_an_overlap(watched):
    states, reasons = watched.states("slow"), watched.reasons("slow")
    for slot in watched.slots:
        if watched.was_seen(slot) and slot not in watched.jobs["slow"]:
            assert reasons[slot] == "overlap", slot
        if slot in watched.jobs["slow"]:
            assert slot not in reasons
            assert states[slot] is not None
    assert "overlap" in reasons.values()


def test_a_job_that_was_deleted_by_hand_was_interrupted(watched):
    [run] = [
        run for run in watched.ledger.runs(RunFilter("deleted")) if run.slot == watched.deleted_slot
    ]

    assert run.state is SlotState.INTERRUPTED
    assert "deleted before it had finished" in run.reason


def test_while_there_was_no_cronjob_there_was_no_slot(watched):
    gone, back = watched.recreated
    without = [slot for slot in watched.slots if gone + 1 < slot < back - 1]
    states = watched.states("again")

    assert without
    assert {states[slot] for slot in without} == {None}
    for slot in watched.slots:
        if slot not in without and watched.was_seen(slot) and slot in watched.jobs["again"]:
            assert states[slot] is SlotState.SUCCEEDED, slot


def test_what_keeps_a_pod_from_starting_is_reported(watched):
    reasons = [run.reason or "" for run in watched.ledger.runs(RunFilter("imageless"))]

    assert any("ErrImageNeverPull" in reason for reason in reasons), reasons


def test_a_job_that_a_quota_refused_is_reported_with_the_quotas_words(watched):
    seen = [slot for slot in watched.slots if watched.first < slot < watched.last]
    skips = [watched.refused.skips("crowded", slot, slot)[0] for slot in seen]

    # The controller tells only some of many refusals: the others are known by those.
    assert skips[0].skipped.reason.value == "refused"
    assert {skip.skipped.reason.value for skip in skips} <= {"refused", "too_late"}
    for skip in skips:
        assert "exceeded quota: no-jobs" in skip.skipped.detail


def test_one_time_that_nobody_saw_is_recorded(watched):
    gaps = watched.ledger.gaps()

    assert len(gaps) == 1
    assert gaps[0][0] <= watched.away[0] + 1
    assert gaps[0][1] >= watched.away[1] - 61


def test_no_slot_is_left_open(watched):
    tasks = ("quick", "refuses", "suspended", "again")

    assert {task: list(watched.ledger.owed(task)) for task in tasks} == {
        task: [slot for slot in watched.ledger.owed(task) if slot > watched.last - MINUTE]
        for task in tasks
    }
