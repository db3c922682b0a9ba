"""What a CronJob's run waited for between its slot and its start."""

from collections.abc import Sequence
from dataclasses import dataclass

from rota.ledger.records import RecordedRun


@dataclass(frozen=True, slots=True)
class Lateness:
    """The waits for a run's first pod, in seconds; Kubernetes knows times to the second.

    `controller`: until the Job and its pod were made. `scheduling`: until the pod had a node.
    `pull`: until its container started, with the image and the volumes that it needs. The last two
    are None where it is not known when the pod had its node.
    """

    controller: float
    scheduling: float | None
    pull: float | None
    total: float

    def facts(self) -> dict[str, float | None]:
        """Return it JSON-ready."""
        return {
            "controller": self.controller,
            "scheduling": self.scheduling,
            "pull": self.pull,
        }

    def steps(self) -> Sequence[tuple[str, float]]:
        """Return each wait in words, with how long it took."""
        made = ("until the controllers had made its pod", self.controller)
        if self.scheduling is None or self.pull is None:
            rest = round(self.total - self.controller, 3)
            return made, ("until its container had a node, its image, and started", rest)
        return (
            made,
            ("until the pod had a node", self.scheduling),
            ("until its container had its image and volumes, and started", self.pull),
        )


def lateness_of(run: RecordedRun) -> Lateness | None:
    """Return the waits; None for a run by hand, without a slot, or of which no pod is known."""
    first = run.attempts[0] if run.attempts else None
    if run.slot is None or run.trigger.is_by_hand or first is None:
        return None
    if first.created_at is None or first.started_at is None:
        return None
    controller = _seconds(run.slot, first.created_at)
    total = _seconds(run.slot, first.started_at)
    if first.scheduled_at is None:
        return Lateness(controller, None, None, total)
    scheduling = _seconds(first.created_at, first.scheduled_at)
    return Lateness(controller, scheduling, _seconds(first.scheduled_at, first.started_at), total)


def _seconds(since: float, until: float) -> float:
    # Clocks of several machines: a wait is never less than nothing.
    return round(max(0.0, until - since), 3)
