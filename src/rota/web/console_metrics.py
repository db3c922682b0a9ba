"""The metrics of a console: counted from what its watch has written, read from its board."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import rota
from rota.kubernetes.release_watch import ReleaseWatch
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedRun
from rota.model.clock import Clock
from rota.model.errors import ConfigError
from rota.observers.histories import history_of
from rota.observers.metrics import Metrics, numbers_among
from rota.observers.readings import Reading, TaskReading
from rota.schedules.success_due import SLACK_SECONDS
from rota.status.board import Board
from rota.status.task_status import TaskState, TaskStatus

# Of each task: enough to see the names of what it counts.
_RECENT = 5
_RELIST_REASONS = ("start", "expired")

_logger = logging.getLogger(__name__)


class ConsoleMetrics:
    """Give `noted` to a watch, and `attach` that."""

    def __init__(self, ledger: ConsoleLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._metrics = Metrics(version=rota.__version__, mode="console")
        self._metrics.count("rota_leader_transitions_total")
        self._metrics.count("rota_watch_blind_seconds_total", by=0)
        self._watch: ReleaseWatch | None = None
        self._make_board: Callable[[], Board] | None = None
        self._expected: set[str] = set()
        self._blind_until = 0.0
        self._relists: Counter[tuple[str, str]] = Counter()
        # Of its own, as the pages have theirs. One scrape at a time will do.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rota-metrics")

    def attach(self, watch: ReleaseWatch, make_board: Callable[[], Board]) -> None:
        """Read this watch, and boards that are made for the purpose, from now on."""
        self._watch, self._make_board = watch, make_board

    def noted(self, notes: ConsoleNotes, ended: Sequence[RecordedRun]) -> None:
        """Count what has just been written: `ended` are the runs that were not known to have."""
        for run in ended:
            self._metrics.run_ended(run.task, run.state, run.duration_seconds, run.counts)
            if run.slot is not None:
                self._metrics.run_started(max(0.0, run.lateness_seconds))
        for each in notes.skips:
            skipped = each.skipped
            labels = (skipped.task, skipped.reason.value)
            self._metrics.count("rota_task_slots_skipped_total", *labels, by=skipped.count)
        for first, last in notes.gaps:
            # Several watches may have missed the same time.
            seconds = max(0.0, last - max(first, self._blind_until))
            self._metrics.count("rota_watch_blind_seconds_total", by=seconds)
            self._blind_until = max(self._blind_until, last)

    def count_ping(self, result: str) -> None:
        """Count what became of a dead-man ping. Any thread."""
        self._metrics.count("rota_pings_total", result)

    async def render(self, accept: str) -> tuple[bytes, str] | None:
        """Return the text of all metrics and its content type; None before `attach`."""
        watch, make_board = self._watch, self._make_board
        if watch is None or make_board is None:
            return None
        self._count_relists(watch)
        board, health = make_board(), watch.health
        reading = Reading(
            tick=self._clock.timestamp() - watch.heartbeat_age_seconds,
            watches={kind: each.connected for kind, each in health.items()},
            watch_horizon=watch.horizon or 0.0,
            heard={kind: each.heard_at or 0.0 for kind, each in health.items()},
        )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._render, accept, board, reading)

    def close(self) -> None:
        """Render nothing any more."""
        self._watch = None
        self._thread.shutdown(wait=False)

    def _count_relists(self, watch: ReleaseWatch) -> None:
        for kind, health in watch.health.items():
            for reason in _RELIST_REASONS:
                new = health.relists[reason] - self._relists[kind, reason]
                self._metrics.count("rota_watch_relists_total", kind, reason, by=new)
                self._relists[kind, reason] += new

    def _render(self, accept: str, board: Board, reading: Reading) -> tuple[bytes, str]:
        try:
            statuses = board.tasks(board.task_names, strip_length=_RECENT)
            rows = self._ledger.reader().count_runs()
        except ConfigError as error:
            # The pages show it too; the watches' own series must not be missing now.
            _logger.warning("metrics.without_history", extra={"reason": str(error)})
            statuses, rows = (), 0
        there = [each for each in statuses if each.state is not TaskState.GONE]
        self._expect(there)
        tasks = [_task_reading(status) for status in there]
        whole = replace(reading, tasks=tasks, store_rows=rows)
        return self._metrics.render(accept, whole)

    def _expect(self, statuses: Sequence[TaskStatus]) -> None:
        """Have the counters of new tasks at 0, with the names of what their runs count."""
        for status in statuses:
            name = status.task.name
            if name not in self._expected:
                self._expected.add(name)
                runs = status.digest.recent
                results = {result for run in runs for result, _ in numbers_among(run.counts)}
                self._metrics.expect_task(name, sorted(results))


def _task_reading(status: TaskStatus) -> TaskReading:
    task, history = status.task, history_of(status.digest)
    ends = [run.started_at + task.budget_seconds for run in status.running]
    return TaskReading(
        task=task.name,
        schedule=task.schedule.text,
        time_zone=getattr(task.schedule, "timezone", "Etc/UTC"),
        running=len(status.running),
        suspended=task.suspend,
        next_slot=status.next_slot or 0,
        success_due=status.success_due or 0,
        run_due=round(min(ends)) + SLACK_SECONDS if ends else 0,
        last_run=history.last_run,
        last_success=history.last_success,
        duration_seconds=history.duration_seconds,
        lateness_seconds=history.lateness_seconds,
        consecutive_failures=history.consecutive_failures,
    )
