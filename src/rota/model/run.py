"""One execution of a task, and its record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rota.model.clock import rfc3339
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.plain import plain_data
from rota.model.trace import SpanContext


class Trigger(StrEnum):
    """Why a run was started."""

    SCHEDULE = "schedule"
    CATCH_UP = "catch_up"
    START = "start"
    MANUAL = "manual"
    BACKFILL = "backfill"

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody asked for the run, perhaps for a slot of long ago: none is late."""
        return self in (Trigger.MANUAL, Trigger.BACKFILL)


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a task, as the task sees it.

    `slot` is the instant that the run is for (aware UTC; None for a run by hand or at start),
    `deadline` the instant at which the task's timeout ends it. `attempt` counts from 0, and is None
    if Kubernetes does not provide it, and in the scheduler for the first. `identity` stays the same
    when the same work is retried: the slot, else the Job's uid, else the first run's id.
    Idempotency keys are made from it. `arguments` are the values of `rota run --arg`, by name.
    `actor` is who asked a scheduler for the run, where that is known, and `purpose` what for.
    `span` is the run's root span, if it is traced.
    """

    task: str
    run_id: str
    trigger: Trigger
    slot: datetime | None
    deadline: datetime
    identity: str
    shard_index: int = 0
    shard_count: int = 1
    attempt: int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)
    actor: str | None = None
    purpose: str | None = None
    span: SpanContext | None = None

    def facts(self) -> dict[str, Any]:
        """Return what identifies the run in log lines and answers, JSON-ready."""
        facts: dict[str, Any] = {
            "task": self.task,
            "run_id": self.run_id,
            "trigger": self.trigger.value,
            "slot": rfc3339(self.slot) if self.slot else None,
        }
        if self.shard_count > 1:
            facts |= {"shard_index": self.shard_index, "shard_count": self.shard_count}
        if self.attempt is not None:
            facts["attempt"] = self.attempt
        if self.arguments:
            facts["arguments"] = plain_data(self.arguments)
        if self.actor is not None:
            facts["actor"] = self.actor
        if self.purpose is not None:
            facts["purpose"] = self.purpose
        if self.span is not None:
            facts |= {"trace_id": self.span.trace_id, "span_id": self.span.span_id}
        return facts


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The record of a run that has ended, in plain data.

    `started_at` is an epoch time, `lateness_seconds` the time between the slot and the start (0 for
    a run by hand). `duration_seconds` is None if another thread recorded the end. `traceback` is
    set if `reason` does not explain itself. `stuck`: the task ignores its cancellation;
    `blocked_by` is the stack of what blocks the event loop. `note` is a sentence of a task that
    succeeded, `retry_after_seconds` what a task asked for that raised TryAgain, `retry_at` when the
    scheduler tries again, an epoch time, where it has told its ledger so.
    """

    run: Run
    outcome: Outcome
    exit_code: ExitCode
    started_at: float
    duration_seconds: float | None
    lateness_seconds: float = 0.0
    reason: str | None = None
    traceback: str | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)
    stuck: bool = False
    blocked_by: str | None = None
    note: str | None = None
    retry_after_seconds: float | None = None
    retry_at: float | None = None

    def facts(self) -> dict[str, Any]:
        """Return the facts for log lines and answers, JSON-ready, in their order.

        Unknown facts, and those for developers (`traceback`, `blocked_by`), are left out.
        """
        facts = {
            **self.run.facts(),
            "outcome": self.outcome.value,
            "exit_code": int(self.exit_code),
        }
        if self.duration_seconds is not None:
            facts["duration_seconds"] = round(self.duration_seconds, 3)
        if self.counts:
            facts["counts"] = dict(self.counts)
        if self.note:
            facts["note"] = self.note
        if self.reason:
            facts["reason"] = self.reason
        if self.retry_after_seconds is not None:
            facts["retry_after_seconds"] = self.retry_after_seconds
        if self.stuck:
            facts["stuck"] = True
        return facts
