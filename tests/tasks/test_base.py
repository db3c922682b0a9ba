"""What a task reads from itself while it runs: what was decided, wherever that was stated."""

import asyncio
from dataclasses import dataclass

import pytest

from rota.model.clock import SystemClock
from rota.settings import Settings
from rota.tasks import BaseTask
from rota.tasks.registry import Registry
from support.runs import run_once

OVERRIDES = {"timeout_seconds": 5, "shards": 3}


class Plain(BaseTask):
    name = "t"
    interval_seconds = 600
    timeout_seconds = 60

    async def execute(self, api_client):
        api_client.append((self.timeout_seconds, self.shards))


@dataclass(frozen=True)
class Frozen(Plain):
    interval_seconds: int = 600


@dataclass(frozen=True, slots=True)
class Slotted(Plain):
    timeout_seconds: float = 60


class InAThread(Plain):
    async def execute(self, api_client):
        await asyncio.to_thread(lambda: api_client.append((self.timeout_seconds, self.shards)))


class InAChild(Plain):
    async def execute(self, api_client):
        async with asyncio.TaskGroup() as group:
            group.create_task(super().execute(api_client))


class Duck:
    """A task that is no BaseTask: it reads its own."""

    name = "t"
    interval_seconds = 600
    timeout_seconds = 60
    shards = None

    async def __call__(self, api_client):
        api_client.append((self.timeout_seconds, self.shards))


def registered(*handlers, **task):
    registry = Registry(Settings(_env_file=None, task=task))
    for name, handler in handlers:
        registry.register_task(name, handler, getattr(handler, "interval_seconds", 600))
    return registry.found


async def seen_by(definition):
    seen = []
    await run_once(definition, seen, SystemClock())
    return seen


@pytest.mark.parametrize("task_class", [Plain, Frozen, Slotted, InAThread, InAChild])
async def test_a_task_reads_in_execute_what_the_environment_overrides(task_class):
    task = task_class()

    found = registered(("t", task), t=OVERRIDES)

    assert await seen_by(found["t"]) == [(5, 3)]
    assert (task.timeout_seconds, task.shards) == (60, None), "outside a run the class's own"


async def test_a_default_that_was_decided_is_read_too():
    assert await seen_by(registered(("t", Plain()))["t"]) == [(60, 1)]


async def test_a_method_that_is_registered_reads_the_same():
    assert await seen_by(registered(("t", Plain().execute), t=OVERRIDES)["t"]) == [(5, 3)]


async def test_a_handler_that_is_not_a_base_task_keeps_its_own():
    assert await seen_by(registered(("t", Duck()), t=OVERRIDES)["t"]) == [(60, None)]


async def test_one_instance_that_is_registered_twice_reads_what_each_run_is_for():
    met = asyncio.Barrier(2)

    class Meets(Plain):
        async def execute(self, api_client):
            await met.wait()
            await super().execute(api_client)

    task = Meets()
    found = registered(("a", task), ("b", task), a={"shards": 2}, b={"shards": 9})

    [a], [b] = await asyncio.gather(seen_by(found["a"]), seen_by(found["b"]))

    assert (a, b) == ((60, 2), (60, 9))


async def test_another_task_that_a_run_uses_keeps_its_own():
    inner = Plain()

    class Outer(Plain):
        async def execute(self, api_client):
            await inner.execute(api_client)

    assert await seen_by(registered(("t", Outer()), t=OVERRIDES)["t"]) == [(60, None)]


async def test_a_schedule_is_read_as_texts_and_has_no_interval():
    class Nightly(Plain):
        async def execute(self, api_client):
            api_client.append((self.interval_seconds, self.schedule, self.timezone))

    found = registered(("t", Nightly()), t={"schedule": "30 2 * * *"})

    assert await seen_by(found["t"]) == [(None, "30 2 * * *", "Etc/UTC")]
