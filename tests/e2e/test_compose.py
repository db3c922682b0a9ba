"""docker-compose.yml as it is, under a project name and a port of this test's own."""

import json
import os
import time
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from support import prometheus
from support.docker import ROOT, Container, run, wait_until

pytestmark = pytest.mark.e2e

NOTIFICATIONS_SECONDS = 10
GRACE_SECONDS = 25
UP_SECONDS = 600


class Stack:
    def __init__(self, compose: tuple[str, ...]) -> None:
        self._command = (
            *compose,
            f"--project-name=rotae2e{uuid.uuid4().hex[:8]}",
            f"--file={ROOT / 'docker-compose.yml'}",
        )
        self._env = {
            **os.environ,
            "BUSINESS_API_PORT": "0",
            "ROTA_CONSOLE_PORT": "0",
            "PROMETHEUS_PORT": "0",
        }

    def __call__(self, *arguments: str, timeout_seconds: float = 120) -> str:
        return run(*self._command, *arguments, timeout_seconds=timeout_seconds, env=self._env)

    def container(self, service: str) -> Container:
        return Container(self("ps", "--quiet", service).strip())

    @property
    def worker(self) -> Container:
        return self.container("rota-worker")

    def api(self, path: str) -> Any:
        address = self("port", "business-api", "8000").strip()
        with urllib.request.urlopen(f"http://{address}{path}", timeout=10) as answer:
            return json.load(answer)

    def console(self, path: str) -> str:
        address = self("port", "rota-worker", "8081").strip()
        assert address.startswith("127.0.0.1:")
        with urllib.request.urlopen(f"http://{address}/{path}", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def calls(self, path: str) -> list[dict[str, Any]]:
        """Return the requests for `path` that the API has seen, in order."""
        return [call for call in self.api("/demo/calls")["calls"] if call["path"] == path]

    def slots(self, task: str) -> list[int]:
        """Return the slots that runs of `task` were started for, as epoch times, in order."""
        runs = self.worker.events("run.started")
        return [
            int(seconds(each["slot"])) for each in runs if each["task"] == task and each["slot"]
        ]

    def wait_for_slots(self, task: str, number: int, *, timeout_seconds: float) -> list[int]:
        """Wait until `number` more slots have been run and seen; return all of them."""
        wanted = len(self.slots(task)) + number
        wait_until(
            lambda: len(self.slots(task)) >= wanted,
            f"{wanted} slots of {task}",
            timeout_seconds=timeout_seconds,
        )
        return self.slots(task)

    def wait_until_healthy(self) -> None:
        for service in ("business-api", "rota-worker"):
            container = self.container(service)
            wait_until(
                lambda container=container: container.health == "healthy",
                f"{service} healthy",
                timeout_seconds=60,
            )


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def grid(first: int, last: int) -> list[int]:
    return list(range(first, last + 1, NOTIFICATIONS_SECONDS))


@pytest.fixture(scope="module")
def stack(compose) -> Iterator[Stack]:
    stack = Stack(compose)
    try:
        stack("up", "--build", "--detach", timeout_seconds=UP_SECONDS)
        yield stack
    finally:
        stack("--profile", "metrics", "down", "--volumes", "--remove-orphans")


def test_both_services_become_healthy_and_stay_up(stack):
    stack.wait_until_healthy()
    wait_until(lambda: len(stack.slots("notifications")) > 0, "a slot", timeout_seconds=30)
    restarts = [
        run("docker", "inspect", "--format={{.RestartCount}}", stack.container(service).name)
        for service in ("business-api", "rota-worker")
    ]
    assert [int(each) for each in restarts] == [0, 0]


def test_the_api_sees_each_run_at_its_slot(stack):
    slots = stack.wait_for_slots("notifications", 3, timeout_seconds=60)
    runs = {
        each["run_id"]: each["slot"] and seconds(each["slot"])
        for each in stack.worker.events("run.started")
        if each["task"] == "notifications"
    }

    def polls() -> dict[str, list[float]]:
        """Return when each of these runs, which names itself, has asked what is pending."""
        found: dict[str, list[float]] = {run_id: [] for run_id in runs}
        for call in stack.calls("/api/v1/notifications"):
            run_id = call["user_agent"].rpartition("run=")[2].rstrip(")")
            if run_id in runs and call["query"] == "status=pending":
                found[run_id].append(seconds(call["time"]))
        return found

    wait_until(lambda: all(polls().values()), "a request of each run", timeout_seconds=30)
    assert slots == grid(slots[0], slots[-1])
    assert slots[0] % NOTIFICATIONS_SECONDS == 0
    for run_id, moments in polls().items():
        assert len(moments) == 1
        assert moments[0] >= (runs[run_id] or 0)
    # notifications also runs when the scheduler starts, besides its slots.
    assert list(runs.values()).count(None) == 1


def test_the_console_shows_the_slots_that_ran_on_this_machine_alone(stack):
    slots = stack.wait_for_slots("notifications", 2, timeout_seconds=60)
    asked = "api/v1/runs?task=notifications&trigger=schedule&trigger=catch_up&limit=500"

    def shown() -> list[int]:
        runs = json.loads(stack.console(asked))["items"]
        return sorted(int(seconds(run["slot"])) for run in runs if run["state"] == "succeeded")

    wait_until(lambda: set(slots) <= set(shown()), "the slots on the console", timeout_seconds=30)
    assert shown() == grid(shown()[0], shown()[-1])
    page = stack.console("")
    assert "notifications" in page
    assert "cleanup" in page


def test_with_the_profile_metrics_a_prometheus_scrapes_the_worker_and_knows_the_alerts(stack):
    stack("--profile", "metrics", "up", "--detach", "--build", "prometheus", timeout_seconds=600)
    address = stack("port", "prometheus", "9090").strip()
    assert address.startswith("127.0.0.1:")
    server = prometheus.ready(f"http://{address}")
    runs = 'rota_task_runs_total{task="notifications",outcome="succeeded"}'
    first = server.wait_for(runs)
    server.wait_for(f"{runs} > {first:.0f}")
    overdue = server.query("time() - (rota_task_success_due_timestamp_seconds > 0)")
    requests = server.value('sum(rota_http_requests_total{status_class="2xx"})')

    assert [target["lastError"] for target in server.targets()] == [""]
    assert {dict(labels)["task"] for labels in overdue} == {"cleanup", "notifications"}
    assert max(overdue.values()) < 0
    assert requests > 0
    rules = {rule["name"]: (rule["health"], rule["state"]) for rule in server.rules()}
    assert set(rules.values()) == {("ok", "inactive")}
    assert {"RotaTaskOverdue", "RotaSchedulerDown"} <= set(rules)
    assert "RotaConsoleDown" not in rules


def test_a_one_shot_run_beside_the_scheduler_does_its_work_and_ends_with_0(stack):
    before = stack.api("/demo/summary")["cleanups"]
    # -T: a test has no terminal. A command that ends with another code than 0 raises.
    output = stack("run", "--rm", "-T", "rota-worker", "run", "cleanup")
    assert '"trigger": "manual"' in output
    assert stack.api("/demo/summary")["cleanups"] > before
    assert stack.worker.health == "healthy"


def caught_up(stack):
    """Return the slots of `notifications` that were made up for so far."""
    return [
        each["slot"]
        for each in stack.worker.events("run.started")
        if each["task"] == "notifications" and each["trigger"] == "catch_up"
    ]


@pytest.mark.parametrize("how", ["restart", "down for two slots"])
def test_no_slot_is_lost_or_repeated_over(stack, how):
    seen = stack.wait_for_slots("notifications", 1, timeout_seconds=30)
    caught_up_before = caught_up(stack)
    if how == "restart":
        stack("restart", "rota-worker")
    else:
        stack("stop", "rota-worker")
        time.sleep(2 * NOTIFICATIONS_SECONDS + 1)
        stack("start", "rota-worker")
    slots = stack.wait_for_slots("notifications", 2, timeout_seconds=60)
    skipped = [
        slot
        for each in stack.worker.events("run.skipped")
        if each["task"] == "notifications"
        for slot in grid(int(seconds(each["first_slot"])), int(seconds(each["last_slot"])))
    ]
    assert sorted(slots + skipped) == grid(slots[0], slots[-1])
    assert slots[: len(seen)] == seen
    if how != "restart":
        assert len(caught_up(stack)) == len(caught_up_before) + 1
    keys = [call["idempotency_key"] for call in stack.calls("/api/v1/admin/cleanup")]
    assert len(set(keys)) == len(keys)
    assert stack.api("/demo/summary")["sent_twice"] == []


def test_stopping_takes_less_than_the_grace_and_ends_with_0(stack, capsys):
    containers = [stack.container(service) for service in ("business-api", "rota-worker")]
    asked = time.monotonic()
    stack("stop")
    taken = time.monotonic() - asked
    with capsys.disabled():
        print(f"\nboth services stopped in {taken:.1f} s")  # noqa: T201 (a figure for people)
    assert [container.state["ExitCode"] for container in containers] == [0, 0]
    assert taken < GRACE_SECONDS
