"""The console of a release on a real cluster, asked by page, terminal, JSON API and metrics."""

import contextlib
import json
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from support.cluster import Namespace, environment
from support.cluster_watch import epoch
from support.docker import wait_until
from support.helm import tool
from support.html import Page

_ASKED_SECONDS = 20


def moment(epoch: float) -> str:
    """Return an epoch time as pages and API write it."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class ConsolePages:
    """What a console answers at `url`."""

    url: str

    def api(self, path: str, **parameters: Any) -> Any:
        """Return what the JSON API answers below /api/v1."""
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        return json.loads(self._get(f"/api/v1{path}{query}"))

    def page(self, path: str) -> Page:
        """Return a page, which must be well-formed."""
        found = Page(self._get(path))
        assert found.problems == [], path
        return found

    def command(self, *arguments: str) -> tuple[int, Any]:
        """Return the exit code of a command of this checkout, and what it writes as JSON."""
        command = [sys.executable, "-m", "rota", *arguments, "--url", self.url, "--json"]
        end = subprocess.run(
            command, capture_output=True, text=True, timeout=_ASKED_SECONDS, check=False
        )
        assert end.stdout, f"{arguments}: exit code {end.returncode}: {end.stderr}"
        return end.returncode, json.loads(end.stdout)

    def metrics(self) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
        """Return every sample by its name and its sorted labels."""
        found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
        for family in text_string_to_metric_families(self._get("/metrics")):
            for sample in family.samples:
                labels = tuple(sorted(sample.labels.items()))
                found.setdefault(sample.name, {})[labels] = sample.value
        return found

    def is_ready(self) -> bool:
        """Whether it has listed what there is."""
        try:
            return bool(self._get("/readyz"))
        except (OSError, urllib.error.HTTPError):
            return False

    def slots(self, task: str, first: int, last: int) -> dict[int, dict[str, Any]]:
        """Return what the JSON API answers of each slot of a task; {} while it knows none."""
        try:
            answer = self.api(f"/tasks/{task}/slots", **{"from": moment(first), "to": moment(last)})
        except urllib.error.HTTPError as error:
            if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE):
                return {}
            raise
        return {int(epoch(each["at"])): each for each in answer["items"]}

    def undecided(self, tasks: Iterable[str], first: int, last: int) -> list[tuple[str, str]]:
        """Return the slots of which the console may still learn something."""
        return [
            (task, each["at"])
            for task in tasks
            for each in self.slots(task, first, last).values()
            if each["state"] in ("due", "upcoming")
        ]

    def running(self) -> set[str]:
        """Return the tasks of which a run goes on now."""
        return {each["name"] for each in self.api("/tasks")["items"] if each["running"]}

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=_ASKED_SECONDS) as answer:  # noqa: S310 (a loopback URL)
            return str(answer.read(), "utf-8")


@dataclass
class Answers:
    """All that a console told at one time, by the four ways to ask it."""

    tasks: list[dict[str, Any]]
    slots: dict[str, dict[int, dict[str, Any]]]
    runs: dict[str, dict[str, Any]]
    overview: Page
    pages: dict[tuple[str, int], Page]
    metrics: dict[str, dict[tuple[tuple[str, str], ...], float]]
    status: tuple[int, Any] = (0, None)
    history: dict[str, Any] = field(default_factory=dict)
    why: dict[tuple[str, int], Any] = field(default_factory=dict)

    def counted(self, metric: str, by: str, task: str) -> Counter[str]:
        """Return what a counter of a task has counted, by a label."""
        found = {dict(labels)[by]: value for labels, value in self._of(metric, task)}
        return Counter({name: int(value) for name, value in found.items()})

    def _of(self, metric: str, task: str) -> Iterator[tuple[tuple[tuple[str, str], ...], float]]:
        for labels, value in self.metrics[metric].items():
            if dict(labels)["task"] == task:
                yield labels, value


def ask_everything(
    pages: ConsolePages, tasks: Iterable[str], first: int, last: int, *, terminal: bool = True
) -> Answers:
    """Ask of every task and slot; the terminal of two slots of each task."""
    slots = {task: pages.slots(task, first, last) for task in tasks}
    each_slot = [(task, slot) for task, answered in slots.items() for slot in answered]
    runs = pages.api("/runs", limit=500)["items"]
    found = Answers(
        pages.api("/tasks")["items"],
        slots,
        {run["run_id"]: pages.api(f"/runs/{run['run_id']}") for run in runs},
        pages.page("/"),
        {
            (task, slot): pages.page(f"/tasks/{task}/slots/{moment(slot)}")
            for task, slot in each_slot
        },
        pages.metrics(),
    )
    if terminal:
        found.status = pages.command("status")
        for task, answered in slots.items():
            found.history[task] = pages.command("history", task)[1]
            for slot in list(answered)[-2:]:
                found.why[task, slot] = pages.command("why", task, moment(slot))[1]
    return found


@contextlib.contextmanager
def forwarded(namespace: Namespace, deployment: str, port: int = 8081) -> Iterator[ConsolePages]:
    """Have `kubectl port-forward` lead to the pages, which are served inside of the pod."""
    namespace.wait_for_rollout(deployment)
    with contextlib.ExitStack() as stack:
        forwards: list[str] = []

        def is_forwarded() -> bool:
            """Try: right after a deletion a Deployment may still count the pod that is gone."""
            process, told = _port_forward(namespace, f"deployment/{deployment}", port)
            stack.callback(_end, process)
            forwards.extend(re.findall(r"127\.0\.0\.1:(\d+)", told))
            return bool(forwards)

        wait_until(is_forwarded, f"kubectl port-forward to {deployment}", timeout_seconds=60)
        pages = ConsolePages(f"http://127.0.0.1:{forwards[0]}")
        wait_until(pages.is_ready, "the console is ready", timeout_seconds=60)
        yield pages


def _port_forward(
    namespace: Namespace, target: str, port: int
) -> tuple[subprocess.Popen[str], str]:
    """Return a port-forward and the first line that it writes."""
    process = subprocess.Popen(
        [tool("kubectl"), f"--namespace={namespace.name}", "port-forward", target, f":{port}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    return process, process.stdout.readline()


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
