"""What was seen of pods and Jobs in a cluster, those included that are gone since."""

import json
import subprocess
import threading
import time
from datetime import datetime
from typing import Any, Self

from support.cluster import environment
from support.helm import tool

# Only the CronJob controller writes it.
SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"


class Watch:
    """Every object of a kind in the cluster, as last seen; entered, it follows the changes."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._seen: dict[str, dict[str, Any]] = {}
        self._deleted: dict[str, float] = {}

    def __enter__(self) -> Self:
        command = ("get", self._kind, "--all-namespaces", "--watch", "--output-watch-events")
        self._process = subprocess.Popen(
            [tool("kubectl"), *command, "--output=json"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()  # type: ignore[union-attr]

    def _read(self) -> None:
        for line in self._process.stdout or ():
            event = json.loads(line)
            found = event["object"]
            self._seen[found["metadata"]["uid"]] = found
            if event["type"] == "DELETED":
                self._deleted[found["metadata"]["uid"]] = time.time()

    def of(self, namespace: str, **labels: str) -> list[dict[str, Any]]:
        """Return what was seen in a namespace with these labels (`_` for `/`), oldest first."""
        assert self._process.poll() is None, f"the watch of {self._kind} has ended"
        wanted = {key.replace("_", "/"): value for key, value in labels.items()}
        found = [
            each
            for each in list(self._seen.values())
            if each["metadata"]["namespace"] == namespace
            and wanted.items() <= each["metadata"].get("labels", {}).items()
        ]
        return sorted(found, key=lambda each: each["metadata"]["creationTimestamp"])

    def deleted_at(self, found: dict[str, Any]) -> float | None:
        """Return when an object was seen to go; None while it is there."""
        return self._deleted.get(found["metadata"]["uid"])

    def of_job(self, namespace: str, job: str) -> list[dict[str, Any]]:
        """Return the pods of a Job."""
        return [
            each
            for each in self.of(namespace)
            if each["metadata"].get("labels", {}).get("batch.kubernetes.io/job-name") == job
        ]


def rota_state(pod: dict[str, Any]) -> dict[str, Any]:
    """Return the state of rota's container: `{"terminated": {…}}` and the like; {} before any."""
    for status in pod["status"].get("containerStatuses", ()):
        if status["name"] == "rota":
            state: dict[str, Any] = status["state"]
            return state
    return {}


def ended(pod: dict[str, Any]) -> dict[str, Any]:
    """Return how rota's container ended: exitCode, message, startedAt, finishedAt; {} before."""
    end: dict[str, Any] = rota_state(pod).get("terminated", {})
    return end


def exit_codes(pods: list[dict[str, Any]]) -> list[int | None]:
    """Return the exit codes; None for what has not ended."""
    return [ended(pod).get("exitCode") for pod in pods]


def message(pod: dict[str, Any]) -> dict[str, Any]:
    """Return the termination message of rota's container."""
    facts: dict[str, Any] = json.loads(ended(pod)["message"])
    return facts


def epoch(moment: str) -> float:
    """Return an RFC 3339 instant in seconds since the epoch."""
    return datetime.fromisoformat(moment).timestamp()


def scheduled_at(job: dict[str, Any]) -> int:
    """Return the second that the controller made a Job for, since the epoch."""
    return int(epoch(job["metadata"]["annotations"][SCHEDULED_AT]))


def conditions(job: dict[str, Any]) -> dict[str, str]:
    """Return the reasons of a Job's true conditions: `{"Failed": "BackoffLimitExceeded"}`."""
    return {
        each["type"]: each.get("reason", "")
        for each in job["status"].get("conditions", ())
        if each["status"] == "True"
    }
