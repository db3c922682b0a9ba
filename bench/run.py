"""Measures everything in this folder, beside the peers, and prints ratios. `make bench` runs it.

Makes an environment of its own below bench/.venv: rota as a wheel, compiled, with its locked
dependencies and the peers', and nothing else, so that starting costs what it costs in an image.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
ENVIRONMENT = HERE / ".venv"
PEERS = ("apscheduler", "croniter", "cronsim", "httpx", "pydantic-settings")


def main() -> None:
    """Run every measurement in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for trying it out")
    quick = parser.parse_args().quick
    python = prepare()
    print(machine(python))
    next_times(run(python, "next_times.py"))
    cold_start(run(python, "cold_start.py", "--pairs", "5" if quick else "40"))
    fan_out(run(python, "fan_out.py", "--rounds", "3" if quick else "25"))
    idle(run(python, "idle.py", "--seconds", "10" if quick else "60"))
    virtual_year(run(python, "virtual_year.py"))
    scheduler_load(python, rounds=1 if quick else 3)
    together(python, rounds=1 if quick else 5)


def prepare() -> Path:
    """Return the Python of a fresh environment."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
    python = ENVIRONMENT / "bin" / "python"
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, str(ROOT)]
        subprocess.run([sys.executable, *pip, *build], check=True)
        locked = ["install", "--require-hashes", "--requirement", str(HERE / "requirements.txt")]
        subprocess.run([python, *pip, *locked], check=True)
        wheel = [str(path) for path in Path(folder).glob("*.whl")]
        subprocess.run([python, *pip, "install", "--no-deps", *wheel], check=True)
    return python


def run(python: Path, script: str, *arguments: str) -> Any:
    """Return what a script of this folder measured."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE)}
    done = subprocess.run(
        [str(python), str(HERE / script), *arguments],
        check=True,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def machine(python: Path) -> str:
    """Return what was measured, and on what."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    sites = list((python.parent.parent / "lib").glob("python*/site-packages"))
    found = importlib.metadata.distributions(path=[str(site) for site in sites])
    versions = {one.metadata["Name"].lower(): one.version for one in found}
    peers = ", ".join(f"{name} {versions[name]}" for name in PEERS)
    return (
        f"{time.strftime('%Y-%m-%d')}, commit {commit or 'unknown'}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.2f}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}\n{peers}\n"
    )


def next_times(results: Sequence[dict[str, Any]]) -> None:
    """Print how much faster than each library the next fire time is; above 1 is faster."""
    print("## next fire time: time of the peer / time of rota's next_after (target: at least 1)\n")
    print("| question | zone | rota µs | croniter | cronsim |\n|---|---|---|---|---|")
    for kind, zone in dict.fromkeys((each["kind"], each["zone"]) for each in results):
        cases = [
            each["microseconds"] for each in results if (each["kind"], each["zone"]) == (kind, zone)
        ]
        ours = statistics.median(case["rota next_after"] for case in cases)
        cells = [f"{kind.replace('_', ' ')}", zone, f"{ours:.1f}"]
        for peer in ("croniter", "cronsim"):
            ratios = [case[peer] / case["rota next_after"] for case in cases if peer in case]
            cells.append(f"{min(ratios):.1f} to {max(ratios):.1f}" if ratios else "-")
        print(f"| {' | '.join(cells)} |")
    print()


def cold_start(results: dict[str, dict[str, float]]) -> None:
    """Print what a start costs beside the imports alone."""
    print(
        "## cold start: rota run / python -c 'import asyncio, httpx, pydantic_settings, tenacity'\n"
    )
    print("| task | rota ms | imports ms | wall | CPU | target |\n|---|---|---|---|---|---|")
    for task, target in (("nothing", 1.1), ("one-call", 1.3)):
        cost = results[task]
        print(
            f"| {task} | {cost['wall_ms']:.0f} | {cost['reference_wall_ms']:.0f} | "
            f"{cost['wall_ratio']:.2f} | {cost['cpu_ratio']:.2f} | {target} |"
        )
    print()


def fan_out(cost: dict[str, float]) -> None:
    """Print what a thousand calls cost beside plain httpx."""
    print("## fan-out: 1,000 calls, 10 at once: rota / plain httpx\n")
    print("| rota ms | httpx ms | wall | CPU | target |\n|---|---|---|---|---|")
    print(
        f"| {cost['wall_ms']:.0f} | {cost['reference_wall_ms']:.0f} | {cost['wall_ratio']:.2f} | "
        f"{cost['cpu_ratio']:.2f} | 1.15 |\n"
    )


def idle(percent: dict[str, float]) -> None:
    """Print what a scheduler costs while nothing comes due."""
    print("## 1,000 hourly tasks while nothing comes due: CPU, % of a core\n")
    print("| rota | an event loop that sleeps |\n|---|---|")
    print(f"| {percent['rota']:.3f} | {percent['loop']:.3f} |\n")


def virtual_year(cost: dict[str, float]) -> None:
    """Print what a year in virtual time costs."""
    print("## a year of an hourly and a daily task in virtual time (target: 2 s)\n")
    print("| CPU s | runs |\n|---|---|")
    print(f"| {cost['cpu_seconds']:.2f} | {cost['runs']:.0f} |\n")


def scheduler_load(python: Path, rounds: int) -> None:
    """Print what 10,000 tasks a minute cost beside APScheduler, each in a process of its own."""
    programs = ("rota", "apscheduler", "apscheduler_own_lines", "apscheduler_fractions")
    results: dict[str, list[dict[str, float]]] = {program: [] for program in programs}
    for turn in range(rounds):
        # Alternately first, so that a drift of the machine is no advantage to either.
        for program in programs[:: -1 if turn % 2 else 1]:
            results[program].append(run(python, "scheduler_load.py", program))
    print(f"## 10,000 tasks spread over a minute, median (least) of {rounds} rounds of 60 s\n")
    print(
        "| | rota | APScheduler, rota's lines | APScheduler, its own lines | its jobs at fractions "
        "of seconds | rota / APScheduler, rota's lines (target: at most 1) | / at fractions |\n"
        "|---|---|---|---|---|---|---|"
    )
    for key, name in (
        ("late_p50_ms", "start lateness p50, ms"),
        ("late_p99_ms", "start lateness p99, ms"),
        ("cpu_percent", "CPU, % of a core"),
        ("memory_started_mib", "memory above the imports after the start, MiB"),
        ("memory_running_mib", "memory above the imports at the end, MiB"),
        ("imports_mib", "the imports, MiB"),
        ("runs", "runs"),
    ):
        figures = [[each[key] for each in results[program]] for program in programs]
        cells = [f"{statistics.median(each):.2f} ({min(each):.2f})" for each in figures]
        ours, theirs, _, fractions = (statistics.median(each) for each in figures)
        ratios = f"{ours / theirs:.2f} | {ours / fractions:.2f}"
        print(f"| {name} | {' | '.join(cells)} | {ratios} |")


def together(python: Path, rounds: int) -> None:
    """Print the CPU of rota and of APScheduler with equal lines, both at the same time.

    In turn, the machine's own pace from one minute to the next differs by more than they do.
    """
    seconds = 40.0
    print(f"\n## the same, both at once, {rounds} rounds of {seconds:.0f} s: CPU, % of a core\n")
    print("| round | rota | APScheduler, rota's lines | rota / APScheduler (target: at most 1) |")
    print("|---|---|---|---|")
    ratios = []
    for turn in range(rounds):
        with ThreadPoolExecutor() as executor:
            asked = [
                executor.submit(run, python, "scheduler_load.py", each, "--seconds", str(seconds))
                for each in ("rota", "apscheduler")
            ]
        ours, theirs = (each.result()["cpu_percent"] for each in asked)
        ratios.append(ours / theirs)
        print(f"| {turn + 1} | {ours:.2f} | {theirs:.2f} | {ratios[-1]:.2f} |")
    print(f"| median | | | {statistics.median(ratios):.2f} |")


if __name__ == "__main__":
    main()
