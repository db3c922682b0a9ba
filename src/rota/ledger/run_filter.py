"""Which runs are asked for."""

from collections.abc import Collection
from dataclasses import dataclass

from rota.ledger.records import RecordedRun
from rota.model.run import Trigger
from rota.model.slot import SlotState


@dataclass(frozen=True, slots=True)
class RunFilter:
    """The runs of one task, in one of `states`, by one of `triggers`; what is empty excludes none.

    `since` and `until` are epoch times between which they started, both included. `text` stands in
    the task's name, the run's id or its reason, whatever the case of its ASCII letters.
    """

    task: str | None = None
    states: Collection[SlotState] = ()
    triggers: Collection[Trigger] = ()
    since: float | None = None
    until: float | None = None
    exit_code: int | None = None
    text: str = ""

    def matches(self, run: RecordedRun) -> bool:
        """Return whether a run is one of those."""
        return (
            self.task in (None, run.task)
            and (not self.states or run.state in self.states)
            and (not self.triggers or run.trigger in self.triggers)
            and (self.since is None or run.started_at >= self.since)
            and (self.until is None or run.started_at <= self.until)
            and self.exit_code in (None, run.exit_code)
            and (not self.text or self._stands_in(run))
        )

    def _stands_in(self, run: RecordedRun) -> bool:
        # As SQLite's lower(), which knows no other letters; bytes.lower() doesn't, either.
        wanted = _lower(self.text)
        return any(wanted in _lower(each) for each in (run.task, run.run_id, run.reason or ""))


def _lower(text: str) -> bytes:
    return text.encode("utf-8", "replace").lower()


EVERY_RUN = RunFilter()
