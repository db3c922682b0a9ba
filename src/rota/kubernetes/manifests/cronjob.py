"""A task as a CronJob, and as the plain Job that runs it once after an installation."""

import hashlib
import json
from typing import Any

from rota.kubernetes.manifests.config_map import settings_of
from rota.kubernetes.manifests.history import KEPT_JOBS
from rota.kubernetes.manifests.installation import (
    FORMERLY_ANNOTATION,
    TASK_LABEL,
    Installation,
)
from rota.kubernetes.manifests.naming import cronjob_name, start_job_name
from rota.kubernetes.manifests.pod import field_variable, pod_template, resources
from rota.kubernetes.manifests.pod_failure_policy import pod_failure_policy
from rota.model.errors import ScheduleError
from rota.model.task_fields import CatchUp
from rota.tasks.definition import TaskDefinition, active_deadline_seconds

START_JOB_LABEL = {"rota/run-on-start": "true"}
"""Selects start Jobs: the Jobs of a CronJob have all their other labels."""
TASK_COMPONENT = "task"

_SPEC_HASH_CHARACTERS = 10


def cronjob(task: TaskDefinition, installation: Installation) -> dict[str, Any]:
    """Return the CronJob of a task. Raises ScheduleError for what a CronJob cannot do."""
    schedule = task.cronjob_schedule()
    spec: dict[str, Any] = {
        "schedule": schedule.text,
        "timeZone": schedule.timezone,
        "concurrencyPolicy": task.overlap.value.capitalize(),
        "successfulJobsHistoryLimit": KEPT_JOBS,
        "failedJobsHistoryLimit": KEPT_JOBS,
        "jobTemplate": {
            "metadata": {"labels": _pod_labels(task, installation)},
            "spec": _job_spec(task, installation),
        },
    }
    if task.suspend:
        # Not if it is false: that would resume what somebody suspended by hand.
        spec["suspend"] = True
    if schedule.exact:
        spec["startingDeadlineSeconds"] = task.latest_start_seconds
    check_catch_up(task, exact=schedule.exact)
    metadata: dict[str, Any] = {
        "name": cronjob_name(installation.release, task.name),
        "labels": _labels(task, installation),
    }
    if task.formerly:
        metadata["annotations"] = formerly_annotation(task)
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec}


def start_job(task: TaskDefinition, installation: Installation) -> dict[str, Any]:
    """Return the Job that runs a task with `run_on_start`.

    A Job cannot be changed, so a hash of its spec, the settings included, is part of its name.
    """
    spec = _job_spec(task, installation)
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": start_job_name(installation.release, task.name, digest[:_SPEC_HASH_CHARACTERS]),
            "labels": {**_labels(task, installation), **START_JOB_LABEL},
        },
        "spec": spec,
    }


def formerly_annotation(task: TaskDefinition) -> dict[str, str]:
    """Return what tells a console the former names of a task that has some."""
    return {FORMERLY_ANNOTATION: ",".join(task.formerly)}


def check_catch_up(task: TaskDefinition, *, exact: bool) -> None:
    """Raise ScheduleError for a `catch_up` that a CronJob with such a schedule cannot do."""
    if task.catch_up is CatchUp.ALL:
        raise ScheduleError(
            f"task {task.name!r}: catch_up=all is refused in a CronJob: Kubernetes starts only "
            "the newest missed slot. Use catch_up=latest, or scheduler mode"
        )
    if not exact and task.explicit_deadline:
        raise ScheduleError(
            f"task {task.name!r}: {task.explicit_deadline} is refused in a CronJob for an interval "
            f"of {task.interval_seconds} s: it becomes @every, which Kubernetes may never start if "
            "there is a deadline. Leave it out, use an interval that five-field cron can express, "
            "or use scheduler mode"
        )


def _labels(task: TaskDefinition, installation: Installation) -> dict[str, str]:
    return {**installation.labels(TASK_COMPONENT), TASK_LABEL: task.name}


def _pod_labels(task: TaskDefinition, installation: Installation) -> dict[str, str]:
    return {**installation.selector_labels(TASK_COMPONENT), TASK_LABEL: task.name}


def _job_spec(task: TaskDefinition, installation: Installation) -> dict[str, Any]:
    sharded = task.shards > 1
    spec: dict[str, Any] = {
        "activeDeadlineSeconds": active_deadline_seconds(
            timeout_seconds=task.timeout_seconds,
            backoff_limit=task.backoff_limit,
            termination_grace_seconds=installation.termination_grace_seconds,
        ),
        "podFailurePolicy": pod_failure_policy(sharded=sharded),
        "template": pod_template(
            installation,
            metadata={"labels": _pod_labels(task, installation)},
            container={
                "args": ["run", task.name],
                "env": _env(task, installation),
                "resources": resources(memory_request="64Mi", ephemeral_storage_limit="64Mi"),
            },
            restart_policy="Never",
        ),
    }
    if not sharded:
        return {**spec, "backoffLimit": task.backoff_limit}
    return {
        **spec,
        "completionMode": "Indexed",
        "completions": task.shards,
        "parallelism": task.shards,
        "backoffLimitPerIndex": task.backoff_limit,
    }


def _env(task: TaskDefinition, installation: Installation) -> list[dict[str, Any]]:
    # The same names for every task, so that a failed upgrade cannot leave one behind. The slot is
    # in the Job's name, the only place of it that a pod can read.
    failures = "metadata.annotations['batch.kubernetes.io/job-index-failure-count']"
    return [
        {"name": "ROTA_SETTINGS", "value": settings_of([task], installation)},
        {"name": "ROTA_CRONJOB_NAME", "value": cronjob_name(installation.release, task.name)},
        field_variable("ROTA_JOB_NAME", "metadata.labels['batch.kubernetes.io/job-name']"),
        field_variable("ROTA_JOB_UID", "metadata.labels['batch.kubernetes.io/controller-uid']"),
        field_variable("ROTA_JOB_ATTEMPT", failures),
    ]
