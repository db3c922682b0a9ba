"""The tries that a run consists of: with CronJobs a pod each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rota.model.clock import instant, rfc3339
from rota.model.exit_codes import meaning_of


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. Times are epoch times; what is not known, or not yet, is None.

    `scheduled_at` is when its pod had a node. `reason` says why it has not started or how it ended.
    `message` is the attempt's own account of its end: the termination message of a pod, whose
    `run_id` is that of its log lines.
    """

    pod: str
    node: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    created_at: float | None = None
    started_at: float | None = None
    ended_at: float | None = None
    message: Mapping[str, Any] = field(default_factory=dict)
    scheduled_at: float | None = None

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "pod": self.pod,
            "node": self.node,
            "exit_code": self.exit_code,
            "meaning": None if self.exit_code is None else meaning_of(self.exit_code),
            "reason": self.reason,
            "run_id": self.message.get("run_id"),
            "created_at": _moment(self.created_at),
            "scheduled_at": _moment(self.scheduled_at),
            "started_at": _moment(self.started_at),
            "ended_at": _moment(self.ended_at),
        }


def merged(before: Sequence[Attempt], after: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Return the attempts of a run as they were known before and are now, in the old order.

    A pod that is gone stays; one that has ended keeps its end.
    """
    attempts = {attempt.pod: attempt for attempt in before}
    for attempt in after:
        known = attempts.get(attempt.pod)
        if known is None or known.exit_code is None or attempt.exit_code is not None:
            attempts[attempt.pod] = attempt
    return tuple(attempts.values())


def _moment(epoch_seconds: float | None) -> str | None:
    return None if epoch_seconds is None else rfc3339(instant(round(epoch_seconds, 3)))
