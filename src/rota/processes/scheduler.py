"""`rota scheduler`: the scheduler as a process, from its settings to its exit code."""

import asyncio
import logging
import os
from collections.abc import Sequence
from typing import Any

from rota.api import BusinessApiClient
from rota.app import App
from rota.logs.protection import protected_loggers
from rota.model.exit_codes import ExitCode
from rota.processes import HARD_STOP_SECONDS
from rota.runs.blocked_loop import BlockedLoop
from rota.runtime.process import run_process, settle_garbage_collector
from rota.runtime.signals import StopSignals
from rota.runtime.watchdog import Watchdog
from rota.scheduler import TaskScheduler
from rota.settings import load_settings, setup_logging
from rota.tasks.definition import TaskDefinition
from rota.tasks.discovery import discover
from rota.tasks.registry import check_not_empty


class Worker:
    """The scheduler with its tasks, API client, state and health server.

    `running` is true from the end of `start` to the beginning of `stop`. `tasks` are asyncio tasks
    of the application that end with the worker.
    """

    def __init__(self, tasks: Sequence[TaskDefinition] | None = None) -> None:
        """Make a worker of `tasks`; without them `start` finds those that the settings name."""
        self.logger = logging.getLogger(__name__)
        self._selected = tasks
        self.running = False
        self.tasks: set[asyncio.Task[Any]] = set()
        self.scheduler: TaskScheduler | None = None
        self.api_client: BusinessApiClient | None = None
        self._watchdog = Watchdog()
        self._blocked: BlockedLoop | None = None
        self._app: App | None = None
        self._stopping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Set up logging, find the tasks and start their schedules.

        Raises ConfigError (exit code 2) for settings, tasks or a health address that cannot be
        used, before anything is started.
        """
        if self._stopping is not None:
            await self._stopping
            self._stopping = None
        settings = load_settings()
        setup_logging()
        self.logger.info("worker.starting")
        registry = discover(settings).selected() if self._selected is None else self._selected
        check_not_empty(registry)
        self._app = App(settings)
        self.api_client = self._app.client
        self.scheduler = self._app.scheduler(registry)
        await self._app.serve(self.scheduler)
        self._watchdog = Watchdog()
        self._watchdog.start()
        await self.scheduler.start()
        self._app.recall()
        self._app.beat(self.scheduler)
        self._blocked = BlockedLoop(self.scheduler.runner, self._app.close_observers)
        settle_garbage_collector()
        self.running = True
        self.logger.info("worker.started", extra={"tasks": [task.name for task in registry]})

    async def stop(self) -> None:
        """Stop in order, within the grace; safe to call twice and before `start`."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._shut_down())
        await asyncio.shield(self._stopping)

    def request_stop(self, signal_number: int | None = None) -> None:
        """Start nothing new from now on; `stop` does the rest."""
        if self.scheduler is not None:
            self.scheduler.request_stop(signal_number)

    def end_blocked(self, signal_number: int) -> None:
        """Publish the end of every run, since the event loop is blocked. Any thread."""
        if self._blocked is not None:
            self._blocked.stop(signal_number)

    async def _shut_down(self) -> None:
        self.logger.info("worker.stopping")
        self.running = False
        if self.scheduler is not None:
            await self.scheduler.stop()
        self._watchdog.stop()
        if self._app is not None:
            await self._app.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.logger.info("worker.stopped")


async def main(tasks: Sequence[TaskDefinition] | None = None) -> None:
    """Run a worker until SIGTERM or SIGINT, then stop it within the grace.

    Without `tasks`, those that the settings name are found once the event loop runs.
    """
    worker = Worker(tasks)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop(signal_number: int) -> None:
        worker.request_stop(signal_number)
        stopped.set()

    def on_signal(signal_number: int) -> None:
        if worker.scheduler is None:
            # Tasks are being imported, which blocks the loop: no run has started yet, and what
            # this thread was in the middle of may hold the locks that a flush would need.
            os._exit(ExitCode.SUCCEEDED)
        loop.call_soon_threadsafe(stop, signal_number)

    signals = StopSignals(
        on_signal,
        hard_stop_seconds=load_settings().grace_seconds + HARD_STOP_SECONDS,
        exit_code=ExitCode.SUCCEEDED,
        on_hard_stop=worker.end_blocked,
    )
    with signals:
        try:
            await worker.start()
            await stopped.wait()
        finally:
            await worker.stop()


def run_scheduler() -> ExitCode:
    """Run a worker until a signal; return the exit code of the process.

    Tasks are imported before the event loop is made, as by every other command: a module may run
    an event loop itself, or set the policy that makes this one.
    """
    settings = load_settings()
    setup_logging()
    tasks = discover(settings).selected()

    async def work() -> ExitCode:
        await main(tasks)
        return ExitCode.SUCCEEDED

    # Again, since a module may have configured logging while it was imported.
    setup_logging()
    with protected_loggers():
        return run_process(work())
