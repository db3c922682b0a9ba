"""What became of a slot that has no Job, once it cannot get one any more. No I/O.

The controller itself reports no slot that it drops. What is decided here follows from its rules: of
the slots that are due it starts only the newest, none after its startingDeadlineSeconds, and with
Forbid none while a Job is active.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from rota.kubernetes.watching.cronjobs import CronJobSpan, ExpectedSlot
from rota.model.outcome import SkipReason

# What the controller and the watch may be late by.
SETTLING_SECONDS = 30.0
_MADE_LATE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class JobSpan:
    """When a Job of a CronJob was active; `ended_at` is None while it is."""

    cronjob: str
    created_at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The API server refused a Job of a CronJob: a quota, an admission policy."""

    cronjob: str
    at: float
    message: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of one task. Times are epoch times.

    The cluster is known up to `horizon`, less the `gaps`, stretches in which Jobs may have come and
    gone unseen. `last_schedules` are the newest slots with a Job by the CronJob's uid, as seen at
    the horizon.
    """

    horizon: float
    spans: Sequence[CronJobSpan]
    jobs: Sequence[JobSpan] = ()
    gaps: Sequence[tuple[float, float]] = ()
    refusals: Sequence[Refusal] = ()
    last_schedules: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A slot that never started; `reason` is None where nobody can know."""

    slot: int
    reason: SkipReason | None
    detail: str | None = None

    @property
    def is_unobserved(self) -> bool:
        """Whether a Job may have come and gone unseen."""
        return self.reason is None


def judge(expected: ExpectedSlot, evidence: Evidence) -> Verdict | None:
    """Return the verdict on a slot for which no Job was seen; None while it can still get one."""
    slot, span = expected.slot, expected.span
    gone_at = _gone_at(span, evidence.spans)
    ends = min(_start_ends(expected), math.inf if gone_at is None else max(gone_at, slot))
    # A slot of a suspended CronJob may still be made up; should it be, its run counts.
    decided_at = slot if span.suspended else ends
    if evidence.horizon < decided_at + SETTLING_SECONDS:
        return None
    unseen = _unseen(slot, decided_at, span, evidence)
    if unseen is not None:
        return Verdict(slot, None, unseen)
    if gone_at is not None and gone_at <= ends and not span.suspended:
        return Verdict(slot, SkipReason.DELETED)
    return _skipped(expected, ends, evidence)


def _skipped(expected: ExpectedSlot, ends: float, evidence: Evidence) -> Verdict:
    """Return why a slot had no Job, given that its CronJob was there until `ends`."""
    slot, span = expected.slot, expected.span
    if span.suspended:
        return Verdict(slot, SkipReason.SUSPENDED)
    refusal = _refusal(slot, ends, span, evidence)
    if refusal is not None:
        return Verdict(slot, SkipReason.REFUSED, refusal.message)
    if span.forbids_overlap and _is_covered(slot, ends, span, evidence):
        return Verdict(slot, SkipReason.OVERLAP)
    superseded = expected.next_slot is not None and ends >= expected.next_slot
    reason = SkipReason.MISSED if superseded else SkipReason.TOO_LATE
    return Verdict(slot, reason, _refused_before(ends, span, evidence))


def _refused_before(ends: float, span: CronJobSpan, evidence: Evidence) -> str | None:
    """Return what is known of refusals since the last Job: of many, few become events."""
    since = evidence.last_schedules.get(span.cronjob, 0)
    refusals = [each for each in evidence.refusals if each.cronjob == span.cronjob]
    before = [each for each in refusals if since < each.at <= ends + SETTLING_SECONDS]
    return f"Jobs for earlier slots were refused: {before[-1].message}" if before else None


def _start_ends(expected: ExpectedSlot) -> float:
    """Return until when the controller may start a slot: a newer one is due, or it is too late."""
    deadline = expected.span.starting_deadline_seconds
    late = math.inf if deadline is None else expected.slot + deadline
    return min(late, math.inf if expected.next_slot is None else expected.next_slot)


def _gone_at(span: CronJobSpan, spans: Sequence[CronJobSpan]) -> float | None:
    """Return when the CronJob of `span` was deleted, or followed by another of its name."""
    for later in spans:
        if later.since >= span.since and (later.is_gone or later.cronjob != span.cronjob):
            return later.since
    return None


def _unseen(slot: int, ends: float, span: CronJobSpan, evidence: Evidence) -> str | None:
    """Return why nobody can know what became of a slot; None where it certainly had no Job."""
    last = evidence.last_schedules.get(span.cronjob)
    if last == slot:
        return "its Job was gone before it was seen"
    if last is not None and last < slot:
        return None
    blind = any(start < ends and end > slot for start, end in evidence.gaps)
    return "the cluster could not be seen at that time" if blind else None


def _refusal(slot: int, ends: float, span: CronJobSpan, evidence: Evidence) -> Refusal | None:
    for refusal in evidence.refusals:
        if refusal.cronjob == span.cronjob and slot <= refusal.at <= ends + SETTLING_SECONDS:
            return refusal
    return None


def _is_covered(slot: int, ends: float, span: CronJobSpan, evidence: Evidence) -> bool:
    """Whether Jobs of the CronJob, one or several, were active all the time."""
    covered: float = slot
    active = [job for job in evidence.jobs if job.cronjob == span.cronjob]
    for job in sorted(active, key=lambda job: job.created_at):
        if job.created_at <= covered + _MADE_LATE_SECONDS:
            covered = max(covered, math.inf if job.ended_at is None else job.ended_at)
    return covered > slot and covered >= ends - SETTLING_SECONDS
