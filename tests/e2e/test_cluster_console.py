"""A release with a console: what page, terminal, JSON API and metrics say of every slot, against
what the cluster really did.

Each task has E2E_MINUTES slots, 5 by default, and the console is restarted in the middle.
"""

import os
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from support.cluster import Namespace, Release
from support.cluster_console import Answers, ask_everything, forwarded, moment
from support.cluster_ledger import next_minute
from support.cluster_truth import Truth
from support.cluster_watch import Watch, epoch, exit_codes
from support.docker import wait_until

pytestmark = pytest.mark.e2e

MINUTE = 60
SLOTS = int(os.environ.get("E2E_MINUTES", "5"))
LATEST_START = 20
# A slot is decided half a minute after it can no longer start, by what a watch heard within one.
DECIDED_SECONDS = LATEST_START + 30 + 100
DEPLOYMENT = "seen-rota-console"
SLOW = {"env": {"SLEEP_SECONDS": 100}}
TASKS: dict[str, dict[str, Any]] = {
    "works": {},
    "works-too": {"intervalSeconds": 120},
    "raises": {"backoffLimit": 0},
    "retries": {"backoffLimit": 1},
    "rejected": {},
    "times-out": {"timeoutSeconds": 2, "backoffLimit": 0, **SLOW},
    "slow": SLOW,
    "overlapping": {"overlap": "allow", **SLOW},
    "suspended": {"suspend": True},
    "imageless": {"image": "nowhere.invalid/nothing:1", "activeDeadlineSeconds": 40},
    "stopped": {"overlap": "replace", "env": {"SLEEP_SECONDS": 600}},
    "removed": {},
}
VALUES: dict[str, Any] = {
    "settings": {"ROTA_TASKS": "cluster_tasks:register_watched_tasks"},
    "tasks": TASKS,
    "taskDefaults": {
        "intervalSeconds": MINUTE,
        "catchUpSeconds": LATEST_START,
        "timeoutSeconds": 900,
    },
    "console": {"enabled": True},
}


@dataclass
class Seen:
    """What really happened, and what the console told of it.

    `answers`: once all was decided; `afterwards`: of a new pod, which has lost the ledger.
    """

    first: int
    truth: Truth
    answers: Answers
    afterwards: Answers

    def slots(self, task: str) -> list[int]:
        """Return the slots of a task that the test is about, epoch times."""
        step = TASKS[task].get("intervalSeconds", MINUTE)
        return [slot for slot in _slots(self.first) if slot % step == 0]


def _slots(first: int) -> range:
    return range(first, first + SLOTS * MINUTE, MINUTE)


@pytest.fixture(scope="module")
def seen(cluster_image):
    namespace = Namespace(f"seen-{uuid.uuid4().hex[:6]}")
    try:
        with Watch("jobs") as jobs, Watch("pods") as pods:
            yield _happened(namespace, cluster_image, jobs, pods)
    finally:
        namespace.delete()


def _happened(namespace, image, jobs, pods):
    namespace.add_tasks()
    Release(namespace, "seen", image, VALUES).install()
    with forwarded(namespace, DEPLOYMENT):
        pass  # it is ready
    first = next_minute()
    last = _slots(first)[-1]
    _sleep_until(first + 15)
    _delete_running_job(namespace, "stopped")
    wait_until(lambda: _is_over(namespace, "removed"), "removed's Job over", timeout_seconds=90)
    namespace.kubectl("delete", "cronjob", "seen-rota-removed")
    removed_at = time.time()
    _sleep_until(_slots(first)[SLOTS // 2] - 5)
    away = _restart(namespace)
    refused_from = last - 20
    _sleep_until(refused_from)
    namespace.apply(QUOTA)
    _sleep_until(last + LATEST_START)
    with forwarded(namespace, DEPLOYMENT) as pages:
        # Nor does anything end while it is asked for in four ways, but for what runs on and on.
        wait_until(
            lambda: not pages.undecided(TASKS, first, last) and pages.running() <= {"stopped"},
            "all decided, and nothing left that ends soon",
            timeout_seconds=DECIDED_SECONDS,
        )
        answers = ask_everything(pages, TASKS, first, last)
    namespace.kubectl("delete", "pod", "--selector=app.kubernetes.io/component=console")
    with forwarded(namespace, DEPLOYMENT) as pages:
        wait_until(lambda: pages.slots("works", first, last), "written", timeout_seconds=30)
        time.sleep(3)
        afterwards = ask_everything(pages, TASKS, first, last, terminal=False)
    removed = {"removed": removed_at}
    truth = Truth(jobs, pods, namespace.name, TASKS, LATEST_START, away, removed, refused_from)
    return Seen(first, truth, answers, afterwards)


QUOTA = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "no-jobs"},
    "spec": {"hard": {"count/jobs.batch": "0"}},
}


def _sleep_until(at):
    time.sleep(max(0.0, at - time.time()))


def _delete_running_job(namespace, task):
    wait_until(
        lambda: bool(namespace.get("jobs", f"rota/task={task}")), "a Job", timeout_seconds=60
    )
    job = namespace.get("jobs", f"rota/task={task}")[-1]
    namespace.kubectl("delete", "job", job["metadata"]["name"], "--wait=false")


def _is_over(namespace, task):
    jobs = namespace.get("jobs", f"rota/task={task}")
    return bool(jobs) and all(each["status"].get("completionTime") for each in jobs)


def _restart(namespace):
    """End the console's process, as a failed probe does: its pod, and the ledger in it, stay."""
    [pod] = namespace.get("pods", "app.kubernetes.io/component=console")
    [before] = pod["status"]["containerStatuses"]
    away = time.time()
    end = "import os, signal; os.kill(1, signal.SIGTERM)"
    namespace.kubectl("exec", pod["metadata"]["name"], "--", "python", "-c", end)

    def is_back():
        [found] = namespace.get("pods", "app.kubernetes.io/component=console")
        [status] = found["status"]["containerStatuses"]
        return status["restartCount"] > before["restartCount"] and status["ready"]

    wait_until(is_back, "the console is back", timeout_seconds=60)
    return away, time.time()


# What is compared.


def differences(seen, answers, *, may_be_unknown=False):
    """Return the slots of which a console told what was not so."""
    wrong = {}
    for task in TASKS:
        for slot in seen.slots(task):
            states, reasons = seen.truth.of(task, slot)
            found = answers.slots[task].get(slot, {"state": "none", "reason": None})
            if may_be_unknown:
                states = states | {"none", "unobserved"}
            right = found["state"] in states
            if found["state"] == "skipped":
                right = right and found["reason"] in reasons
            if not right:
                wrong[task, moment(slot)] = (found["state"], found["reason"], states, reasons)
    return wrong


def test_every_kind_of_end_was_there(seen):
    found = [each for answered in seen.answers.slots.values() for each in answered.values()]
    states = {each["state"] for each in found}
    reasons = {each["reason"] for each in found if each["state"] == "skipped"}

    assert {"succeeded", "failed", "timed_out", "interrupted", "skipped"} <= states
    assert {"suspended", "overlap", "refused"} <= reasons


def test_the_json_api_has_every_slot_as_it_was(seen, figures):
    slots = sum(len(seen.slots(task)) for task in TASKS)
    figures["slots that the console told as they were, of 12 tasks"] = str(slots)

    assert differences(seen, seen.answers) == {}


def test_a_run_has_the_pods_that_there_were_as_its_attempts(seen):
    for task in TASKS:
        for slot, job in seen.truth.made(task).items():
            run = seen.answers.runs.get(job["metadata"]["uid"])
            if run is None or run["state"] in ("running", "lost"):
                continue
            codes = [each["exit_code"] for each in run["attempts"]]
            assert codes == exit_codes(seen.truth.pods_of(job)), (task, moment(slot))


def test_a_failure_tells_its_exit_code_and_reason(seen):
    for task, code, reason in (("raises", 1, "no such tenant"), ("rejected", 3, "does not want")):
        runs = [run for run in seen.answers.runs.values() if run["task"] == task]
        assert runs
        for run in runs:
            assert run["exit_code"] == code
            assert reason in run["reason"]


def test_pages_show_the_states_that_the_json_api_answers(seen):
    for (task, slot), page in seen.answers.pages.items():
        word = seen.answers.slots[task][slot]["state"].replace("_", " ")
        assert word in page.text, (task, moment(slot))
    assert all(task in seen.answers.overview.text for task in TASKS if task != "removed")


def test_the_terminal_says_what_the_json_api_answers(seen):
    code, status = seen.answers.status
    assert code == 1
    assert {each["name"]: each["state"] for each in status["items"]} == {
        each["name"]: each["state"] for each in seen.answers.tasks
    }
    for task, history in seen.answers.history.items():
        told = {int(epoch(each["slot"])): each["state"] for each in history["items"]}
        answered = {
            slot: each["state"]
            for slot, each in seen.answers.slots[task].items()
            if each["run"] is not None
        }
        assert answered.items() <= told.items(), task
    for (task, slot), why in seen.answers.why.items():
        assert why["state"] == seen.answers.slots[task][slot]["state"], (task, moment(slot))
        assert why["why"], (task, moment(slot))


def test_the_metrics_count_what_the_slots_say(seen):
    """The counters are those of a process: they begin with the restart."""
    answers = seen.answers
    for task in answers.tasks:
        name = task["name"]
        counted = answers.counted("rota_task_runs_total", "outcome", name)
        # A Job ends some seconds after its pod, of which a run has its time.
        least = ended_since(seen, name, seen.truth.away[1])
        most = ended_since(seen, name, seen.truth.away[0] - LATEST_START) + lost(seen, name)
        assert least <= counted <= most, name
        skipped = Counter(
            each["reason"] for each in answers.slots[name].values() if each["state"] == "skipped"
        )
        assert answers.counted("rota_task_slots_skipped_total", "reason", name) <= skipped, name
        for metric, value in (
            ("rota_task_consecutive_failures", task["consecutive_failures"]),
            ("rota_task_suspended", task["state"] == "suspended"),
            ("rota_task_running", len(task["running"])),
        ):
            # There is none of a task whose CronJob is gone.
            expected = None if task["state"] == "gone" else value
            assert answers.metrics[metric].get((("task", name),)) == expected, (metric, name)
    build = dict(next(iter(answers.metrics["rota_build_info"])))
    assert build["mode"] == "console"


def lost(seen, task):
    """Count the runs of a task that were gone when the console was back: of no known end."""
    runs = seen.answers.runs.values()
    return Counter(run["state"] for run in runs if (run["task"], run["state"]) == (task, "lost"))


def ended_since(seen, task, moment):
    """Count the runs of a task by how they ended, those that ended after a moment."""
    return Counter(
        run["state"]
        for run in seen.answers.runs.values()
        if run["task"] == task and run["ended_at"] and epoch(run["ended_at"]) > moment
    )


def test_a_new_pod_without_the_ledger_guesses_nothing_and_finds_what_is_still_there(seen):
    assert differences(seen, seen.afterwards, may_be_unknown=True) == {}
    # The chart has CronJobs keep the successes of ten minutes, and one failure.
    kept = [slot for slot in seen.truth.made("works") if slot >= seen.first][-10:]
    known = seen.afterwards.slots["works"]
    assert {known[slot]["state"] for slot in kept} == {"succeeded"}
    failed = max(seen.truth.made("raises"))
    assert seen.afterwards.slots["raises"][failed]["state"] == "failed"
