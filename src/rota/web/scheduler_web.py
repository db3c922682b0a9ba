"""Everything that a scheduler serves: health, metrics, and the console where it is asked for."""

import contextlib
from collections.abc import Sequence

from rota.ledger.protocol import Ledger
from rota.ledger.sqlite import SqliteLedger
from rota.model.clock import Clock
from rota.model.events import Observer
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from rota.status.board import Board
from rota.web.live import News
from rota.web.metrics import metrics_routes
from rota.web.pages import About
from rota.web.scheduler_metrics import SchedulerMetrics
from rota.web.scheduler_probe import SchedulerProbe
from rota.web.serving_pages import serve_health, serve_pages


class SchedulerWeb:
    """Give its `observers` to a scheduler, `serve` that, and `recall` once it has started."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock) -> None:
        self._settings = settings
        self._ledger = ledger
        self._clock = clock
        self._metrics = SchedulerMetrics(ledger)
        self._news = News()

    @property
    def observers(self) -> Sequence[Observer]:
        """What is to hear of the scheduler's events."""
        news = [self._news] if self._settings.web_address else []
        return [*self._metrics.observers, *news]

    def count_ping(self, result: str) -> None:
        """Count what became of a dead-man ping. Any thread."""
        self._metrics.count_ping(result)

    async def serve(
        self, scheduler: TaskScheduler, servers: contextlib.AsyncExitStack
    ) -> str | None:
        """Serve at the addresses that are set until `servers` is left; return the console's URL.

        Raises ConfigError.
        """
        settings = self._settings
        self._metrics.attach(scheduler, self._clock)
        routes = metrics_routes(self._metrics.render)
        probe = SchedulerProbe(scheduler, self._clock)
        await serve_health(settings, probe, routes, servers)
        if not settings.web_address:
            return None

        about = About(
            release=settings.release,
            mode="scheduler",
            ledger_path=self._ledger.path if isinstance(self._ledger, SqliteLedger) else None,
            settings=settings,
        )
        return await serve_pages(
            settings,
            lambda: self._board(scheduler),
            self._news,
            about,
            probe=probe,
            routes=routes,
            clock=self._clock,
            servers=servers,
            by_hand=scheduler.by_hand,
        )

    def _board(self, scheduler: TaskScheduler) -> Board:
        """Return what answers one question: tasks and ledger may change meanwhile."""
        if isinstance(self._ledger, SqliteLedger):
            self._ledger.look_for_backfills()
        found = scheduler.snapshot()
        return Board(
            [each.task for each in found],
            self._ledger.reader(),
            self._clock,
            owes_since={each.task.name: each.owes_since for each in found},
        )

    def recall(self) -> None:
        """Let the metrics go on from the ledger: as soon as the scheduler has been started."""
        self._metrics.recall()

    def close(self) -> None:
        """Answer nothing more."""
        self._metrics.close()
