"""One execution of a task, and all that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rota.model.clock import rfc3339
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.plain import plain_data


class Trigger(StrEnum):
    """Why a run was started."""

    SCHEDULE = "schedule"
    CATCH_UP = "catch_up"
    START = "start"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a task, as the task sees it.

    `slot` is the instant that the run is for (aware UTC; None for a run by hand or at start),
    `deadline` the instant at which the task's timeout ends it. `attempt` counts from 0 and is
    None wherever Kubernetes does not tell it. `identity` stays the same when the same work is
    tried again: the slot, else the Job's uid, else the run id. Idempotency keys are made of it.
    `arguments` are the values that `rota run --arg` gave, by name.
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

    def facts(self) -> dict[str, Any]:
        """Return what names the run in a log line, a message or an answer, JSON-ready."""
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
        return facts


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is known of a run that has ended, in plain data.

    `started_at` is an epoch time, `lateness_seconds` what lies between the slot and it (0 for a run
    by hand). `duration_seconds` is None where the end was seen from another thread.
    `traceback` is there where `reason` does not explain itself. `stuck`: the task ignores its
    cancellation; `blocked_by` is the stack of what keeps the event loop from turning. `note` is
    what a task that succeeded has to say.
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

    def facts(self) -> dict[str, Any]:
        """Return what log lines, messages and answers tell of the run, JSON-ready, in that order.

        What is not known, and what only a developer needs (`traceback`, `blocked_by`), is left out.
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
        if self.stuck:
            facts["stuck"] = True
        return facts
