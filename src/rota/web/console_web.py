"""Everything that a console serves: health, pages and API of what it sees of CronJobs."""

import contextlib
from collections.abc import Collection, Sequence

from rota.kubernetes.release_watch import ReleaseWatch
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedRun
from rota.model.clock import Clock, duration_text, instant, rfc3339
from rota.model.errors import SettingsError
from rota.settings import Settings
from rota.status.board import Board
from rota.web.console_metrics import ConsoleMetrics
from rota.web.console_probe import ConsoleProbe, watch_facts
from rota.web.live import News
from rota.web.metrics import metrics_routes
from rota.web.pages import About
from rota.web.serving_pages import serve_health, serve_pages


class ConsoleWeb:
    """Give `noted` to a watch, then `serve` that."""

    def __init__(self, settings: Settings, ledger: ConsoleLedger, clock: Clock) -> None:
        self._settings = settings
        self._ledger = ledger
        self._clock = clock
        self._news = News()
        self._metrics = ConsoleMetrics(ledger, clock)

    def noted(self, notes: ConsoleNotes, ended: Sequence[RecordedRun]) -> None:
        """Count what was written, and tell the readers which tasks have news."""
        self._metrics.noted(notes, ended)
        for task in notes.tasks():
            self._news.note(task)

    def count_ping(self, result: str) -> None:
        """Count what became of a dead-man ping. Any thread."""
        self._metrics.count_ping(result)

    async def serve(
        self,
        watch: ReleaseWatch,
        servers: contextlib.AsyncExitStack,
        *,
        namespace: str,
        instance: str,
    ) -> str:
        """Serve at the addresses that are set until `servers` is left; return the console's URL.

        `instance` is the label of what is watched in `namespace`. Raises ConfigError.
        """
        settings = self._settings
        if settings.web_actions:
            raise SettingsError(
                "ROTA_WEB_ACTIONS: a console changes nothing, since the right to make Jobs is the "
                "right to run anything: its pages have the commands to copy"
            )
        probe = ConsoleProbe(watch)

        def make_board() -> Board:
            return Board(watch.tasks(), self._ledger.reader(), self._clock)

        self._metrics.attach(watch, make_board)
        servers.callback(self._metrics.close)
        routes = metrics_routes(self._metrics.render)
        await serve_health(settings, probe, routes, servers)
        about = About(
            release=settings.release,
            mode="console",
            ledger_path=self._ledger.path,
            settings=settings,
            namespace=namespace,
            instance=instance,
            watch=lambda: watch_facts(watch),
            not_yet=lambda: _not_yet(watch),
            notes=lambda: blind_notes(watch, self._clock.timestamp()),
        )
        return await serve_pages(
            settings,
            make_board,
            self._news,
            about,
            probe=probe,
            routes=routes,
            clock=self._clock,
            servers=servers,
        )


def blind_notes(watch: ReleaseWatch, now: float) -> Collection[str]:
    """Return what every page says while the cluster is not seen; `now` is an epoch time."""
    since = watch.blind_since
    if since is None:
        return ()
    ago = duration_text(max(0, int(now - since)))
    at = rfc3339(instant(int(since)))
    return (f"The cluster has not been seen since {at}, {ago} ago{_trouble(watch)}.",)


def _not_yet(watch: ReleaseWatch) -> str | None:
    if watch.horizon is not None or watch.tasks():
        return None
    return f"the console has not seen the cluster yet{_trouble(watch)}"


def _trouble(watch: ReleaseWatch) -> str:
    errors = [health.error for health in watch.health.values() if health.error]
    return f" ({errors[0]})" if errors else ""
