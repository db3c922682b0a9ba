"""The metrics by name: what exposes, describes, draws or alerts on them reads this.

Standard library only. The scheduler and the console have the same names. `task` is the only label
that tells tasks apart; what else there is of a task (schedule, zone) is in `rota_task_info`, to
join with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["counter", "gauge", "histogram", "info"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One family of series. `about` is its HELP text and its description in the docs."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    about: str


_TASK = ("task",)
_ALL: tuple[Metric, ...] = (
    Metric(
        "rota_task_info",
        "info",
        ("task", "schedule", "time_zone"),
        "A task with its schedule and the time zone of that; always 1.",
    ),
    Metric("rota_task_runs_total", "counter", ("task", "outcome"), "Runs that have ended."),
    Metric(
        "rota_task_slots_skipped_total",
        "counter",
        ("task", "reason"),
        "Slots that never started.",
    ),
    Metric(
        "rota_task_items_total",
        "counter",
        ("task", "result"),
        "What the runs counted: the sum of each count that they returned.",
    ),
    Metric(
        "rota_task_last_run_timestamp_seconds",
        "gauge",
        _TASK,
        "When the last run ended, however it ended; 0 before the first.",
    ),
    Metric(
        "rota_task_last_success_timestamp_seconds",
        "gauge",
        _TASK,
        "When the last run that succeeded ended; 0 before the first.",
    ),
    Metric(
        "rota_task_last_run_duration_seconds",
        "gauge",
        _TASK,
        "How long the last run took that ended.",
    ),
    Metric(
        "rota_task_last_lateness_seconds",
        "gauge",
        _TASK,
        "How long after its slot the last run started that ended.",
    ),
    Metric(
        "rota_task_consecutive_failures",
        "gauge",
        _TASK,
        "Runs that failed or timed out since the last success; interrupted ones do not count.",
    ),
    Metric("rota_task_running", "gauge", _TASK, "Runs that are active now."),
    Metric("rota_task_suspended", "gauge", _TASK, "1 while the task is suspended."),
    Metric(
        "rota_task_paused_until_timestamp_seconds",
        "gauge",
        _TASK,
        "Until when somebody has paused the task in a scheduler; 0 while it is not paused.",
    ),
    Metric(
        "rota_task_next_slot_timestamp_seconds",
        "gauge",
        _TASK,
        "The next slot; 0 while the task is suspended, or if there is none.",
    ),
    Metric(
        "rota_task_success_due_timestamp_seconds",
        "gauge",
        _TASK,
        "When a success of the task is overdue; 0 while it is suspended, or if none is owed.",
    ),
    Metric(
        "rota_task_run_due_timestamp_seconds",
        "gauge",
        _TASK,
        "When the oldest active run should have ended by itself; 0 while there is none.",
    ),
    Metric("rota_run_duration_seconds", "histogram", (), "How long runs take, of all tasks."),
    Metric(
        "rota_run_lateness_seconds",
        "histogram",
        (),
        "How long after their slots runs start, of all tasks.",
    ),
    Metric(
        "rota_http_requests_total",
        "counter",
        ("method", "status_class"),
        "Attempts at requests to the Business API; `error` is one without a whole answer.",
    ),
    Metric("rota_leader", "gauge", (), "1 in the process that starts or watches the runs."),
    Metric("rota_leader_transitions_total", "counter", (), "How often this process became it."),
    Metric(
        "rota_loop_tick_timestamp_seconds",
        "gauge",
        (),
        "When the process last looked at the clock for slots that are due.",
    ),
    Metric(
        "rota_watch_connected",
        "gauge",
        ("kind",),
        "1 while the console's watch of a kind of Kubernetes objects is connected.",
    ),
    Metric(
        "rota_watch_relists_total",
        "counter",
        ("kind", "reason"),
        "How often the console had to list a kind anew.",
    ),
    Metric(
        "rota_watch_horizon_timestamp_seconds",
        "gauge",
        (),
        "Up to when the console has seen CronJobs, Jobs and pods; 0 before it has listed them.",
    ),
    Metric(
        "rota_watch_heard_timestamp_seconds",
        "gauge",
        ("kind",),
        "When the API server was last heard on the watch of a kind; 0 before the first list.",
    ),
    Metric(
        "rota_watch_blind_seconds_total",
        "counter",
        (),
        "How long the console could not see what came and went.",
    ),
    Metric("rota_store_rows", "gauge", (), "Runs that the ledger holds."),
    Metric("rota_pings_total", "counter", ("result",), "Dead-man pings."),
    Metric("rota_build_info", "info", ("version", "mode"), "What is running; always 1."),
)
METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
"""Every metric by its name, in the order in which they are exposed."""
