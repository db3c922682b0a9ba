"""The load of `scheduler_load.py` in APScheduler 3."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.events import (
    EVENT_JOB_EXECUTED,
    EVENT_JOB_SUBMITTED,
    JobExecutionEvent,
    JobSubmissionEvent,
)
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from rota.model.clock import rfc3339

PERIOD_SECONDS = 60
GRACE_SECONDS = 3600

_log: structlog.stdlib.BoundLogger = structlog.get_logger("bench.runs")


async def start(
    handlers: Mapping[str, Callable[..., Awaitable[None]]], _: Path
) -> Callable[[], Awaitable[None]]:
    """Plan one job for each handler; write the lines that rota writes.

    Short of the run id, which APScheduler has not.
    """
    return _started(_with_lines_of_rota(_plan(handlers, _whole_second)))


async def start_at_fractions(
    handlers: Mapping[str, Callable[..., Awaitable[None]]], _: Path
) -> Callable[[], Awaitable[None]]:
    """Do as `start` does, with each job due at a fraction of a second of its own."""
    share = PERIOD_SECONDS / len(handlers)
    return _started(_with_lines_of_rota(_plan(handlers, lambda number: number * share)))


async def start_with_own_lines(
    handlers: Mapping[str, Callable[..., Awaitable[None]]], _: Path
) -> Callable[[], Awaitable[None]]:
    """Plan one job for each handler; leave the lines to APScheduler's executor."""
    return _started(_plan(handlers, _whole_second))


def _whole_second(number: int) -> float:
    return number % PERIOD_SECONDS


def _with_lines_of_rota(scheduler: AsyncIOScheduler) -> AsyncIOScheduler:
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler.add_listener(_log_submitted, EVENT_JOB_SUBMITTED)
    scheduler.add_listener(_log_executed, EVENT_JOB_EXECUTED)
    return scheduler


def _plan(
    handlers: Mapping[str, Callable[..., Awaitable[None]]], phase_seconds: Callable[[int], float]
) -> AsyncIOScheduler:
    scheduler = AsyncIOScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": AsyncIOExecutor()},
        job_defaults={
            "misfire_grace_time": GRACE_SECONDS,
            "coalesce": True,
            "max_instances": 1,
        },
        timezone=UTC,
    )
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    for number, (name, handler) in enumerate(handlers.items()):
        first = minute + timedelta(seconds=phase_seconds(number))
        trigger = IntervalTrigger(seconds=PERIOD_SECONDS, start_date=first, timezone=UTC)
        scheduler.add_job(handler, trigger, id=name, name=name)
    return scheduler


def _started(scheduler: AsyncIOScheduler) -> Callable[[], Awaitable[None]]:
    scheduler.start()

    async def stop() -> None:
        scheduler.shutdown(wait=False)

    return stop


def _log_submitted(event: JobSubmissionEvent) -> None:
    slot = event.scheduled_run_times[0]
    _log.info(
        "run.started",
        task=event.job_id,
        trigger="schedule",
        slot=rfc3339(slot),
        lateness_seconds=round(time.time() - slot.timestamp(), 3),
    )


def _log_executed(event: JobExecutionEvent) -> None:
    slot = event.scheduled_run_time
    _log.info(
        "run.finished",
        task=event.job_id,
        trigger="schedule",
        slot=rfc3339(slot),
        outcome="succeeded",
        exit_code=0,
        duration_seconds=round(time.time() - slot.timestamp(), 3),
    )
