"""Follows a Job to its end: the log of each of its pods, and how it ended."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol

from rota.kubernetes.api_errors import ApiServerRefusedError, ApiServerUnreachableError
from rota.kubernetes.manifests.pod_failure_policy import CONTAINER_NAME
from rota.kubernetes.resources import JOBS, PODS
from rota.kubernetes.watching.fields import Fields, metadata, name_of, part, uid
from rota.kubernetes.watching.jobs import Gone, ended_at, run_of
from rota.kubernetes.watching.pods import attempt_of
from rota.ledger.records import RecordedRun
from rota.model.clock import Clock

POLL_SECONDS = 1.0
_SILENCE_SECONDS = 30.0
# An API server that is restarted is back within these; then there is nobody to ask.
_MOST_FAILURES = 60
# Quota, admission or a suspended Job: all of them are in its events.
_POLLS_WITHOUT_POD = 15
_NOT_FOUND = 404
_INDEX_ANNOTATION = "batch.kubernetes.io/job-completion-index"
JOB_NAME_LABEL = "batch.kubernetes.io/job-name"

Say = Callable[[str], None]


class Reads(Protocol):
    """The part of a connection that this needs."""

    async def get(self, path: str, parameters: dict[str, str | int]) -> dict[str, Any]:
        """Return the object at `path`. Raises ApiServerError."""
        ...

    def lines(
        self, path: str, parameters: dict[str, str | int], *, silence_seconds: float
    ) -> AsyncIterator[str]:
        """Yield the lines of a text that grows. Raises ApiServerError."""
        ...


class JobFollower:
    """Follows `job`: `write` gets each line of its pods' logs, `tell` what holds it up."""

    def __init__(
        self,
        connection: Reads,
        job: Fields,
        *,
        write: Say,
        tell: Say,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connection = connection
        self._job = job
        self._namespace = str(metadata(job).get("namespace"))
        self._name = name_of(job)
        self._write = write
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self._pods: dict[str, Fields] = {}
        self._told: set[str] = set()

    async def follow(self) -> RecordedRun:
        """Return the run once the Job has finished, or is gone. Raises ApiServerError."""
        logs: dict[str, asyncio.Task[None]] = {}
        try:
            gone = await self._until_ended(logs)
            await asyncio.gather(*logs.values())
        finally:
            for each in logs.values():
                each.cancel()
        pods = [*self._pods.values()]
        return run_of(self._job, pods, gone=gone, gone_at=self._clock.timestamp())

    async def _until_ended(self, logs: dict[str, asyncio.Task[None]]) -> Gone | None:
        """Add to `logs` what follows each pod's, until the Job has ended or is gone."""
        for polls in itertools.count(1):
            is_there = await self._patiently(self._read)
            for name, pod in self._pods.items():
                if name not in logs and attempt_of(pod).started_at is not None:
                    logs[name] = asyncio.create_task(self._follow_log(name))
            if not is_there:
                return Gone.DELETED
            if ended_at(self._job) is not None:
                break
            self._tell_of_trouble(polls)
            await self._sleep(POLL_SECONDS)
        return None

    async def _read(self) -> bool:
        """Take the Job and its pods as they are now; return whether the Job is still there."""
        try:
            job = await self._connection.get(f"{JOBS.path(self._namespace)}/{self._name}", {})
        except ApiServerRefusedError as error:
            if error.status != _NOT_FOUND:
                raise
            return False
        if uid(job) != uid(self._job):
            return False
        answer = await self._connection.get(
            PODS.path(self._namespace), {"labelSelector": f"{JOB_NAME_LABEL}={self._name}"}
        )
        # What is gone stays as it was last seen.
        self._pods |= {name_of(pod): pod for pod in answer.get("items") or []}
        self._job = job
        return True

    async def _patiently(self, ask: Callable[[], Awaitable[bool]]) -> bool:
        for failures in range(_MOST_FAILURES + 1):
            try:
                return await ask()
            except ApiServerUnreachableError as error:
                if failures == _MOST_FAILURES:
                    raise
                self._tell_once(f"{error}; trying again")
            await self._sleep(POLL_SECONDS)
        raise AssertionError("unreachable")

    def _tell_of_trouble(self, polls: int) -> None:
        if not self._pods and polls == _POLLS_WITHOUT_POD:
            suspended = part(self._job, "spec").get("suspend")
            why = "the Job is suspended" if suspended else "its events say why"
            self._tell_once(
                f"there is no pod yet: {why} "
                f"(kubectl --namespace {self._namespace} describe job {self._name})"
            )
        for pod in self._pods.values():
            attempt = attempt_of(pod)
            if attempt.reason:
                self._tell_once(f"pod {attempt.pod}: {attempt.reason}")

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)

    async def _follow_log(self, pod: str) -> None:
        """Write a pod's log until its container has ended; each line once, also after a break."""
        prefix = _prefix(self._pods[pod])
        newest = ""
        while True:
            is_over = attempt_of(self._pods[pod]).ended_at is not None
            try:
                async for line in self._lines(pod, newest):
                    stamp, _, text = line.partition(" ")
                    if stamp > newest:
                        newest = stamp
                        self._write(prefix + text)
                if is_over:
                    return
            except ApiServerUnreachableError:
                # Or silent for long. The next question begins where this one ended.
                pass
            except ApiServerRefusedError as error:
                self._tell_once(f"the log of pod {pod} cannot be read: {error}")
                return
            await self._sleep(POLL_SECONDS)

    def _lines(self, pod: str, since: str) -> AsyncIterator[str]:
        path = f"{PODS.path(self._namespace)}/{pod}/log"
        return self._connection.lines(
            path, log_parameters(follow=True, since=since), silence_seconds=_SILENCE_SECONDS
        )


def log_parameters(*, follow: bool, since: str = "") -> dict[str, str | int]:
    """Return what to ask a pod's log for: lines with their instants, from `since` on."""
    parameters: dict[str, str | int] = {"container": CONTAINER_NAME, "timestamps": "true"}
    if follow:
        parameters["follow"] = "true"
    if since:
        parameters["sinceTime"] = since
    return parameters


def _prefix(pod: Fields) -> str:
    """Return what tells the pods of an Indexed Job apart, whose logs come at the same time."""
    annotations: Mapping[str, Any] = part(metadata(pod), "annotations")
    index = annotations.get(_INDEX_ANNOTATION)
    return "" if index is None else f"[{index}] "
