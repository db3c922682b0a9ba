"""Jobs made by hand from suspended CronJobs: how they end is up to the pods' exit codes."""

import json
import subprocess
import sys

import pytest

from support.cluster import environment
from support.cluster_scenarios import SHARDS
from support.cluster_watch import (
    conditions,
    ended,
    epoch,
    exit_codes,
    message,
)
from support.docker import wait_until

pytestmark = pytest.mark.e2e

TRY_AGAIN_SECONDS = 25
END_SECONDS = 120
ITEMS = 60
SHARD_ITEMS = 100


class Jobs:
    """Jobs made by hand in one scenario's namespace."""

    def __init__(self, scenarios, name):
        self.scenario = scenarios[name]
        self.namespace = self.scenario.namespace
        self.api = scenarios.apis[name]
        self._watches = scenarios

    def create(self, task):
        cronjob = f"{self.scenario.release.name}-rota-{task}"
        return self.namespace.create_job(f"{task}-by-hand", cronjob)

    def seen(self, job):
        (found,) = [
            each
            for each in self._watches.jobs.of(self.namespace.name)
            if each["metadata"]["name"] == job
        ] or [None]
        return found

    def pods(self, job):
        return self._watches.pods.of_job(self.namespace.name, job)

    def end(self, job):
        """Wait for the Job's end; return its condition, as `{type: reason}`, and its pods."""

        def over():
            seen = self.seen(job)
            return bool(seen and conditions(seen).keys() & {"Complete", "Failed"})

        wait_until(over, f"the end of the Job {job}", timeout_seconds=END_SECONDS)
        return conditions(self.seen(job)), self.pods(job)

    def wait_for_sent(self, prefix, number):
        def sent():
            return sum(each.startswith(prefix) for each in self.api.effects()) >= number

        wait_until(sent, f"{number} items of {prefix}", timeout_seconds=END_SECONDS)

    def sends_of(self, prefix):
        """Return by id how many requests to send it the API has seen."""
        counts = {}
        for call in self.api.calls():
            _, _, rest = call["path"].partition("/notifications/")
            item = rest.removesuffix("/send")
            if item.startswith(prefix):
                counts[item] = counts.get(item, 0) + 1
        return counts


def once_reached(pods):
    """Return the exit codes of pods from the first on that has reached the Business API.

    On a busy machine a Service may lead nowhere yet, and a pod before that one ends with 4.
    """
    codes = exit_codes(pods)
    return codes[next((at for at, code in enumerate(codes) if code != 4), 0) :]


@pytest.fixture(scope="module")
def jobs(scenarios):
    made = Jobs(scenarios, "jobs")
    # All at once, so that their pods and back-offs run side by side.
    failing = ("misconfigured", "refused", "gives-up", "tries-again", "unreachable")
    for task in ("quick", *failing, "timeout", "deadline"):
        made.create(task)
    return made


@pytest.fixture(scope="module")
def shards(scenarios):
    return Jobs(scenarios, "shards")


def test_a_job_made_from_a_cronjob_runs_as_manual_without_a_slot(jobs):
    how, (pod,) = jobs.end("quick-by-hand")
    assert "Complete" in how
    facts = message(pod)
    assert (facts["task"], facts["trigger"], facts["slot"]) == ("quick", "manual", None)
    assert facts["outcome"] == "succeeded"
    logged = [line["event"] for line in jobs.namespace.logs("job/quick-by-hand")]
    assert logged == ["run.started", "run.finished"]


@pytest.mark.parametrize(("task", "code"), [("misconfigured", 2), ("refused", 3), ("gives-up", 7)])
def test_what_another_attempt_would_not_change_fails_the_job_at_once(jobs, task, code):
    how, pods = jobs.end(f"{task}-by-hand")
    assert how["Failed"] == "PodFailurePolicy"
    assert once_reached(pods) == [code]


def test_rota_trigger_follows_a_run_and_ends_with_its_exit_code(jobs, tmp_path):
    command = [sys.executable, "-m", "rota", "trigger", "refused", "--wait", "--json"]
    end = subprocess.run(
        [*command, f"--namespace={jobs.namespace.name}"],
        env=environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=END_SECONDS,
        check=False,
    )
    assert end.returncode == 3, end.stderr
    facts = json.loads(end.stdout)
    assert (facts["run"]["trigger"], facts["run"]["exit_code"]) == ("manual", 3)
    assert '"event": "run.finished"' in end.stderr
    how, pods = jobs.end(facts["job"])
    assert how["Failed"] == "PodFailurePolicy"
    assert once_reached(pods) == [3]


def test_a_business_api_out_of_reach_is_tried_again_by_another_pod(jobs):
    how, pods = jobs.end("unreachable-by-hand")
    assert how["Failed"] == "BackoffLimitExceeded"
    assert exit_codes(pods) == [4, 4]
    assert {message(pod)["outcome"] for pod in pods} == {"failed"}


def test_a_task_that_asks_for_it_is_tried_again_no_earlier_than_it_asked(jobs):
    how, pods = jobs.end("tries-again-by-hand")
    assert how["Failed"] == "BackoffLimitExceeded"
    assert exit_codes(pods) == [8, 8]
    assert {message(pod)["retry_after_seconds"] for pod in pods} == {TRY_AGAIN_SECONDS}
    first, second = sorted(epoch(ended(pod)["startedAt"]) for pod in pods)
    # Kubernetes tells whole seconds.
    assert second - first >= TRY_AGAIN_SECONDS - 1


def test_the_tasks_own_timeout_ends_with_5(jobs):
    how, pods = jobs.end("timeout-by-hand")
    assert how["Failed"] == "BackoffLimitExceeded"
    assert exit_codes(pods) == [5]
    assert message(pods[0])["outcome"] == "timed_out"


def test_the_jobs_deadline_ends_with_143(jobs):
    how, pods = jobs.end("deadline-by-hand")
    assert how["Failed"] == "DeadlineExceeded"
    assert exit_codes(pods) == [143]
    assert message(pods[0])["outcome"] == "interrupted"


@pytest.mark.parametrize("task", ["send-stopped", "send-killed"])
def test_the_deletion_of_the_pod_in_mid_run_leaves_no_item_sent_twice(jobs, task):
    ids = [f"{task}.{number}" for number in range(ITEMS)]
    jobs.api.add(ids)
    job = jobs.create(task)
    jobs.wait_for_sent(f"{task}.", ITEMS // 10)
    *unreached, pod = jobs.pods(job)
    how_deleted = ["--grace-period=0", "--force"] if task == "send-killed" else []
    jobs.namespace.kubectl("delete", "pod", pod["metadata"]["name"], "--wait=false", *how_deleted)
    assert len([each for each in jobs.api.effects() if each.startswith(task)]) < ITEMS
    how, pods = jobs.end(job)
    assert "Complete" in how
    assert len(pods) == len(unreached) + 2
    assert ended(pods[-1])["exitCode"] == 0
    effects = jobs.api.effects()
    assert {each: effects.get(each) for each in ids} == dict.fromkeys(ids, 1)
    if task == "send-stopped":
        assert ended(pods[-2])["exitCode"] == 143
        assert message(pods[-2])["outcome"] == "interrupted"
        # Stopped in good order: not even the request was made twice.
        assert jobs.sends_of(f"{task}.") == dict.fromkeys(ids, 1)


def test_shards_cover_every_item_exactly_once(shards):
    ids = [f"shared.{number}" for number in range(SHARD_ITEMS)]
    shards.api.add(ids)
    how, pods = shards.end(shards.create("notifications"))
    assert "Complete" in how
    facts = [message(pod) for pod in pods]
    assert sorted(each["shard_index"] for each in facts) == list(range(SHARDS))
    assert {each["shard_count"] for each in facts} == {SHARDS}
    assert all(each["counts"]["sent"] > 0 for each in facts)
    assert shards.sends_of("shared.") == dict.fromkeys(ids, 1)


def test_a_task_that_the_image_does_not_have_ends_with_2_and_fails_helm_test(scenarios):
    typo = scenarios.add(
        "typo", tasks={"qick": {"intervalSeconds": 60}}, taskDefaults={"suspend": True}
    )
    typo.namespace.create_job("qick-by-hand", "typo-rota-qick")

    def pods():
        return scenarios.pods.of_job(typo.namespace.name, "qick-by-hand")

    wait_until(
        lambda: bool(pods() and ended(pods()[0])), "the end of qick", timeout_seconds=END_SECONDS
    )
    assert exit_codes(pods()) == [2]
    # Before there is a log, an error goes where a pod's end shows it.
    assert "quick" in ended(pods()[0])["message"]
    with pytest.raises(AssertionError, match="qick"):
        typo.release.test()


def test_a_scheduler_whose_loop_is_stuck_is_restarted_by_its_probe(scenarios):
    namespace = scenarios["stuck"].namespace

    def restarts():
        (pod,) = namespace.get("pods")
        return sum(each["restartCount"] for each in pod["status"].get("containerStatuses", ()))

    wait_until(lambda: restarts() > 0, "a restart", timeout_seconds=END_SECONDS)
    reasons = namespace.kubectl("get", "events", "--output=jsonpath={.items[*].message}")
    assert "Liveness probe failed" in reasons
