"""The metrics of a scheduler, from its events, its state and its ledger."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import rota
from rota.ledger.protocol import Ledger
from rota.model.clock import Clock
from rota.model.errors import ConfigError
from rota.model.events import Observer
from rota.observers.histories import Histories
from rota.observers.metrics import Metrics, numbers_among
from rota.observers.readings import Reading
from rota.scheduler import TaskScheduler
from rota.scheduler.readings import SchedulerReadings

# Of each task: enough to see the names of what it counts, and when it was suspended.
_RECENT = 5

_logger = logging.getLogger(__name__)


class SchedulerMetrics:
    """Give its `observers` to a scheduler, then `attach` it; after its start, `recall`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._metrics = Metrics(version=rota.__version__, mode="scheduler")
        self._histories = Histories()
        self._read: SchedulerReadings | None = None
        self._recalled = False
        # Of its own: tasks may have taken all of the loop's. One scrape at a time will do.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rota-metrics")

    @property
    def observers(self) -> Sequence[Observer]:
        """What is to hear of the scheduler's events."""
        return (self._metrics, self._histories)

    def count_ping(self, result: str) -> None:
        """Count what became of a dead-man ping. Any thread."""
        self._metrics.count("rota_pings_total", result)

    def attach(self, scheduler: TaskScheduler, clock: Clock) -> None:
        """Read this scheduler from now on."""
        self._read = SchedulerReadings(scheduler, self._histories, clock)

    def recall(self) -> None:
        """Go on from the ledger, which is open now; no run of this process may have ended yet.

        Blocks: about 0.1 ms for each task.
        """
        if self._read is None:
            return
        tasks = [each.task for each in self._read().tasks]
        try:
            digests = self._ledger.reader().digests(tasks, recent=_RECENT)
        except ConfigError as error:
            _logger.warning("metrics.without_history", extra={"reason": str(error)})
            digests = {}
        self._histories.recall(digests)
        for task in tasks:
            recent = digests[task].recent if task in digests else ()
            results = {name for run in recent for name, _ in numbers_among(run.counts)}
            self._metrics.expect_task(task, sorted(results))
        self._metrics.count("rota_leader_transitions_total")
        self._recalled = True

    async def render(self, accept: str) -> tuple[bytes, str] | None:
        """Return the text of all metrics and its content type; None before `recall`."""
        if self._read is None or not self._recalled:
            return None
        reading = self._read()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._render, accept, reading)

    def close(self) -> None:
        """Render nothing any more."""
        self._recalled = False
        self._thread.shutdown(wait=False)

    def _render(self, accept: str, reading: Reading) -> tuple[bytes, str]:
        try:
            rows = self._ledger.reader().count_runs()
        except ConfigError:
            rows = 0  # The ledger itself has logged it; no reason to hide the rest.
        return self._metrics.render(accept, replace(reading, store_rows=rows))
