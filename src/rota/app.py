"""The composition root: what a process of rota is made of, from its settings."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rota.api import BusinessApiClient
from rota.api.factory import make_client
from rota.model import heartbeat
from rota.model.clock import Clock, SystemClock
from rota.model.context import Stop
from rota.model.errors import ConfigError
from rota.model.events import Observer
from rota.observers.background import BackgroundObserver
from rota.observers.finding import find_observers
from rota.observers.run_log import log_run_event
from rota.runs.bus import EventBus
from rota.runs.runner import Runner
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition

if TYPE_CHECKING:
    from rota.ledger.backfill_log import BackfillLog
    from rota.ledger.protocol import Ledger
    from rota.ledger.reader import SqliteReader
    from rota.observers.pings import PingLine
    from rota.observers.traces import Traces
    from rota.scheduler import TaskScheduler
    from rota.status.board import Board
    from rota.web.scheduler_web import SchedulerWeb

STATE_OFF = "off"
# Of the client and of the observers, each: the work is done, and the process is about to end.
CLOSE_SECONDS = 1.0

_logger = logging.getLogger(__name__)


class App:
    """Client, clock, observers, runner and scheduler of one process.

    Made outside an event loop or inside; nothing is opened before it is used, so that a mistake in
    the settings is a ConfigError here, with nothing to undo. Enter it to have all of it closed.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        observers: Sequence[Observer] = (),
        clock: Clock | None = None,
    ) -> None:
        """Make the parts; `observers` hear of each event first, before the log has its line."""
        self.settings = settings
        self.clock = clock or SystemClock()
        self.client: BusinessApiClient = make_client(settings)
        self._found = [BackgroundObserver(observer) for observer in find_observers(settings)]
        self._pings = _ping_line(settings)
        self._traces = _traces(settings, self.clock)
        self.observers: Sequence[Observer] = [
            *observers,
            log_run_event,
            *((self._traces,) if self._traces is not None else ()),
            *self._run_pings(),
            *self._found,
        ]
        self._servers = contextlib.AsyncExitStack()
        self._web: SchedulerWeb | None = None

    def _run_pings(self) -> Sequence[Observer]:
        if self._pings is None:
            return ()
        from rota.observers.pings import RunPings  # noqa: PLC0415 (as in _ping_line)

        return (RunPings(self._pings, job_uid=self.settings.job_uid),)

    def runner(self, stop: Stop) -> Runner:
        """Return what starts single runs, until `stop` is requested."""
        return Runner(
            self.client,
            clock=self.clock,
            stop=stop,
            bus=EventBus(self.observers),
            tracing=self._traces,
        )

    def scheduler(self, tasks: Sequence[TaskDefinition]) -> "TaskScheduler":
        """Return the scheduler of `tasks`, with its ledger, not started."""
        from rota.scheduler import TaskScheduler  # noqa: PLC0415 (a single run needs none)

        ledger = make_ledger(self.settings, self.clock)
        observers = self.observers
        if self.settings.health_address or self.settings.web_address:
            from rota.web.scheduler_web import SchedulerWeb  # noqa: PLC0415 (as above)

            self._web = SchedulerWeb(self.settings, ledger, self.clock)
            observers = [*self._web.observers, *observers]
            if self._pings is not None:
                self._pings.on_result = self._web.count_ping
        scheduler = TaskScheduler(
            self.client,
            settings=self.settings,
            clock=self.clock,
            ledger=ledger,
            observers=observers,
            tracing=self._traces,
        )
        for task in tasks:
            scheduler.add(task)
        return scheduler

    async def serve(self, scheduler: "TaskScheduler") -> str | None:
        """Serve health, metrics and the console where an address is set, until the app is left.

        Returns the console's URL, if there is one. Raises ConfigError for an address that cannot
        be used.
        """
        return None if self._web is None else await self._web.serve(scheduler, self._servers)

    def recall(self) -> None:
        """Let the metrics go on from the ledger: as soon as the scheduler has been started."""
        if self._web is not None:
            self._web.recall()

    def beat(self, scheduler: "TaskScheduler") -> None:
        """Ping for the scheduler itself, if the settings name a place for that, until it ends."""
        if self._pings is None:
            return
        from rota.observers.heartbeat import keep_beating  # noqa: PLC0415 (as in _ping_line)

        def is_well() -> bool:
            return scheduler.running and scheduler.heartbeat_age_seconds() < heartbeat.LIMIT_SECONDS

        keep_beating(self._pings, "@scheduler", is_well, self._servers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self, *, client: bool = True) -> None:
        """Close what was opened: servers, client, observers. May be called twice.

        Without `client` that is left alone, such as for a stuck task that may hold its locks.
        """
        await self._servers.aclose()
        if self._web is not None:
            self._web.close()
        if client:
            await self._close_client()
        self.close_observers()

    def close_observers(self) -> None:
        """Let the observers on threads of their own see what waits for them, for a moment.

        Pings and spans have longer: what is left of them goes to another network. They leave at
        the same time.
        """
        if self._traces is not None:
            self._traces.begin_close()
        end = time.monotonic() + CLOSE_SECONDS
        for observer in self._found:
            observer.close(max(0.0, end - time.monotonic()))
        if self._pings is not None:
            self._pings.close()
        if self._traces is not None:
            self._traces.close()

    async def _close_client(self) -> None:
        # An application's own close() must not make another end of work that is done.
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.client.close()
        except (Exception, SystemExit):
            _logger.warning("client.close_failed", exc_info=True)


def _ping_line(settings: Settings) -> "PingLine | None":
    if settings.ping_url is None and settings.ping_url_file is None:
        return None
    from rota.observers.pings import ping_line  # noqa: PLC0415 (most processes have none)

    return ping_line(settings)


def _traces(settings: Settings, clock: Clock) -> "Traces | None":
    if not settings.traces:
        return None
    try:
        from rota.observers.traces import make_traces  # noqa: PLC0415 (an extra, and slow)
    except ImportError:
        raise ConfigError(
            "ROTA_TRACES: needs OpenTelemetry, which is not installed: pip install 'rota[otel]', "
            "or leave the setting unset"
        ) from None
    return make_traces(settings, clock)


def make_ledger(settings: Settings, clock: Clock) -> "Ledger":
    """Return the ledger that ROTA_STATE_PATH asks for; in memory where there is no place for it."""
    from rota.ledger.memory import MemoryLedger  # noqa: PLC0415 (a single run needs none)
    from rota.ledger.sqlite import SqliteLedger  # noqa: PLC0415

    if settings.state_path.lower() == STATE_OFF:
        return MemoryLedger()
    try:
        return SqliteLedger(ledger_path(settings), clock)
    except ConfigError as error:
        _logger.warning("state.off", extra={"reason": str(error)})
        return MemoryLedger()


def open_board(settings: Settings, tasks: Sequence[TaskDefinition]) -> "Board":
    """Return what answers questions about `tasks` from the ledger's file, for another process.

    Raises ConfigError where there is no such file.
    """
    from rota.status.board import Board  # noqa: PLC0415 (only for these commands)

    return Board(tasks, _ledger_reader(settings), SystemClock())


def open_console_board(settings: Settings) -> "Board | None":
    """Return what answers questions from a console's ledger, which knows its tasks itself.

    None where the ledger is a scheduler's. Raises ConfigError where there is no such file.
    """
    from rota.kubernetes.watching.seen_tasks import tasks_of_specs  # noqa: PLC0415 (as above)
    from rota.status.board import Board  # noqa: PLC0415

    reader, clock = _ledger_reader(settings), SystemClock()
    if reader.watched_until() is None:
        return None
    return Board(tasks_of_specs(reader.specs(), clock.timestamp()), reader, clock)


def _ledger_reader(settings: Settings) -> "SqliteReader":
    from rota.ledger.reader import SqliteReader  # noqa: PLC0415 (only for these commands)

    if settings.state_path.lower() == STATE_OFF:
        raise ConfigError("ROTA_STATE_PATH is off: the ledger is in the scheduler's memory")
    path = ledger_path(settings)
    if not path.exists():
        raise ConfigError(f"there is no ledger at {path}, where ROTA_STATE_PATH says")
    return SqliteReader(path)


def backfill_log(settings: Settings) -> "BackfillLog | None":
    """Return what `rota backfill` has done, beside the ledger; None where there is no place."""
    from rota.ledger.backfill_log import BackfillLog, path_beside  # noqa: PLC0415 (only for this command)

    if settings.state_path.lower() == STATE_OFF:
        return None
    return BackfillLog(path_beside(ledger_path(settings)))


def ledger_path(settings: Settings) -> Path:
    """Return where the ledger's file is, or would be. Raises ConfigError without a home."""
    from rota.ledger.storage import default_ledger_path  # noqa: PLC0415 (a single run needs none)

    if settings.state_path:
        return Path(settings.state_path)
    try:
        return default_ledger_path(settings.release)
    except RuntimeError:
        # What pathlib raises for a user without a name and without HOME, as OpenShift has them.
        raise ConfigError("there is no home directory; set ROTA_STATE_PATH") from None
