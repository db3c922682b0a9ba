"""How a run calls its task, whatever its kind; on a real event loop, for those in threads."""

import asyncio
import functools
import threading
from dataclasses import replace

import pytest

from rota import task
from rota.model.errors import TaskDefinitionError
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
    api = object()

    assert called(name, handler, api, arguments) == (thread, api, arguments.get("limit", 10))


def called(name, handler, api=None, arguments=None):
    definition = define_task(
        name, handler, 60, run_on_start=False, settings=Settings(_env_file=None)
    )
    run = new_run(definition, Trigger.MANUAL, None, clock=Clock())
    return asyncio.run(invoke(definition, replace(run, arguments=arguments or {}), api))


def in_a_thread(function):
    @functools.wraps(function)
    async def wrapper(*args, **named):
        return await asyncio.to_thread(function, *args, **named)

    return wrapper


def passed_on(function):
    @functools.wraps(function)
    def wrapper(*args, **named):
        return function(*args, **named)

    return wrapper


class Decorated(BaseTask):
    name = "decorated"

    @in_a_thread
    def execute(self, api_client, limit=10):
        return limit


@pytest.mark.parametrize(
    "handler",
    [
        task(interval_seconds=60)(in_a_thread(a_plain_function.function)),
        task(interval_seconds=60)(passed_on(in_a_thread(a_plain_function.function))),
        task(interval_seconds=60)(passed_on(an_async_function.function)),
        Decorated(),
    ],
    ids=["async around plain", "plain around that", "plain around async", "a method"],
)
def test_a_decorated_function_is_awaited_if_any_layer_of_it_is_async(handler):
    returned = called(handler.name, handler)

    assert returned == 10 or returned[1:] == (None, 10)


async def nothing():
    pass


class Awaitable:
    def __await__(self):
        yield


@pytest.mark.parametrize("make", [nothing, Awaitable])
def test_something_to_await_that_is_returned_is_refused_since_nobody_would_await_it(make):
    @task
    async def forgets(api):
        return make()

    @task
    def blocks(api):
        return make()

    with pytest.raises(TaskDefinitionError) as caught:
        called("forgets", forgets)
    assert str(caught.value) == (
        "task 'forgets' returned something to await; "
        "its result was not awaited: write return await …"
    )
    with pytest.raises(TaskDefinitionError, match="its function is not async: write async def"):
        called("blocks", blocks)
