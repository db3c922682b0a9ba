"""Finds the Job of a run, and reads the logs of its pods."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from rota.kubernetes.job_follower import JOB_NAME_LABEL, Reads, log_parameters
from rota.kubernetes.listing import each_page
from rota.kubernetes.manifests.installation import TASK_LABEL
from rota.kubernetes.resources import JOBS, PODS, Resource
from rota.kubernetes.watching.fields import created_at, metadata, name_of, owner, uid
from rota.kubernetes.watching.pods import attempt_of

# Longer than the API server needs for a log of the past; the kubelet sends it in one go.
_SILENCE_SECONDS = 30.0


async def find_job(connection: Reads, run: str, *, namespace: str) -> dict[str, Any] | None:
    """Return the Job that `run` names: by its name or uid, or by a pod's name or run id.

    A uid is a run's id in a console, the run id of a pod is that of its log lines. None where there
    is none (any more). Raises ApiServerError.
    """
    jobs = [each async for each in _labelled(connection, JOBS, namespace)]
    for job in jobs:
        if run in (name_of(job), uid(job)):
            return job
    async for pod in _labelled(connection, PODS, namespace):
        if run in (name_of(pod), attempt_of(pod).message.get("run_id")):
            of = owner(pod, "Job").get("uid")
            return next((job for job in jobs if uid(job) == of), None)
    return None


async def _labelled(
    connection: Reads, resource: Resource, namespace: str
) -> AsyncIterator[dict[str, Any]]:
    """Yield the objects of all tasks."""
    selectors: dict[str, str | int] = {"labelSelector": TASK_LABEL}
    async for page in each_page(connection, resource, namespace, selectors=selectors):
        for found in page.items:
            yield found


async def pods_of(connection: Reads, job: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """Return the pods of a Job that are still there, in the order of their making."""
    namespace = str(metadata(job)["namespace"])
    answer = await connection.get(
        PODS.path(namespace), {"labelSelector": f"{JOB_NAME_LABEL}={name_of(job)}"}
    )
    pods: list[dict[str, Any]] = answer.get("items") or []
    return sorted(pods, key=lambda pod: (created_at(pod), name_of(pod)))


async def log_of(
    connection: Reads, pod: dict[str, Any], *, tail: int | None = None
) -> AsyncIterator[str]:
    """Yield the lines of a pod's log up to now, the last `tail` of them. Raises ApiServerError."""
    path = f"{PODS.path(str(metadata(pod)['namespace']))}/{name_of(pod)}/log"
    parameters = log_parameters(follow=False)
    if tail is not None:
        parameters["tailLines"] = tail
    async for line in connection.lines(path, parameters, silence_seconds=_SILENCE_SECONDS):
        yield line.partition(" ")[2]
