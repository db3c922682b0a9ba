"""What an examination finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Health(StrEnum):
    """`fail`: runs will fail or be lost. `warn`: it works, but may not mean what it should."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do about it, in one line."""

    health: Health
    subject: str
    text: str

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {"health": self.health.value, "subject": self.subject, "text": self.text}


def ok(subject: str, text: str) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(Health.OK, subject, text)


def warn(subject: str, text: str) -> Finding:
    """Return a finding to look at."""
    return Finding(Health.WARN, subject, text)


def fail(subject: str, text: str) -> Finding:
    """Return a finding to do something about."""
    return Finding(Health.FAIL, subject, " ".join(text.split()))


def worst(findings: Sequence[Finding]) -> Health:
    """Return the worst health of all."""
    order = list(Health)
    return max((each.health for each in findings), key=order.index, default=Health.OK)
