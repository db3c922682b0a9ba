"""What a console notes, and what it finds of an earlier one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rota.ledger.records import RecordedRun, RecordedSkip, TaskProgress


@dataclass(frozen=True, slots=True)
class SeenSpec:
    """The spec of `task` in a CronJob called `name`, JSON-ready, since an epoch time."""

    task: str
    name: str
    since: float
    facts: Mapping[str, Any]


@dataclass(slots=True)
class ConsoleNotes:
    """What was seen since the last write. Slots and times are epoch times.

    `owed` tells whether a task's slot still waits for its Job. `accounted` has schedule, slot and
    whether it is suspended, by task: every slot up to it has been met. Notes are not
    `worth_writing` where nothing has happened and little time has passed.
    """

    runs: dict[str, RecordedRun] = field(default_factory=dict)
    skips: list[RecordedSkip] = field(default_factory=list)
    owed: dict[tuple[str, int], bool] = field(default_factory=dict)
    accounted: dict[str, tuple[str, int, bool]] = field(default_factory=dict)
    specs: list[SeenSpec] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    watched_until: float | None = None
    worth_writing: bool = True

    def says_something(self) -> bool:
        """Whether more than time has passed."""
        return bool(self.runs or self.skips or self.owed or self.specs or self.gaps)

    def tasks(self) -> set[str]:
        """Return the tasks of which something is told."""
        told = {run.task for run in self.runs.values()} | {task for task, _ in self.owed}
        told |= {skip.skipped.task for skip in self.skips}
        return told | {spec.task for spec in self.specs}

    def add_older(self, older: "ConsoleNotes") -> None:
        """Take in notes that could not be written; what is newer here wins."""
        self.runs = {**older.runs, **self.runs}
        self.skips = [*older.skips, *self.skips]
        self.owed = {**older.owed, **self.owed}
        self.accounted = {**older.accounted, **self.accounted}
        self.specs = [*older.specs, *self.specs]
        self.gaps = [*older.gaps, *self.gaps]
        self.watched_until = self.watched_until or older.watched_until


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an earlier console saw. `unfinished` are the runs that went on when it ended, by id."""

    tasks: Mapping[str, TaskProgress] = field(default_factory=dict)
    unfinished: Mapping[str, RecordedRun] = field(default_factory=dict)
    specs: tuple[SeenSpec, ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    watched_until: float | None = None
