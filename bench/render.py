"""Prints what `helm template` takes for 1, 1,000 and 3,000 tasks, with both Helms, beside a floor.

    python bench/render.py [--rounds 5] [--helm helm --helm helm3]

The floor is a chart that prints one of the CronJobs as often and works nothing out: what Helm
itself needs to read what it has rendered. Both run in turn, and the least of all rounds counts.
"""

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measuring import Cost, run_process

CHART = Path(__file__).parent.parent / "deploy/helm/rota"
COUNTS = (1, 1000, 3000)
TARGET_SECONDS = {1000: 1.2, 3000: 4.0}


def main() -> None:
    """Measure and print, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--helm", action="append", help="a Helm; twice for two")
    given = parser.parse_args()
    helms = given.helm or ["helm", "helm3"]
    print("| tasks | Helm | chart s | floor s | chart / floor | CPU s | floor CPU s | target s |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for count in COUNTS:
            values = Path(folder) / f"{count}.json"
            tasks = {f"task-{number}": {"intervalSeconds": 60 + number} for number in range(count)}
            given_values = {"businessApi": {"url": "http://shop-api:8000"}, "tasks": tasks}
            values.write_text(json.dumps(given_values))
            for helm in helms:
                chart, floor = in_turn(helm, values, Path(folder), given.rounds)
                print(
                    f"| {count:,} | {version(helm)} | {chart.wall_seconds:.2f} | "
                    f"{floor.wall_seconds:.2f} | {chart.wall_seconds / floor.wall_seconds:.2f} | "
                    f"{chart.cpu_seconds:.2f} | {floor.cpu_seconds:.2f} | "
                    f"{TARGET_SECONDS.get(count, '-')} |"
                )


def in_turn(helm: str, values: Path, folder: Path, rounds: int) -> tuple[Cost, Cost]:
    """Return the least cost of the chart, and of printing its text."""
    command = [helm, "template", "shop"]
    text = subprocess.run(
        [*command, str(CHART), f"--values={values}"],
        check=True,
        capture_output=True,
        text=True,
        env=environment(),
    ).stdout
    cronjob = next(each for each in text.split("\n---\n") if "kind: CronJob" in each)
    floor = printing(cronjob, int(values.stem), folder / f"floor-{version(helm)}-{values.stem}")
    costs: dict[Path, list[Cost]] = {CHART: [], floor: []}
    for _ in range(rounds):
        for chart, found in costs.items():
            options = [f"--values={values}"] if chart == CHART else []
            found.append(run_process([*command, str(chart), *options], environment()))
    return least(costs[CHART]), least(costs[floor])


def printing(text: str, count: int, folder: Path) -> Path:
    """Return a chart that prints an object so many times."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: floor, version: 1.0.0}\n")
    (folder / "text").write_text(text)
    printed = '{{ $text := .Files.Get "text" }}{{ range until %d }}\n---\n{{ $text }}{{ end }}\n'
    (folder / "templates/text.yaml").write_text(printed % count)
    return folder


def least(costs: Sequence[Cost]) -> Cost:
    """Return the least wall time and the least CPU time."""
    return Cost(min(each.wall_seconds for each in costs), min(each.cpu_seconds for each in costs))


def version(helm: str) -> str:
    """Return the version that a Helm says it has."""
    command = [helm, "version", "--template={{.Version}}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def environment() -> dict[str, str]:
    """Return an environment in which no cluster is asked."""
    return {**os.environ, "KUBECONFIG": os.devnull}


if __name__ == "__main__":
    main()
