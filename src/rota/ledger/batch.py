"""What was noted since the last write."""

from dataclasses import dataclass, field

from rota.ledger.records import RecordedRun, RecordedSkip, recorded_end, recorded_start
from rota.model.pause import Pause
from rota.model.run import Run, RunRecord
from rota.model.slot import SlotState

# Of a disk that stays full: history is given up above this, slots never.
MOST_RUNS_HELD = 10_000


@dataclass(slots=True)
class Batch:
    """Rows to write, by what they are of.

    `tasks`: name, schedule, accounted, suspended. `owed`: whether a task's slot is. `runs` by run
    id, in the order of their starts: one that has ended in between is here as what it came to.
    `pauses` has the last one of a task.
    """

    tasks: dict[str, tuple[str, str, int, bool]] = field(default_factory=dict)
    owed: dict[tuple[str, int], bool] = field(default_factory=dict)
    runs: dict[str, tuple[Run, float] | RunRecord | RecordedRun] = field(default_factory=dict)
    skips: list[RecordedSkip] = field(default_factory=list)
    pauses: dict[str, Pause] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.tasks or self.owed or self.runs or self.skips or self.pauses)

    def recorded_runs(self) -> list[RecordedRun]:
        """Return the runs as they are written."""
        return [_recorded(each) for each in self.runs.values()]

    def add_older(self, older: "Batch") -> int:
        """Take in a batch that could not be written; what is newer here wins.

        Returns how many runs and skips had to be given up.
        """
        self.tasks = {**older.tasks, **self.tasks}
        self.owed = {**older.owed, **self.owed}
        self.runs = {**older.runs, **self.runs}
        self.skips = [*older.skips, *self.skips]
        self.pauses = {**older.pauses, **self.pauses}
        # As they are written, without tracebacks, since they may be held for long.
        runs = self.recorded_runs()
        self.runs = {run.run_id: run for run in runs}
        ended = [run.run_id for run in runs if run.state is not SlotState.RUNNING]
        surplus = ended[: max(0, len(ended) - MOST_RUNS_HELD)]
        for run_id in surplus:
            del self.runs[run_id]
        surplus_skips = max(0, len(self.skips) - MOST_RUNS_HELD)
        del self.skips[:surplus_skips]
        return len(surplus) + surplus_skips


def _recorded(run: tuple[Run, float] | RunRecord | RecordedRun) -> RecordedRun:
    if isinstance(run, RecordedRun):
        return run
    return recorded_end(run) if isinstance(run, RunRecord) else recorded_start(*run)
