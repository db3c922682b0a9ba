"""Everything that a scheduler serves: health, metrics, and the console where it is asked for."""

import contextlib
import logging
from collections.abc import Sequence

from starlette.routing import BaseRoute

from rota.ledger.protocol import Ledger
from rota.ledger.sqlite import SqliteLedger
from rota.model.clock import Clock
from rota.model.events import Observer
from rota.net.addresses import parse_address
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from rota.status.board import Board
from rota.web.access import AccessOptions, check_access
from rota.web.answers import Answers
from rota.web.application import create_application
from rota.web.health import create_health_app, health_routes
from rota.web.live import News
from rota.web.metrics import metrics_routes
from rota.web.pages import About
from rota.web.scheduler_metrics import SchedulerMetrics
from rota.web.scheduler_probe import SchedulerProbe
from rota.web.server import serving

_logger = logging.getLogger(__name__)


class SchedulerWeb:
    """Give its `observers` to a scheduler, `serve` that, and `recall` once it has started."""

    def __init__(self, settings: Settings, ledger: Ledger, clock: Clock) -> None:
        self._settings = settings
        self._ledger = ledger
        self._clock = clock
        self._metrics = SchedulerMetrics(ledger)
        self._news = News()
        self._answers: Answers | None = None

    @property
    def observers(self) -> Sequence[Observer]:
        """What is to hear of the scheduler's events."""
        news = [self._news] if self._settings.web_address else []
        return [*self._metrics.observers, *news]

    async def serve(
        self, scheduler: TaskScheduler, servers: contextlib.AsyncExitStack
    ) -> str | None:
        """Serve at the addresses that are set until `servers` is left; return the console's URL.

        Raises ConfigError.
        """
        self._metrics.attach(scheduler, self._clock)
        routes = metrics_routes(self._metrics.render)
        probe = SchedulerProbe(scheduler, self._clock)
        if self._settings.health_address:
            host, port = parse_address(self._settings.health_address, "ROTA_HEALTH_ADDRESS")
            app = create_health_app(probe, routes=routes)
            url = await servers.enter_async_context(serving(app, host, port))
            _logger.info("health.listening", extra={"url": url})
        if not self._settings.web_address:
            return None
        return await self._serve_console(scheduler, [*health_routes(probe), *routes], servers)

    async def _serve_console(
        self,
        scheduler: TaskScheduler,
        routes: Sequence[BaseRoute],
        servers: contextlib.AsyncExitStack,
    ) -> str:
        settings = self._settings
        host, port = parse_address(settings.web_address, "ROTA_WEB_ADDRESS")
        access = AccessOptions(
            access=settings.web_access,
            secret_file=settings.web_secret_file,
            proxies=settings.web_proxies,
            user_header=settings.web_user_header,
        )
        check_access(access, host)

        def make_board() -> Board:
            # Tasks may be added, and the ledger be opened, while this is served.
            found = scheduler.snapshot()
            return Board(
                [each.task for each in found],
                self._ledger.reader(),
                self._clock,
                owes_since={each.task.name: each.owes_since for each in found},
            )

        self._answers = Answers(make_board)
        app = create_application(
            self._answers,
            self._news,
            access=access,
            hosts=settings.web_hosts,
            clock=self._clock,
            about=About(
                release=settings.release,
                mode="scheduler",
                ledger_path=self._ledger.path if isinstance(self._ledger, SqliteLedger) else None,
                settings=settings,
            ),
            routes=routes,
        )
        url = await servers.enter_async_context(serving(app, host, port))
        servers.callback(self._news.close)  # before the server waits for its streams
        _logger.info("web.listening", extra={"url": url})
        return url

    def recall(self) -> None:
        """Let the metrics go on from the ledger: as soon as the scheduler has been started."""
        self._metrics.recall()

    def close(self) -> None:
        """Answer nothing more."""
        self._metrics.close()
        if self._answers is not None:
            self._answers.close()
