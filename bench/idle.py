"""What a scheduler costs while nothing comes due. Prints JSON.

    idle.py [--tasks N] [--seconds S]

One process with N hourly tasks and the ledger in a file, beside one whose event loop sleeps.
CPU time of the whole process, user and system, in the seconds after it has started.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from scheduler_load import cpu_seconds

HOUR_SECONDS = 3600


async def rota(tasks: int, seconds: float) -> float:
    """Return the CPU seconds of a scheduler with hourly tasks; none of them comes due."""
    from rota.ledger.sqlite import SqliteLedger  # noqa: PLC0415 (each program imports its own)
    from rota.model.clock import SystemClock  # noqa: PLC0415
    from rota.scheduler import TaskScheduler  # noqa: PLC0415

    class HalfPast:
        """A clock that stands half an hour before the next slot of all tasks, and goes on."""

        def __init__(self) -> None:
            now = SystemClock().timestamp()
            self._offset_seconds = HOUR_SECONDS / 2 - now % HOUR_SECONDS

        def timestamp(self) -> float:
            return SystemClock().timestamp() + self._offset_seconds

    async def nothing(_: object) -> None:
        """Do nothing."""

    with tempfile.TemporaryDirectory() as folder:
        clock = HalfPast()
        ledger = SqliteLedger(Path(folder) / "ledger.sqlite3", clock)
        scheduler = TaskScheduler(None, clock=clock, ledger=ledger)
        for number in range(tasks):
            scheduler.register_task(f"task-{number}", nothing, HOUR_SECONDS)
        await scheduler.start()
        spent = await _spent(seconds)
        await scheduler.stop()
    return spent


async def loop(_: int, seconds: float) -> float:
    """Return the CPU seconds of an event loop that sleeps."""
    return await _spent(seconds)


async def _spent(seconds: float) -> float:
    # What was put off until after the start, such as the first write, is not counted.
    await asyncio.sleep(3)
    before = cpu_seconds()
    await asyncio.sleep(seconds)
    return cpu_seconds() - before


def main() -> None:
    """Measure both, each in a process of its own, at the same time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--program", choices=["rota", "loop"])
    given = parser.parse_args()
    if given.program:
        measured = {"rota": rota, "loop": loop}[given.program]
        print(json.dumps(asyncio.run(measured(given.tasks, given.seconds))))
        return
    same = [sys.executable, __file__, f"--tasks={given.tasks}", f"--seconds={given.seconds}"]
    started = {
        name: subprocess.Popen([*same, f"--program={name}"], stdout=subprocess.PIPE)
        for name in ("rota", "loop")
    }
    spent = {name: json.loads(process.communicate()[0]) for name, process in started.items()}
    print(json.dumps({name: each / given.seconds * 100 for name, each in spent.items()}))


if __name__ == "__main__":
    main()
