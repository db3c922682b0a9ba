"""What a Job and its pods tell of a run. No I/O."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rota.kubernetes.manifests.cronjob import START_JOB_LABEL
from rota.kubernetes.manifests.installation import TASK_LABEL
from rota.kubernetes.manifests.manual_job import INSTANTIATE, SLOT_ANNOTATION
from rota.kubernetes.watching.fields import (
    Fields,
    created_at,
    epoch,
    metadata,
    name_of,
    owner,
    part,
    sentence,
    true_condition,
    uid,
)
from rota.kubernetes.watching.pods import attempt_of
from rota.ledger.attempts import Attempt, merged
from rota.ledger.records import RecordedRun
from rota.model.exit_codes import ExitCode
from rota.model.run import Trigger
from rota.model.slot import SlotState

SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"
_SECONDS_PER_MINUTE = 60
# pkg/controller/job/pod_failure_policy.go: the exit code outlives the pod in the Job's own words.
_POLICY_EXIT_CODE = re.compile(r"Container \S+ for pod \S+ failed with exit code (\d+) matching")
_DEADLINE = "DeadlineExceeded"
_STATES = {
    ExitCode.TIMED_OUT: SlotState.TIMED_OUT,
    ExitCode.INTERRUPTED_SIGINT: SlotState.INTERRUPTED,
    ExitCode.INTERRUPTED_SIGTERM: SlotState.INTERRUPTED,
}


class Gone(Enum):
    """How a Job that had not finished went away."""

    DELETED = "the Job was deleted before it had finished"
    UNSEEN = "the Job was gone when the cluster could be seen again, however it ended"


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """What never changes of a Job. Times are epoch times; `slot` is None for a run without one.

    `cronjob` is the uid of the CronJob that controls it, empty for a Job of its own.
    """

    uid: str
    name: str
    task: str
    cronjob: str
    slot: int | None
    trigger: Trigger
    created_at: float


def identity_of(job: Fields) -> JobIdentity | None:
    """Return a Job's identity; None where it is not of a task of rota's."""
    labels = part(metadata(job), "labels")
    task = labels.get(TASK_LABEL)
    if not task or not uid(job):
        return None
    slot = _slot(job)
    (start_label,) = START_JOB_LABEL
    by_hand = Trigger.START if start_label in labels else Trigger.MANUAL
    scheduled = slot is not None and not _is_manual(job)
    return JobIdentity(
        uid=uid(job),
        name=name_of(job),
        task=str(task),
        cronjob=str(owner(job, "CronJob").get("uid", "")),
        slot=slot,
        trigger=Trigger.SCHEDULE if scheduled else by_hand,
        created_at=created_at(job),
    )


def _slot(job: Fields) -> int | None:
    """Return what the controller says that it made the Job for, or its name, which says minutes.

    Of a Job made by hand, what `rota trigger` was asked for.
    """
    annotations, cronjob = part(metadata(job), "annotations"), owner(job, "CronJob")
    annotated = epoch(annotations.get(SCHEDULED_AT))
    if annotated is not None:
        return int(annotated)
    if _is_manual(job):
        asked_for = epoch(annotations.get(SLOT_ANNOTATION))
        return None if asked_for is None else int(asked_for)
    if not cronjob:
        return None
    match = re.fullmatch(re.escape(str(cronjob.get("name"))) + r"-(\d{8})", name_of(job))
    return int(match[1]) * _SECONDS_PER_MINUTE if match else None


def _is_manual(job: Fields) -> bool:
    return bool(part(metadata(job), "annotations").get(INSTANTIATE))


def ended_at(job: Fields) -> float | None:
    """Return when a Job finished: all its pods have ended; None before."""
    complete, failed = true_condition(job, "Complete"), true_condition(job, "Failed")
    condition = complete or failed
    if condition is None:
        return None
    # A failed Job has no completionTime.
    completed = part(job, "status").get("completionTime")
    return epoch(completed) or epoch(condition.get("lastTransitionTime")) or created_at(job)


def run_of(
    job: Fields,
    pods: Sequence[Fields],
    *,
    known: Sequence[Attempt] = (),
    gone: Gone | None = None,
    gone_at: float = 0.0,
    trouble: str | None = None,
) -> RecordedRun:
    """Return a Job's run from what it and its pods were like when they were last seen.

    `known` are attempts of which pods are gone. `gone` tells that the Job is gone too, since
    `gone_at`, an epoch time. `trouble` is what keeps it from having pods, of its events.
    """
    identity = identity_of(job)
    if identity is None:
        raise ValueError(f"Job {name_of(job)} is not of a task")
    in_order = sorted(pods, key=lambda pod: (created_at(pod), name_of(pod)))
    attempts = merged(known, [attempt_of(pod) for pod in in_order])
    finished_at = ended_at(job)
    if gone is not None and finished_at is None:
        finished_at = gone_at
    started_at = _started_at(job, attempts)
    return RecordedRun(
        task=identity.task,
        run_id=identity.uid,
        trigger=identity.trigger,
        slot=identity.slot,
        state=_state(job, attempts, gone),
        started_at=started_at,
        duration_seconds=_duration(attempts, started_at, finished_at),
        exit_code=None if finished_at is None else _exit_code(job, attempts),
        reason=_reason(job, attempts, gone, trouble),
        counts=_counts(attempts),
        attempts=attempts,
    )


def _started_at(job: Fields, attempts: Sequence[Attempt]) -> float:
    started = [attempt.started_at for attempt in attempts if attempt.started_at is not None]
    return min(started, default=created_at(job))


def _duration(
    attempts: Sequence[Attempt], started_at: float, finished_at: float | None
) -> float | None:
    if finished_at is None:
        return None
    # The last container's end, where one was seen: the controller takes its time to count it.
    ends = [attempt.ended_at for attempt in attempts if attempt.ended_at is not None]
    last = max(ends) if len(ends) == len(attempts) and ends else finished_at
    return round(max(0.0, last - started_at), 3)


def _state(job: Fields, attempts: Sequence[Attempt], gone: Gone | None) -> SlotState:
    if true_condition(job, "Complete"):
        return SlotState.SUCCEEDED
    failed = true_condition(job, "Failed")
    if failed is None:
        if gone is None:
            return SlotState.RUNNING
        return SlotState.INTERRUPTED if gone is Gone.DELETED else SlotState.LOST
    if failed.get("reason") == _DEADLINE:
        return SlotState.TIMED_OUT
    code = _exit_code(job, attempts)
    return SlotState.FAILED if code is None else _state_of_code(code)


def _state_of_code(code: int) -> SlotState:
    return next((state for known, state in _STATES.items() if known == code), SlotState.FAILED)


def _exit_code(job: Fields, attempts: Sequence[Attempt]) -> int | None:
    if true_condition(job, "Complete"):
        return int(ExitCode.SUCCEEDED)
    failed = true_condition(job, "Failed") or {}
    by_policy = _POLICY_EXIT_CODE.match(str(failed.get("message", "")))
    if by_policy:
        return int(by_policy[1])
    decisive = _decisive(attempts)
    return decisive.exit_code if decisive else None


def _decisive(attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt that made a Job fail: the last that did, though other shares went on."""
    failed = [attempt for attempt in attempts if attempt.exit_code != ExitCode.SUCCEEDED]
    candidates = failed or attempts
    return candidates[-1] if candidates else None


def _reason(
    job: Fields, attempts: Sequence[Attempt], gone: Gone | None, trouble: str | None
) -> str | None:
    if true_condition(job, "Complete"):
        return None
    failed = true_condition(job, "Failed")
    if failed is None:
        last = attempts[-1].reason if attempts else trouble
        return sentence(gone.value if gone else None, last)
    decisive = _decisive(attempts)
    last = decisive.reason if decisive else trouble
    jobs = sentence(failed.get("reason"), failed.get("message"))
    if last is None:
        return jobs
    # The end of the last pod tells more than that it was the last one; a deadline does not.
    return sentence(failed.get("reason"), last) if failed.get("reason") == _DEADLINE else last


def _counts(attempts: Sequence[Attempt]) -> dict[str, Any]:
    """Return what the last attempt counted; of several shares that succeeded, their sums."""
    counted = [
        counts for each in attempts if isinstance(counts := each.message.get("counts"), dict)
    ]
    done = [
        each.message["counts"]
        for each in attempts
        if each.exit_code == ExitCode.SUCCEEDED and isinstance(each.message.get("counts"), dict)
    ]
    total: dict[str, Any] = dict(counted[-1]) if counted else {}
    if len(done) > 1:
        for name in {name for counts in done for name in counts}:
            values = [counts[name] for counts in done if isinstance(counts.get(name), int | float)]
            total[name] = sum(values) if values else total.get(name)
    return total
