"""One definition of tasks, exported, installed in two modes: the same fire times everywhere."""

import json
import time
from itertools import pairwise
from statistics import median

import pytest

from support.cluster import environment
from support.cluster_scenarios import (
    PARITY_RELEASE,
    PARITY_SECONDS,
    parity_settings,
    rota,
)
from support.cluster_watch import conditions, epoch, scheduled_at
from support.docker import CommandFailedError, wait_until
from support.measurements import spread

pytestmark = pytest.mark.e2e

EXACT = ("minutely", "sixty", "splayed", "kathmandu")
# From the last slot until its Jobs have ended.
SETTLE_SECONDS = 120


@pytest.fixture(scope="module")
def window(scenarios):
    """The first and the last instant that count; returns once they have passed."""
    first = scenarios.parity_from
    last = first + PARITY_SECONDS
    # With what the controller takes to make the last Jobs, and the scheduler to start its runs.
    time.sleep(max(0, last + 10 - time.time()))
    return first, last


@pytest.fixture(scope="module")
def jobs(scenarios, window):
    """The Jobs of the window's slots, once all of them have ended."""
    namespace = scenarios["parity-cronjobs"].namespace

    def found():
        return [job for job in namespace.get("jobs") if within(window, [scheduled_at(job)])]

    def are_over():
        made = found()
        at_last = [job for job in made if scheduled_at(job) == window[1]]
        over = all(conditions(job).keys() & {"Complete", "Failed"} for job in made)
        return over and {"minutely", "sixty"} <= {task_of(job) for job in at_last}

    wait_until(are_over, "the end of the Jobs", timeout_seconds=SETTLE_SECONDS)
    return found()


def task_of(job):
    return job["metadata"]["labels"]["rota/task"]


@pytest.fixture(scope="module")
def cronjob_starts(scenarios, jobs):
    """Return the `run.started` lines of all pods of the CronJobs."""
    namespace = scenarios["parity-cronjobs"].namespace
    return [
        (name, line)
        for name in (job["metadata"]["name"] for job in jobs)
        for line in namespace.logs(f"job/{name}")
        if line["event"] == "run.started"
    ]


@pytest.fixture(scope="module")
def scheduler_starts(scenarios, window):
    lines = scenarios["parity-scheduler"].namespace.logs(
        f"deployment/{PARITY_RELEASE}-rota-scheduler"
    )
    return [line for line in lines if line["event"] == "run.started"]


def told(task, window):
    """Return the fire times that `rota next` tells."""
    first, _ = window
    start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(first - 1))
    arguments = ("next", task, "--from", start, "--count=20", "--json")
    answer = json.loads(rota(*arguments, **parity_settings()))
    return within(window, map(epoch, answer["next"])), answer["cronjob"]


def within(window, moments):
    first, last = window
    return sorted(int(each) for each in moments if first <= each <= last)


def gaps(moments):
    return {later - earlier for earlier, later in pairwise(moments)}


@pytest.mark.parametrize("task", EXACT)
def test_a_task_fires_at_the_same_instants_everywhere(
    scenarios, window, cronjob_starts, scheduler_starts, task
):
    expected, cronjob = told(task, window)
    assert cronjob["exact"]
    assert len(expected) >= 2
    by_cronjob = [epoch(line["slot"]) for _, line in cronjob_starts if line["task"] == task]
    by_scheduler = [epoch(line["slot"]) for line in scheduler_starts if line["task"] == task]
    assert within(window, by_cronjob) == expected
    assert within(window, by_scheduler) == expected
    # Each at its time, and not only named after it.
    seen = [line for _, line in cronjob_starts if line["task"] == task]
    late = [line["lateness_seconds"] for line in seen]
    assert min(late) >= 0
    assert median(late) < 60


def test_an_interval_without_a_five_field_text_keeps_the_same_gaps(window, jobs, scheduler_starts):
    expected, cronjob = told("ninety", window)
    assert not cronjob["exact"]
    ninety = [job for job in jobs if task_of(job) == "ninety"]
    by_cronjob = within(window, map(scheduled_at, ninety))
    by_scheduler = within(
        window, [epoch(line["slot"]) for line in scheduler_starts if line["task"] == "ninety"]
    )
    assert by_scheduler == expected
    assert len(by_cronjob) >= 3
    assert gaps(by_cronjob) == gaps(expected) == {90}


def test_the_figures_of_the_slots_are_reported(scenarios, window, cronjob_starts, figures):
    exact = [line for _, line in cronjob_starts if line["task"] in EXACT]
    late = [epoch(line["timestamp"]) - epoch(line["slot"]) for line in exact]
    cold = [
        line["counts"]["cold_start_ms"] / 1000
        for name, _ in cronjob_starts
        for line in scenarios["parity-cronjobs"].namespace.logs(f"job/{name}")
        if line["event"] == "run.finished"
    ]
    figures["slot to the run's first log line, several CronJobs in the same second"] = spread(late)
    figures["cold start in the pod (process start to the task's first statement), likewise"] = (
        spread(cold)
    )
    assert median(late) < 60


def test_diff_against_the_cluster_tells_no_difference_and_then_every_one(scenarios, window):
    namespace = scenarios["parity-cronjobs"].namespace
    selector = f"app.kubernetes.io/instance={PARITY_RELEASE}"
    command = ("diff", f"--namespace={namespace.name}", f"--selector={selector}")
    env = {**parity_settings(), "KUBECONFIG": environment()["KUBECONFIG"]}
    assert "no differences: 5 tasks" in rota(*command, **env)
    other = scenarios["parity-scheduler"].namespace.name
    assert "no differences: 5 tasks" in rota(
        "diff", f"--namespace={other}", f"--selector={selector}", **env
    )

    def patch(task, **spec):
        text = json.dumps({"spec": spec})
        name = f"{PARITY_RELEASE}-rota-{task}"
        namespace.kubectl("patch", "cronjob", name, "--type=merge", f"--patch={text}")

    patch("minutely", suspend=True)
    patch("splayed", schedule="*/7 * * * *")
    patch("kathmandu", timeZone="Etc/UTC")
    namespace.kubectl("delete", "cronjob", f"{PARITY_RELEASE}-rota-sixty")
    with pytest.raises(CommandFailedError, match="exit code 1\n") as told:
        rota(*command, "--json", **env)
    facts = json.loads(str(told.value).partition("\n")[2])
    found = {(each["task"], each["kind"]) for each in facts["differences"]}
    assert found == {
        ("minutely", "suspended"),
        ("splayed", "schedule"),
        ("kathmandu", "schedule"),
        ("sixty", "missing"),
    }
