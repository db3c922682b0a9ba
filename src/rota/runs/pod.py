"""The run of a Job's pod: its slot and its shard."""

import math
import re
from datetime import datetime

from rota.model.clock import Clock, instant
from rota.model.errors import SettingsError
from rota.model.run import Run, RunRecord, Trigger
from rota.runs.runner import new_run
from rota.settings import Settings
from rota.tasks.definition import (
    TaskDefinition,
    active_deadline_seconds,
    retry_wait_seconds,
)

# How far apart the clocks of two machines of a cluster may be.
CLOCK_SKEW_SECONDS = 300
_SECONDS_PER_MINUTE = 60
# terminationGracePeriodSeconds beyond the grace.
KUBERNETES_EXTRA_SECONDS = 5


def run_of_pod(task: TaskDefinition, settings: Settings, clock: Clock) -> Run:
    """Return this process's run: scheduled if the Job's name contains a slot, else manual."""
    shard_index, shard_count = _shard_of_pod(task, settings.completion_index)
    slot = slot_of_job(
        settings.job_name,
        settings.cronjob_name,
        now=clock.timestamp(),
        longest_age_seconds=_longest_job_age_seconds(task, settings),
    )
    return new_run(
        task,
        Trigger.SCHEDULE if slot else Trigger.MANUAL,
        slot,
        clock=clock,
        identity=settings.job_uid or None,
        shard_index=shard_index,
        shard_count=shard_count,
        attempt=settings.job_attempt,
    )


def wait_before_retry_seconds(task: TaskDefinition, record: RunRecord, now: float) -> float:
    """Return how long a Job's pod stays after its run, so that the next one is not too early.

    A Job knows only its own waits, which begin when the pod ends: the task's `TryAgain(after=…)` is
    kept by ending later, at most until the run's deadline, up to which the Job waits for it anyway.
    A pod that is known to be the last does not stay. `now` is an epoch time.
    """
    attempt = record.run.attempt or 0
    if record.retry_after_seconds is None or attempt >= task.backoff_limit:
        return 0.0
    wait_seconds = record.retry_after_seconds - retry_wait_seconds(attempt)
    return max(0.0, min(wait_seconds, record.run.deadline.timestamp() - now))


def _shard_of_pod(task: TaskDefinition, completion_index: int | None) -> tuple[int, int]:
    if completion_index is None or task.shards == 1:
        # This is the only pod: a run by hand does all of the work.
        return 0, 1
    if completion_index >= task.shards:
        raise SettingsError(
            f"JOB_COMPLETION_INDEX: {completion_index} is not a shard of task {task.name!r}, which "
            f"has {task.shards}, counted from 0; set the Job's completions to {task.shards}"
        )
    return completion_index, task.shards


def _longest_job_age_seconds(task: TaskDefinition, settings: Settings) -> float:
    """Return how long after its slot a pod of the task's CronJob can still be running."""
    # An `@every` has no startingDeadlineSeconds: its newest tick is younger than the interval.
    window_seconds = max(task.latest_start_seconds, task.interval_seconds or 0)
    return window_seconds + active_deadline_seconds(
        timeout_seconds=task.timeout_seconds,
        backoff_limit=task.backoff_limit,
        termination_grace_seconds=math.ceil(settings.grace_seconds) + KUBERNETES_EXTRA_SECONDS,
    )


def slot_of_job(
    job_name: str, cronjob_name: str, *, now: float, longest_age_seconds: float
) -> datetime | None:
    """Return the slot in a scheduled Job's name, or None for a Job made by hand.

    The controller names a Job `<cronjob>-<minutes since the epoch>` (eight digits until 2160:
    kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go, getJobName). Any other name was
    chosen by a user. So was one whose minute cannot belong to a Job that is running at `now`, an
    epoch time: a minute in the future, or one longer ago than `longest_age_seconds`, such as every
    date of the form 20261125.
    """
    if not job_name or not cronjob_name:
        return None
    match = re.fullmatch(re.escape(cronjob_name) + r"-([0-9]{8})", job_name)
    if match is None:
        return None
    slot = int(match[1]) * _SECONDS_PER_MINUTE
    earliest = now - longest_age_seconds - CLOCK_SKEW_SECONDS
    return instant(slot) if earliest <= slot <= now + CLOCK_SKEW_SECONDS else None
