"""What the measurements share: whole processes in turn, and a server in a process of its own."""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Cost:
    """What one process, or one piece of work, took."""

    wall_seconds: float
    cpu_seconds: float


def run_process(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command; its cost is the kernel's account of it. RuntimeError if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(wall_seconds, usage.ru_utime + usage.ru_stime)


@contextlib.contextmanager
def api_server() -> Iterator[str]:
    """Run `api_server.py` meanwhile; yield its base URL."""
    server = subprocess.Popen(
        [sys.executable, str(HERE / "api_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None  # noqa: S101 (asked for above)
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.communicate()


def compared(costs: Sequence[Cost], reference: Sequence[Cost]) -> dict[str, float]:
    """Return medians in milliseconds, and the median of the ratios pair by pair."""
    pairs = list(zip(costs, reference, strict=True))
    return {
        "cpu_ms": _median_ms(each.cpu_seconds for each in costs),
        "wall_ms": _median_ms(each.wall_seconds for each in costs),
        "reference_cpu_ms": _median_ms(each.cpu_seconds for each in reference),
        "reference_wall_ms": _median_ms(each.wall_seconds for each in reference),
        "cpu_ratio": statistics.median(a.cpu_seconds / b.cpu_seconds for a, b in pairs),
        "wall_ratio": statistics.median(a.wall_seconds / b.wall_seconds for a, b in pairs),
    }


def _median_ms(seconds: Iterator[float]) -> float:
    return statistics.median(seconds) * 1000
