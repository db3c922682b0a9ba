"""A year of an hourly and a daily task, in virtual time. Prints the CPU seconds that it takes.

The event loop and the clock are the test kit's: time passes when there is nothing to do.
"""

import asyncio
import json

from scheduler_load import cpu_seconds

from rota.scheduler import TaskScheduler
from rota.testing import VirtualClock, VirtualLoop

START = 1_795_478_400
HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
YEAR_SECONDS = 365 * DAY_SECONDS


async def year() -> int:
    """Run the year; return how many runs there were."""
    runs = 0

    async def count(_: object) -> None:
        nonlocal runs
        runs += 1

    scheduler = TaskScheduler(
        None, clock=VirtualClock(START), observers=[], longest_sleep_seconds=DAY_SECONDS
    )
    scheduler.register_task("hourly", count, HOUR_SECONDS)
    scheduler.register_task("daily", count, DAY_SECONDS)
    await scheduler.start()
    await asyncio.sleep(YEAR_SECONDS + 1)
    await scheduler.stop()
    return runs


def main() -> None:
    """Measure one year."""
    before = cpu_seconds()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runs = runner.run(year())
    print(json.dumps({"cpu_seconds": cpu_seconds() - before, "runs": runs}))


if __name__ == "__main__":
    main()
