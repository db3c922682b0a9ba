"""How a run calls its task, whatever its kind; on a real event loop, for those in threads."""

import asyncio
import threading
from dataclasses import replace

import pytest

from rota import task
from rota.model.run import Trigger
from rota.runs.invocation import invoke
from rota.runs.runner import new_run
from rota.settings import Settings
from rota.tasks import BaseTask
from rota.tasks.definition import define_task


class Clock:
    def timestamp(self):
        return 1_795_478_400.0


def seen(api, limit):
    return threading.current_thread().name, getattr(api, "api", api), limit


@task(interval_seconds=60)
async def an_async_function(api, limit=10):
    return seen(api, limit)


@task(interval_seconds=60)
def a_plain_function(api, limit=10):
    return seen(api, limit)


class AnAsyncClass(BaseTask):
    name = "async-class"

    async def execute(self, api_client, limit=10):
        return seen(api_client, limit)


class APlainClass(BaseTask):
    name = "plain-class"

    def execute(self, api_client, limit=10):
        return seen(api_client, limit)


async def a_handler(api_client, limit=10):
    return seen(api_client, limit)


MAIN = threading.main_thread().name


@pytest.mark.parametrize(
    ("name", "handler", "thread"),
    [
        ("an-async-function", an_async_function, MAIN),
        ("a-plain-function", a_plain_function, "rota:a-plain-function"),
        ("async-class", AnAsyncClass(), MAIN),
        ("plain-class", APlainClass(), "rota:plain-class"),
        ("handler", a_handler, MAIN),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("arguments", [{}, {"limit": 3}], ids=["", "with an argument"])
def test_each_kind_of_task_gets_the_client_and_the_arguments_of_its_run(
    name, handler, thread, arguments
):
    definition = define_task(
        name, handler, 60, run_on_start=False, settings=Settings(_env_file=None)
    )
    run = new_run(definition, Trigger.MANUAL, None, clock=Clock())
    api = object()
    returned = asyncio.run(invoke(definition, replace(run, arguments=arguments), api))

    assert returned == (thread, api, arguments.get("limit", 10))
