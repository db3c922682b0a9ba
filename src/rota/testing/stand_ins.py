"""Tasks that do nothing of their own, to simulate schedules without an application's code."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rota.tasks.definition import TaskDefinition
from rota.testing.fake_api import FakeApi

_PATH = "/stand-in"


def stand_ins(tasks: Sequence[TaskDefinition], seconds: float) -> list[TaskDefinition]:
    """Return the same tasks, each run of which takes so long and then sends one request."""

    async def work(api_client: Any) -> None:
        await asyncio.sleep(seconds)
        await api_client.post(_PATH)

    return [replace(task, handler=work) for task in tasks]


def stand_in_api() -> FakeApi:
    """Return the Business API for them."""
    return FakeApi().on("POST", _PATH, {})
