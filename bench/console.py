"""What the console costs with a long history, while runs go on. Prints JSON.

    console.py [--tasks N] [--runs N] [--each-second N] [--seconds S]

One `rota scheduler` with N tasks and a ledger of as many runs, some of its tasks running every
second (each run is two events), and one reader of the live events. Of each page the median of its
answers' times; CPU and memory of the process after S seconds, beside one without a console.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGES = (
    "",
    "tasks/task-0999",
    "api/v1/summary",
    "api/v1/runs",
    "api/v1/tasks/task-0999",
    "api/v1/tasks",
    "api/v1/tasks?limit=500",
    "runs?q=nothing",
    "runs.csv?task=task-0999",
)
ASKED = 15
HOUR_SECONDS = 3600
_TICKS = os.sysconf("SC_CLK_TCK")


def fill(path: Path, tasks: int, runs: int) -> None:
    """Write the history: each task has had its run for each of the last hours."""
    from rota.ledger.sqlite import SqliteLedger  # noqa: PLC0415 (only here)
    from rota.model.clock import SystemClock, instant  # noqa: PLC0415
    from rota.model.exit_codes import ExitCode  # noqa: PLC0415
    from rota.model.outcome import Outcome  # noqa: PLC0415
    from rota.model.run import Run, RunRecord, Trigger  # noqa: PLC0415

    newest = int(time.time()) // HOUR_SECONDS * HOUR_SECONDS
    ledger = SqliteLedger(path, SystemClock())
    ledger.open(lambda: None)
    for back in reversed(range(runs // tasks)):
        slot = newest - back * HOUR_SECONDS
        for number in range(tasks):
            name, failed = f"task-{number:04}", (number + back) % 50 == 0
            run = Run(name, f"{number}-{back}", Trigger.SCHEDULE, instant(slot), instant(slot), "i")
            outcome = Outcome.FAILED if failed else Outcome.SUCCEEDED
            code = ExitCode.TASK_FAILED if failed else ExitCode.SUCCEEDED
            reason = "the printer is out of paper" if failed else None
            counts = {"done": number}
            ledger.run_ended(
                RunRecord(run, outcome, code, slot + 0.1, 1.5, 0.1, reason, counts=counts),
                owed=False,
            )
            ledger.account(name, "0 * * * * Etc/UTC", slot)
        while ledger.flush():
            time.sleep(0.01)
    ledger.close()


@contextlib.contextmanager
def scheduler(path: Path, given: argparse.Namespace, **settings: str) -> Iterator[Any]:
    """Run the scheduler meanwhile; yield its process and its console's URL, if it has one."""
    environment = os.environ | {
        "ROTA_TASKS": "console_tasks",
        "ROTA_STATE_PATH": str(path),
        "BENCH_TASKS": str(given.tasks),
        "BENCH_EACH_SECOND": str(given.each_second),
        "PYTHONPATH": str(HERE),
        **settings,
    }
    command = [sys.executable, "-m", "rota", "scheduler"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None  # noqa: S101 (asked for above)
    url = ""
    for line in process.stderr:
        found = re.search(r'"web.listening", "url": "([^"]+)"', line)
        url = found[1] if found else url
        if "worker.started" in line:
            break
    threading.Thread(target=process.stderr.read, daemon=True).start()
    try:
        yield process, url
    finally:
        process.terminate()
        process.wait()


def ask(url: str) -> bytes:
    """Return a page."""
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 (this machine's)
        return bytes(answer.read())


def follow(stream: Any) -> None:
    """Read live events until the server ends them, or the measurement does."""
    with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
        while stream.readline():
            pass


def answer_ms(url: str) -> dict[str, float]:
    """Return the median time of the answers of each page, in milliseconds, and its size."""
    measured = {}
    for page in PAGES:
        times = []
        for _ in range(ASKED):
            began = time.perf_counter()
            ask(f"{url}/{page}")
            times.append((time.perf_counter() - began) * 1000)
        measured[f"/{page}"] = round(statistics.median(times), 1)
    return measured


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    """Return what a process has taken, user and system."""
    fields = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mib(process: subprocess.Popen[str]) -> float:
    """Return the resident memory of a process."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def spent(process: subprocess.Popen[str], seconds: float) -> dict[str, float]:
    """Return the share of a core that a process takes, and its memory in the end."""
    before = cpu_seconds(process)
    time.sleep(seconds)
    share = (cpu_seconds(process) - before) / seconds * 100
    return {"cpu_percent": round(share, 2), "memory_mib": round(memory_mib(process), 1)}


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--each-second", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        fill(path, given.tasks, given.runs)
        with scheduler(path, given) as (process, _):
            without = spent(process, given.seconds)
        with (
            scheduler(path, given, ROTA_WEB_ADDRESS="127.0.0.1:0") as (process, url),
            urllib.request.urlopen(f"{url}/api/v1/events", timeout=60) as stream,  # noqa: S310 (as above)
        ):
            threading.Thread(target=follow, args=[stream], daemon=True).start()
            pages = answer_ms(url)
            console = spent(process, given.seconds)
    print(json.dumps({"answer_ms": pages, "console": console, "without": without}))


if __name__ == "__main__":
    main()
