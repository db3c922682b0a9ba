"""The load of `scheduler_load.py` in APScheduler 3. Its executor logs two lines a run by itself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

PERIOD_SECONDS = 60
GRACE_SECONDS = 3600


async def start(
    handlers: Mapping[str, tuple[Callable[..., Awaitable[None]], int]],
) -> Callable[[], Awaitable[None]]:
    """Plan one job for each handler; its number decides its second of the minute."""
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
    for name, (handler, number) in handlers.items():
        first = minute + timedelta(seconds=number % PERIOD_SECONDS)
        trigger = IntervalTrigger(seconds=PERIOD_SECONDS, start_date=first, timezone=UTC)
        scheduler.add_job(handler, trigger, id=name, name=name)
    scheduler.start()

    async def stop() -> None:
        scheduler.shutdown(wait=False)

    return stop
