"""A blocking function in a thread; on a real event loop, since threads take real time."""

import asyncio
import contextvars
import threading

import pytest

from rota.runs import blocking
from rota.runs.blocking import call_in_thread
from rota.runtime.thread_pool import ThreadPool

CUT_OFF = "the run is over, by its timeout or a stop: no new request is started"


def call(function, api=None):
    return asyncio.run(call_in_thread("t", function, api))


def test_it_runs_in_a_thread_named_after_the_task_with_a_client_that_waits():
    api = object()

    def function(client):
        return threading.current_thread().name, client.api

    assert call(function, api) == ("rota:t", api)


def test_it_sees_the_context_of_the_run():
    variable = contextvars.ContextVar("variable")

    async def run():
        variable.set("of the run")
        return await call_in_thread("t", lambda _: variable.get(), None)

    assert asyncio.run(run()) == "of the run"


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(3)], ids=repr)
def test_what_it_raises_is_raised_in_the_run(error):
    def function(client):
        raise error

    with pytest.raises(type(error)) as caught:
        call(function)
    assert caught.value is error


def test_of_a_run_that_is_cancelled_the_thread_is_stopped_and_its_end_is_awaited():
    began = threading.Event()

    def function(client):
        began.set()
        try:
            client.sleep(1000)
        except asyncio.CancelledError as error:
            return str(error)

    async def run():
        running = asyncio.create_task(call_in_thread("t", function, None))
        await asyncio.to_thread(began.wait)
        running.cancel()
        return await running

    assert asyncio.run(run()) == CUT_OFF


def test_a_second_cancellation_abandons_the_thread():
    began, end = threading.Event(), threading.Event()

    def function(client):
        began.set()
        end.wait()

    async def run():
        running = asyncio.create_task(call_in_thread("t", function, None))
        await asyncio.to_thread(began.wait)
        for _ in range(2):
            assert not running.done()
            running.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await running

    try:
        asyncio.run(run())
    finally:
        end.set()


def test_a_function_that_has_not_begun_when_its_run_is_cancelled_never_does(monkeypatch):
    pool, busy, called = ThreadPool(1), threading.Event(), []
    monkeypatch.setattr(blocking, "thread_pool", pool)
    pool.submit(busy.wait, "busy")

    async def run():
        running = asyncio.create_task(call_in_thread("t", called.append, None))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(run())
    last = threading.Event()
    pool.submit(last.set, "last")
    busy.set()
    last.wait()

    assert called == []


def test_once_it_has_returned_its_client_sends_nothing_more():
    client = call(lambda client: client)

    with pytest.raises(asyncio.CancelledError, match=CUT_OFF):
        client.check()
