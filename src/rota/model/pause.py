"""A pause of a task, as somebody asked a scheduler for it."""

from dataclasses import dataclass
from typing import Any

from rota.model.clock import instant, rfc3339


@dataclass(frozen=True, slots=True)
class Pause:
    """A task starts no slot in `[since, until)`, epoch times; those slots are skipped for good.

    `actor` is who asked for it, None where nobody has to say so. A pause that somebody ended early
    ends at that moment.
    """

    since: int
    until: int
    actor: str | None
    reason: str

    @property
    def last_slot(self) -> int:
        """The last epoch time that belongs to it."""
        return self.until - 1

    def active_at(self, epoch_seconds: float) -> bool:
        """Whether the task is paused then."""
        return self.since <= epoch_seconds < self.until

    @property
    def sentence(self) -> str:
        """Who paused the task until when and why, without a full stop."""
        return f"paused by {who(self.actor)} until {rfc3339(instant(self.until))}: {self.reason}"

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "since": rfc3339(instant(self.since)),
            "until": rfc3339(instant(self.until)),
            "actor": self.actor,
            "reason": self.reason,
        }


def who(actor: str | None) -> str:
    """Return what an actor is called in a sentence."""
    return actor or "somebody"
