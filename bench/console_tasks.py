"""The tasks whose console `console.py` measures: most are hourly, some run every second."""

import os

from rota import task

HOUR_SECONDS = 3600


def _make(number: int, interval_seconds: int) -> object:
    @task(name=f"task-{number:04}", interval_seconds=interval_seconds)
    async def nothing(_: object) -> dict[str, int]:
        """Do nothing, and say so."""
        return {"done": 1}

    return nothing


_HOURLY = int(os.environ["BENCH_TASKS"])
_EACH_SECOND = int(os.environ["BENCH_EACH_SECOND"])
TASKS = [_make(number, 1 if number < _EACH_SECOND else HOUR_SECONDS) for number in range(_HOURLY)]
