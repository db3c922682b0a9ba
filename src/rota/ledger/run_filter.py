"""Which runs are asked for."""

from collections.abc import Collection
from dataclasses import dataclass

from rota.ledger.records import RecordedRun
from rota.model.run import Trigger
from rota.model.slot import SlotState


@dataclass(frozen=True, slots=True)
class RunFilter:
    """The runs of one task, in one of `states`, by one of `triggers`; what is empty excludes none.

    `since` and `until` are epoch times between which they started, both included.
    """

    task: str | None = None
    states: Collection[SlotState] = ()
    triggers: Collection[Trigger] = ()
    since: float | None = None
    until: float | None = None

    def matches(self, run: RecordedRun) -> bool:
        """Return whether a run is one of those."""
        return (
            self.task in (None, run.task)
            and (not self.states or run.state in self.states)
            and (not self.triggers or run.trigger in self.triggers)
            and (self.since is None or run.started_at >= self.since)
            and (self.until is None or run.started_at <= self.until)
        )


EVERY_RUN = RunFilter()
