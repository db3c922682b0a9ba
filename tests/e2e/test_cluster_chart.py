"""The chart on a real cluster: installed, tested, upgraded, and switched between its modes."""

import json
import re
import time

import pytest

from support.cluster_watch import ended, epoch, message, rota_state, scheduled_at
from support.docker import wait_until

pytestmark = pytest.mark.e2e

# Two minutes and what a busy machine takes to start a pod.
NEXT_SLOT_SECONDS = 150
OFTEN_SECONDS = 20


def scheduled(scenarios, name, task):
    """Return the ended pods of a task's scheduled Jobs, the oldest first.

    A pod that is deleted with its CronJob before Python is up leaves no message: it had no run.
    """
    namespace = scenarios[name].namespace.name
    labels = {"app.kubernetes.io_component": "task", "rota_task": task}
    pods = [pod for pod in scenarios.pods.of(namespace, **labels) if ended(pod).get("message")]
    return [pod for pod in pods if message(pod)["trigger"] == "schedule"]


def wait_for_slot(scenarios, name, task):
    wait_until(
        lambda: bool(scheduled(scenarios, name, task)),
        f"a scheduled run of {task}",
        timeout_seconds=NEXT_SLOT_SECONDS,
    )
    return scheduled(scenarios, name, task)


def start_jobs(scenarios, name):
    """Return the start Jobs that were seen, those included that an upgrade has replaced."""
    jobs = scenarios.jobs.of(scenarios[name].namespace.name)
    return [job for job in jobs if "-start-" in job["metadata"]["name"]]


def test_helm_test_runs_rota_check_in_the_cluster(scenarios):
    told = scenarios["shop"].release.test()
    assert "Phase:          Succeeded" in told
    assert "quick" in told


def test_a_cronjob_fires_on_its_own_for_the_minute_of_its_job(scenarios):
    pod = wait_for_slot(scenarios, "shop", "notifications")[0]
    name = pod["metadata"]["labels"]["batch.kubernetes.io/job-name"]
    (job,) = [
        each
        for each in scenarios.jobs.of(scenarios["shop"].namespace.name)
        if each["metadata"]["name"] == name
    ]
    facts = message(pod)
    assert epoch(facts["slot"]) == int(name.rpartition("-")[2]) * 60 == scheduled_at(job)
    (started,) = [
        line
        for line in scenarios["shop"].namespace.logs(f"job/{name}")
        if line["event"] == "run.started"
    ]
    assert (started["trigger"], started["slot"]) == ("schedule", facts["slot"])
    assert 0 <= epoch(started["timestamp"]) - epoch(started["slot"]) < NEXT_SLOT_SECONDS


def test_the_business_api_saw_the_calls_of_rota_by_its_services_name(scenarios):
    pods = wait_for_slot(scenarios, "shop", "notifications")
    polls = scenarios.apis["shop"].calls("/api/v1/notifications")
    agents = {call["user_agent"] for call in scenarios.apis["shop"].calls()}
    assert len(polls) >= len(pods)
    assert agents
    # Each names its task and its run.
    assert all(re.fullmatch(r"rota/\S+ \(task=[\w-]+; run=\w+-\w+\)", agent) for agent in agents)


def test_a_run_on_start_happens_once_and_not_again_on_an_identical_upgrade(scenarios):
    def succeeded():
        return any(job["status"].get("succeeded") for job in start_jobs(scenarios, "shop"))

    wait_until(succeeded, "the run on start", timeout_seconds=NEXT_SLOT_SECONDS)
    scenarios["shop"].release.install()
    (job,) = start_jobs(scenarios, "shop")
    assert job["metadata"]["labels"]["rota/task"] == "notifications"
    pods = scenarios.pods.of_job(scenarios["shop"].namespace.name, job["metadata"]["name"])
    assert message(pods[-1])["slot"] is None


def test_an_upgrade_changes_a_schedule_and_lifts_a_suspension(scenarios):
    shop = scenarios["shop"]
    assert not scheduled(scenarios, "shop", "cleanup")
    assert not scheduled(scenarios, "shop", "quick")
    tasks = shop.release.values["tasks"]
    shop.release.install(
        tasks={
            **tasks,
            "cleanup": {"intervalSeconds": None, "schedule": "* * * * *"},
            "quick": {"intervalSeconds": 60, "suspend": False},
            "notifications": {**tasks["notifications"], "timeoutSeconds": 50},
        }
    )
    asked = time.time()
    cleanups = wait_for_slot(scenarios, "shop", "cleanup")
    assert epoch(message(cleanups[0])["slot"]) > asked - 60
    wait_for_slot(scenarios, "shop", "quick")
    # Something of it has changed, so the task with a run on start has had another one.
    assert len(start_jobs(scenarios, "shop")) == 2


def test_in_hybrid_mode_the_scheduler_has_only_what_a_cronjob_cannot(scenarios):
    namespace = scenarios["hybrid"].namespace
    (cronjob,) = namespace.get("cronjobs")
    assert cronjob["metadata"]["labels"]["rota/task"] == "quick"

    def starts():
        lines = namespace.logs("deployment/hybrid-rota-scheduler")
        return [line for line in lines if line["event"] == "run.started"]

    wait_until(lambda: len(starts()) >= 4, "four runs", timeout_seconds=NEXT_SLOT_SECONDS)
    slots = [epoch(line["slot"]) for line in starts()]
    assert slots == [slots[0] + OFTEN_SECONDS * index for index in range(len(slots))]
    assert slots[0] % OFTEN_SECONDS == 0
    assert {line["task"] for line in starts()} == {"often"}
    wait_for_slot(scenarios, "hybrid", "quick")


def test_the_mode_switched_there_and_back_loses_no_configuration(scenarios):
    modes = scenarios["modes"]
    namespace = modes.namespace

    def settings():
        (found,) = namespace.get("configmaps", "app.kubernetes.io/instance=modes")
        return found["data"]

    def cronjobs():
        return {each["metadata"]["name"]: each["spec"] for each in namespace.get("cronjobs")}

    settings_before, cronjobs_before = settings(), cronjobs()
    assert len(cronjobs_before) == 3

    modes.release.install(mode="scheduler")
    namespace.wait_for_rollout("modes-rota-scheduler")
    assert cronjobs() == {}
    assert settings() == settings_before
    listed = json.loads(
        namespace.kubectl("exec", "deployment/modes-rota-scheduler", "--", "rota", "list", "--json")
    )
    here = [each for each in listed["tasks"] if each["status"] in ("scheduled", "suspended")]
    assert {each["name"] for each in here} == {"cleanup", "notifications", "quick"}
    wait_until(
        lambda: any(
            line["event"] == "run.finished" and line["task"] == "notifications" and line["slot"]
            for line in namespace.logs("deployment/modes-rota-scheduler")
        ),
        "a slot in the scheduler",
        timeout_seconds=NEXT_SLOT_SECONDS,
    )
    (pod,) = namespace.get("pods", "app.kubernetes.io/component=scheduler")

    modes.release.install(mode="cronjobs")
    assert cronjobs() == cronjobs_before
    assert settings() == settings_before

    def stopped():
        seen = {each["metadata"]["uid"]: each for each in scenarios.pods.of(namespace.name)}
        return bool(ended(seen[pod["metadata"]["uid"]]))

    wait_until(stopped, "the end of the scheduler", timeout_seconds=60)
    (last,) = [
        each
        for each in scenarios.pods.of(namespace.name)
        if each["metadata"]["uid"] == pod["metadata"]["uid"]
    ]
    assert rota_state(last)["terminated"]["exitCode"] == 0
    wait_for_slot(scenarios, "modes", "notifications")
