"""One scheduler with many tasks: how late they start, and what that costs. Prints JSON.

    scheduler_load.py PROGRAM [--tasks N] [--seconds S] [--warm-up S]

Every task is due once a minute, at its own second of it, and does nothing. All programs use
asyncio, keep at most one run of a task at a time, start late rather than never, and write two lines
a run through the same handler and JSON formatter (rota's) to a file. rota keeps its SQLite state,
APScheduler its jobs in memory.

`apscheduler` says in its lines what rota says in its own, so that the logging is equal;
`apscheduler_own_lines` leaves it at the two shorter ones that APScheduler itself writes.
`apscheduler_fractions` spreads its jobs over fractions of seconds, which rota's slots do not have:
no two come due at once, and each wakes the process.

Memory is counted from after the program's imports, so that a heavier library does not hide what a
task costs. Lateness is wall time after the second that the task is for.
"""

import argparse
import asyncio
import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rota.logs import setup as logs

PERIOD_SECONDS = 60
PAGE_BYTES = resource.getpagesize()

Handler = Callable[..., Awaitable[None]]
Stop = Callable[[], Awaitable[None]]
# Handlers by name, each for its own part of the minute, and a folder for what is kept.
Start = Callable[[dict[str, Handler], Path], Awaitable[Stop]]


def resident_bytes() -> int:
    """Return the process's resident set size."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def cpu_seconds() -> float:
    """Return user and system time of the process, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@dataclass
class Lateness:
    """What the handlers note down: seconds after the slot of each run, while `recording`."""

    recording: bool = False
    seconds: list[float] = field(default_factory=list)

    def handler(self, phase: float) -> Handler:
        """Return the handler of a task that is due at second `phase` of each minute."""

        async def note(_: Any = None) -> None:
            if self.recording:
                self.seconds.append((time.time() - phase) % PERIOD_SECONDS)

        return note


def _rota() -> Start:
    import rota_load  # noqa: PLC0415 (each program imports its own)

    return rota_load.start


def _apscheduler() -> Start:
    import apscheduler_load  # noqa: PLC0415 (as above)

    return apscheduler_load.start


def _apscheduler_own_lines() -> Start:
    import apscheduler_load  # noqa: PLC0415 (as above)

    return apscheduler_load.start_with_own_lines


def _apscheduler_fractions() -> Start:
    import apscheduler_load  # noqa: PLC0415 (as above)

    return apscheduler_load.start_at_fractions


# Each imports all that its program will use, so that memory is counted from there.
PROGRAMS: dict[str, Callable[[], Start]] = {
    "rota": _rota,
    "apscheduler": _apscheduler,
    "apscheduler_own_lines": _apscheduler_own_lines,
    "apscheduler_fractions": _apscheduler_fractions,
}


async def measure(
    program: str, *, tasks: int, seconds: float, warm_up_seconds: float
) -> dict[str, float]:
    """Run `program` for a while; return its lateness, CPU and memory."""
    lateness = Lateness()
    start = PROGRAMS[program]()
    gc.collect()
    imported_bytes = resident_bytes()
    with tempfile.TemporaryDirectory() as folder:
        log_to(Path(folder) / "log")
        start_cpu = cpu_seconds()
        phases: list[float] = [n % PERIOD_SECONDS for n in range(tasks)]
        if program == "apscheduler_fractions":
            phases = [n * PERIOD_SECONDS / tasks for n in range(tasks)]
        handlers = {f"task-{n}": lateness.handler(phase) for n, phase in enumerate(phases)}
        stop = await start(handlers, Path(folder))
        started_bytes = resident_bytes()
        planning_cpu = cpu_seconds() - start_cpu
        await asyncio.sleep(warm_up_seconds)
        lateness.recording = True
        cpu, began = cpu_seconds(), time.monotonic()
        await asyncio.sleep(seconds)
        lateness.recording = False
        cpu, wall = cpu_seconds() - cpu, time.monotonic() - began
        run_bytes = resident_bytes()
        await stop()
    late = sorted(lateness.seconds)
    return {
        "runs": len(late),
        "expected_runs": tasks * seconds / PERIOD_SECONDS,
        "late_p50_ms": late[len(late) // 2] * 1000,
        "late_p99_ms": late[len(late) * 99 // 100] * 1000,
        "cpu_percent": cpu / wall * 100,
        "planning_cpu_seconds": planning_cpu,
        "memory_started_mib": (started_bytes - imported_bytes) / 2**20,
        "memory_running_mib": (run_bytes - imported_bytes) / 2**20,
        "imports_mib": imported_bytes / 2**20,
    }


def log_to(path: Path) -> None:
    """Send logs to a file through rota's handler and JSON formatter."""
    sys.stderr = path.open("w", encoding="utf-8")
    logs.configure(level="INFO", log_format="json")


def main() -> None:
    """Measure one program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--warm-up", type=float, default=20.0)
    chosen = parser.parse_args()
    result = asyncio.run(
        measure(
            chosen.program,
            tasks=chosen.tasks,
            seconds=chosen.seconds,
            warm_up_seconds=chosen.warm_up,
        )
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
