"""A thousand calls, ten at once: rota's client and fan-out beside plain httpx. Prints JSON.

Both send the same POSTs over kept connections to the same server in another process, check the
status and parse the answer; rota does so inside a run, so with its timeout, stop and keys.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
from measuring import Cost, api_server, compared

from rota.api import BusinessApiClient
from rota.model.context import Execution, Stop, enter
from rota.model.run import Run, Trigger
from rota.tasks.fan_out import fan_out

CALLS = 1000
CONCURRENCY = 10
WARM_UP_ROUNDS = 2


async def by_rota(client: BusinessApiClient) -> None:
    """Send every notification as the task `notifications` does."""
    await fan_out(range(CALLS), client.send_notification, concurrency=CONCURRENCY, done="sent")


async def by_httpx(client: httpx.AsyncClient) -> None:
    """Send every notification with as little around httpx as such a task can do with."""
    ids = iter(range(CALLS))

    async def send() -> None:
        for each in ids:
            response = await client.post(f"/api/v1/notifications/{each}/send")
            response.raise_for_status()
            response.json()

    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENCY):
            group.create_task(send())


async def _cost(work: Callable[[], Awaitable[None]]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def _execution() -> Execution:
    deadline = datetime.now(UTC) + timedelta(hours=1)
    run = Run("notifications", "0-0", Trigger.MANUAL, None, deadline, identity="0-0")
    return Execution(run, Stop(), asyncio.get_running_loop().time() + 3600)


async def measure(base_url: str, rounds: int) -> dict[str, float]:
    """Return the cost of rota's calls beside that of httpx's, in turn."""
    enter(_execution())
    ours: list[Cost] = []
    theirs: list[Cost] = []
    async with BusinessApiClient(base_url) as rota, httpx.AsyncClient(base_url=base_url) as plain:
        for _ in range(rounds + WARM_UP_ROUNDS):
            ours.append(await _cost(lambda: by_rota(rota)))
            theirs.append(await _cost(lambda: by_httpx(plain)))
    return compared(ours[WARM_UP_ROUNDS:], theirs[WARM_UP_ROUNDS:])


def main() -> None:
    """Measure with a server of our own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with api_server() as base_url:
        print(json.dumps(asyncio.run(measure(base_url, rounds))))


if __name__ == "__main__":
    main()
