"""What a CronJob's spec was at a time: the history that slots are computed from. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from rota.kubernetes.manifests.installation import TASK_LABEL
from rota.kubernetes.watching.fields import (
    Fields,
    created_at,
    epoch,
    metadata,
    name_of,
    part,
    uid,
)
from rota.kubernetes.watching.templates import said_by
from rota.model.errors import ScheduleError
from rota.schedules import Cron, parse_schedule
from rota.schedules.every import Every

# Where a CronJob names no zone it is that of the controller's container.
_CONTROLLERS_ZONE = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class CronJobSpan:
    """A stretch of time in which a CronJob's spec was the same; it ends where the next one begins.

    `since` and `anchor` are epoch times. `@every` counts from `anchor`: the last slot that had a
    Job, else the creation. `is_gone` stands for the time after the CronJob was deleted. `said` is
    what else it says of its task (see `said_by`).
    """

    since: float
    cronjob: str
    name: str
    schedule: str
    time_zone: str
    suspended: bool
    starting_deadline_seconds: int | None
    forbids_overlap: bool
    anchor: int
    is_gone: bool = False
    said: Mapping[str, Any] = field(default_factory=dict)

    def says_the_same_as(self, other: "CronJobSpan") -> bool:
        """Whether only time has passed between the two."""
        return replace(self, since=other.since, anchor=other.anchor) == other

    def rule(self) -> Cron | Every | None:
        """Return the schedule; None where the controller starts nothing."""
        if self.is_gone:
            return None
        try:
            return parse_schedule(self.schedule, self.time_zone)
        except ScheduleError:
            return None


def task_of(cronjob: Fields) -> str | None:
    """Return the task that a CronJob runs; None where it is not rota's."""
    label = part(metadata(cronjob), "labels").get(TASK_LABEL)
    return str(label) if label else None


def last_schedule(cronjob: Fields) -> int | None:
    """Return the newest slot for which the controller has made a Job, of all time."""
    last = epoch(part(cronjob, "status").get("lastScheduleTime"))
    return None if last is None else int(last)


def span_of(cronjob: Fields, seen_at: float) -> CronJobSpan:
    """Return what a CronJob says, from `seen_at` on or since it was made, whichever is later.

    One that follows another of its name has been itself all along: `seen_at` is 0 there.
    """
    spec = part(cronjob, "spec")
    deadline = spec.get("startingDeadlineSeconds")
    made = created_at(cronjob)
    last = last_schedule(cronjob)
    return CronJobSpan(
        since=max(seen_at, made),
        cronjob=uid(cronjob),
        name=name_of(cronjob),
        schedule=str(spec.get("schedule", "")),
        time_zone=str(spec.get("timeZone") or _CONTROLLERS_ZONE),
        suspended=bool(spec.get("suspend")),
        starting_deadline_seconds=deadline if isinstance(deadline, int) else None,
        forbids_overlap=spec.get("concurrencyPolicy") == "Forbid",
        anchor=int(made) if last is None else last,
        said=said_by(cronjob),
    )


def span_of_facts(facts: Mapping[str, Any]) -> CronJobSpan:
    """Return a span from what a ledger has of it; what a later rota has added is left out."""
    known = {each.name for each in fields(CronJobSpan)}
    return CronJobSpan(**{name: value for name, value in facts.items() if name in known})


def followed_by(spans: Sequence[CronJobSpan], span: CronJobSpan) -> tuple[CronJobSpan, ...]:
    """Return the history with `span` as its end, unless its end says the same."""
    if not spans:
        return (span,)
    if spans[-1].says_the_same_as(span):
        return tuple(spans)
    kept = [each for each in spans if each.since < span.since]
    return (*kept, span)


@dataclass(frozen=True, slots=True)
class ExpectedSlot:
    """A slot, the span that it lies in, and the slot after it in the whole history."""

    slot: int
    span: CronJobSpan
    next_slot: int | None


def expected_slots(
    spans: Sequence[CronJobSpan], after: int, until: int, *, limit: int
) -> Sequence[ExpectedSlot]:
    """Return the slots in `(after, until]`, ascending, the oldest `limit` of them.

    A slot belongs to the span in which it lies; one at the very second of a change to the old one.
    """
    found: list[tuple[int, CronJobSpan]] = []
    beyond: int | None = None
    for number, span in enumerate(spans):
        ends = spans[number + 1].since if number + 1 < len(spans) else None
        at = max(after, int(span.since))
        while beyond is None and (slot := _next(span, at)) is not None:
            at = slot
            if ends is not None and at > ends:
                break
            if at > until or len(found) == limit:
                beyond = at
            else:
                found.append((at, span))
    following = [slot for slot, _ in found[1:]] + [beyond]
    return [
        ExpectedSlot(slot, span, next_slot)
        for (slot, span), next_slot in zip(found, following, strict=False)
    ]


def _next(span: CronJobSpan, after: int) -> int | None:
    rule = span.rule()
    if isinstance(rule, Every):
        passed = max(0, (after - span.anchor) // rule.delay_seconds)
        return span.anchor + (passed + 1) * rule.delay_seconds
    return None if rule is None else rule.next_epoch(after)
