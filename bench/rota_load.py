"""The load of `scheduler_load.py` in rota's scheduler, with its ledger and its own log lines."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import rota.processes.scheduler  # noqa: F401 (so that the imports are those of `rota scheduler`)
from rota.ledger.sqlite import SqliteLedger
from rota.model.clock import SystemClock, instant
from rota.observers.run_log import log_run_event
from rota.runtime.process import settle_garbage_collector
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from rota.tasks.definition import define_task

PERIOD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SecondOfMinute:
    """Due at one second of each minute.

    rota itself gives a task of 60 s the schedule `* * * * *`, which is due at second 0 only: the
    load would come at once instead of spread.
    """

    second: int
    text: str = "every 60 s"

    def next_epoch(self, after: int, /) -> int:
        """Return the first such second after `after`."""
        return after + PERIOD_SECONDS - (after - self.second) % PERIOD_SECONDS

    def next_after(self, moment: datetime, /) -> datetime:
        """Return the same for an aware moment."""
        return instant(self.next_epoch(int(moment.timestamp())))


async def start(
    handlers: Mapping[str, Callable[[Any], Awaitable[None]]], folder: Path
) -> Callable[[], Awaitable[None]]:
    """Plan one task for each handler; the n-th is due at second n % 60 of each minute."""
    # More than are ever due at once: APScheduler's asyncio executor has no limit either.
    settings = Settings(max_concurrent_runs=1000)
    scheduler = TaskScheduler(
        None,
        settings=settings,
        ledger=SqliteLedger(folder / "ledger.sqlite3", SystemClock()),
        observers=[log_run_event],
    )
    for number, (name, handler) in enumerate(handlers.items()):
        task = define_task(name, handler, PERIOD_SECONDS, run_on_start=False, settings=settings)
        schedule: Any = SecondOfMinute(number % PERIOD_SECONDS)
        scheduler.add(replace(task, schedule=schedule))
    await scheduler.start()
    # As rota's worker does once all is planned.
    settle_garbage_collector()
    return scheduler.stop
