"""`rota console`: watches the CronJobs of a release and shows them, until a signal."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rota.app import STATE_OFF
from rota.kubernetes.permissions import check_permissions
from rota.kubernetes.release_watch import ReleaseWatch
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedRun
from rota.ledger.storage import default_ledger_path
from rota.model import heartbeat
from rota.model.clock import SystemClock
from rota.model.errors import UsageError
from rota.model.exit_codes import ExitCode
from rota.processes import HARD_STOP_SECONDS
from rota.runtime.process import run_process, settle_garbage_collector
from rota.runtime.signals import StopSignals
from rota.settings import Settings, load_settings, setup_logging

if TYPE_CHECKING:
    from rota.kubernetes.connection import Connection
    from rota.observers.console_pings import ConsolePings

_HASH_CHARACTERS = 8
# For pings that are still to be sent.
_CLOSE_SECONDS = 2.0
# For the ping of the console itself.
_LONGEST_BLINDNESS_SECONDS = 300.0
_MISSING_LIBRARY = (
    "the console needs the Kubernetes client, which is not installed: "
    "pip install 'rota[kubernetes]'"
)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConsoleOptions:
    """What the command line says; None: the settings, the kubeconfig or the service account do.

    `instance` is the label `app.kubernetes.io/instance` of what is watched.
    """

    namespace: str | None = None
    context: str | None = None
    instance: str | None = None


def run_console(options: ConsoleOptions) -> ExitCode:
    """Watch and serve until SIGTERM or SIGINT; return the exit code of the process.

    Raises ConfigError (exit code 2) for settings, a cluster, a namespace or rights that do not do.
    An API server that cannot be reached is none of these: it is asked again.
    """
    settings = load_settings()
    setup_logging()
    if not settings.web_address:
        raise UsageError(
            "the console needs an address to serve at: set ROTA_WEB_ADDRESS, for example to "
            "127.0.0.1:8080"
        )
    return run_process(_run_until_signal(settings, options))


async def _run_until_signal(settings: Settings, options: ConsoleOptions) -> ExitCode:
    loop = asyncio.get_running_loop()
    watching = asyncio.ensure_future(_watch(settings, options))

    def stop() -> None:
        _logger.info("console.stopping")
        watching.cancel()

    def stop_soon(_: int) -> None:
        loop.call_soon_threadsafe(stop)

    signals = StopSignals(
        stop_soon,
        hard_stop_seconds=HARD_STOP_SECONDS,
        exit_code=ExitCode.SUCCEEDED,
    )
    with signals:
        try:
            await watching
        except asyncio.CancelledError:
            _logger.info("console.stopped")
    return ExitCode.SUCCEEDED


async def _watch(settings: Settings, options: ConsoleOptions) -> None:
    from rota.web.console_web import ConsoleWeb  # noqa: PLC0415 (errors of settings come first)

    clock = SystemClock()
    async with contextlib.AsyncExitStack() as servers:
        connection = await servers.enter_async_context(_connected(options.context))
        namespace = options.namespace or settings.namespace or connection.namespace or "default"
        instance = options.instance or settings.instance or settings.release
        path = _ledger_path(settings, f"{namespace}-{instance}", connection.server)
        ledger = ConsoleLedger(path, clock)
        web = ConsoleWeb(settings, ledger, clock)
        pings = _pings(settings, web.count_ping, servers)

        def noted(notes: ConsoleNotes, ended: Sequence[RecordedRun]) -> None:
            web.noted(notes, ended)
            pings.noted(notes, ended)

        watch = ReleaseWatch(connection, namespace, instance, ledger, clock, on_noted=noted)
        # Until it has listed anything: when an earlier console ended, or this one began.
        pings.since = watch.blind_since or 0.0
        pings.keep_beating(lambda: _is_well(watch, clock.timestamp()), servers)
        servers.callback(ledger.close)
        await web.serve(watch, servers, namespace=namespace, instance=instance)
        await check_permissions(connection, namespace)
        settle_garbage_collector()
        extra = {
            "server": connection.server,
            "namespace": namespace,
            "instance": instance,
            "state": str(ledger.path),
        }
        _logger.info("console.started", extra=extra)
        await watch.run()


def _pings(
    settings: Settings, count: Callable[[str], object], servers: contextlib.AsyncExitStack
) -> "ConsolePings":
    from rota.observers.console_pings import ConsolePings  # noqa: PLC0415 (as ConsoleWeb)
    from rota.observers.pings import ping_line  # noqa: PLC0415

    line = ping_line(settings)
    if line is not None:
        line.on_result = count
        servers.callback(line.close, _CLOSE_SECONDS)
    return ConsolePings(line)


def _is_well(watch: ReleaseWatch, now: float) -> bool:
    """Whether the console sees what happens, or has not been blind for long."""
    blind_since = watch.blind_since
    sees = blind_since is None or now - blind_since < _LONGEST_BLINDNESS_SECONDS
    return watch.is_noted and sees and watch.heartbeat_age_seconds < heartbeat.LIMIT_SECONDS


def _connected(context: str | None) -> "contextlib.AbstractAsyncContextManager[Connection]":
    try:
        from rota.kubernetes.connection import connected  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError(_MISSING_LIBRARY) from None
    return connected(context)


def _ledger_path(settings: Settings, name: str, server: str) -> Path | None:
    """Return the file of the ledger; by default one of its own for each cluster and namespace."""
    if settings.state_path.lower() == STATE_OFF:
        return None
    if settings.state_path:
        return Path(settings.state_path)
    cluster = hashlib.sha256(server.encode()).hexdigest()[:_HASH_CHARACTERS]
    try:
        return default_ledger_path(f"console-{name}-{cluster}")
    except RuntimeError:
        _logger.warning("state.off", extra={"reason": "there is no home directory"})
        return None
