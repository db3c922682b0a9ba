"""Starting `rota run` beside importing the libraries that it is made of. Prints JSON.

Run in an environment that holds rota and its runtime dependencies only, compiled: that is what an
image has. Processes are started in turn (task, imports, task, imports, …) and compared in pairs.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from measuring import HERE, Cost, api_server, compared, run_process

IMPORTS = "import asyncio, httpx, pydantic_settings, tenacity"
WARM_UP_PAIRS = 2


def measure(task: str, base_url: str, pairs: int) -> dict[str, float]:
    """Return the cost of `rota run <task>` beside that of the imports."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HERE),
        "ROTA_TASKS": "bench_tasks:Nothing,bench_tasks:OneCall",
        "BUSINESS_API_URL": base_url,
    }
    rota = [str(Path(sys.executable).with_name("rota")), "run", task]
    imports = [sys.executable, "-c", IMPORTS]
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for _ in range(pairs + WARM_UP_PAIRS):
        ours.append(run_process(rota, environment))
        theirs.append(run_process(imports, environment))
    return compared(ours[WARM_UP_PAIRS:], theirs[WARM_UP_PAIRS:])


def main() -> None:
    """Measure a task that does nothing, and one that makes one call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=40)
    pairs = parser.parse_args().pairs
    # Elsewhere, so that no .env of the working folder is read.
    with tempfile.TemporaryDirectory() as folder, api_server() as base_url:
        os.chdir(folder)
        print(
            json.dumps({task: measure(task, base_url, pairs) for task in ("nothing", "one-call")})
        )


if __name__ == "__main__":
    main()
