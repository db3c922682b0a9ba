"""What holds now, as the metrics read it at a scrape: of a scheduler, or of the console."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TaskReading:
    """One task at one moment. Times are epoch times, 0 where there is none.

    `paused_until` is the end of a pause that somebody has asked for. `success_due` as in
    `rota.schedules.success_due`; `run_due`: when the oldest active run should have ended by itself.
    The last run and success are of those that have ended; `lateness_seconds` lies between that
    run's slot and its start.
    """

    task: str
    schedule: str
    time_zone: str
    running: int = 0
    suspended: bool = False
    paused_until: int = 0
    next_slot: int = 0
    success_due: int = 0
    run_due: int = 0
    last_run: float = 0
    last_success: float = 0
    duration_seconds: float = 0
    lateness_seconds: float = 0
    consecutive_failures: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole process at one moment.

    `tick` is the epoch time at which it last looked for slots that are due, `watches` says for each
    watched kind of Kubernetes objects whether the watch is connected, `watch_horizon` until when
    all of them were seen, an epoch time, 0 before the first lists. `heard` is when the API server
    was last heard of each kind, likewise.
    """

    tasks: Sequence[TaskReading] = ()
    leader: bool = True
    tick: float = 0
    store_rows: int = 0
    watches: Mapping[str, bool] = field(default_factory=dict)
    watch_horizon: float = 0
    heard: Mapping[str, float] = field(default_factory=dict)
