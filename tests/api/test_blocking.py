"""The blocking client, called from a thread beside its event loop."""

import asyncio
import threading

import pytest

from rota.api.blocking import BlockingClient
from rota.model.context import Execution, Stop, StopRequested, current_items, enter, enter_items


class FakeApi:
    """Answers without HTTP; every method notes its arguments."""

    def __init__(self):
        self.calls = []
        self.closed = False

    async def pages(self, path, *, params=None):
        self.calls.append(("pages", (path,), {"params": params}))
        try:
            for number in (1, 2, 3):
                yield {"page": number}
        finally:
            self.closed = True

    def __getattr__(self, name):
        async def method(*args, **kwargs):
            self.calls.append((name, args, kwargs))
            return {"method": name}

        return method


async def in_thread(function):
    """Return what `function` returns, called in a thread of its own."""
    return await asyncio.to_thread(function)


CALLS = {
    "get": (("/x",), {"params": {"a": 1}}),
    "post": (("/x",), {"json": 1, "params": {"a": 1}, "item": 3, "key": None}),
    "put": (("/x",), {"json": 1, "params": {"a": 1}, "key": "k"}),
    "patch": (("/x",), {"json": 1, "params": {"a": 1}, "item": None, "key": "k"}),
    "delete": (("/x",), {"params": {"a": 1}}),
    "cleanup_expired": ((), {}),
    "get_pending_notifications": ((), {}),
    "send_notification": ((7,), {}),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_method_is_the_clients_own(name):
    api, (args, kwargs) = FakeApi(), CALLS[name]
    client = BlockingClient(api)

    assert await in_thread(lambda: getattr(client, name)(*args, **kwargs)) == {"method": name}
    assert api.calls == [(name, args, kwargs)]


async def test_any_method_of_the_applications_client_can_be_called():
    api = FakeApi()
    client = BlockingClient(api)

    assert await in_thread(lambda: client.call(client.api.remind, 3, at="noon"))
    assert api.calls == [("remind", (3,), {"at": "noon"})]


async def test_pages_come_one_by_one_and_are_closed_where_no_more_are_wanted():
    api = FakeApi()
    client = BlockingClient(api)

    def first_two():
        for page in client.pages("/x"):
            if page["page"] == 2:
                return page
        return None

    assert await in_thread(lambda: list(client.pages("/x"))) == [
        {"page": 1},
        {"page": 2},
        {"page": 3},
    ]
    api.closed = False
    assert await in_thread(first_two) == {"page": 2}
    assert api.closed


async def test_what_it_raises_is_raised_in_the_thread():
    client = BlockingClient(FakeApi())

    async def broken():
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        await in_thread(lambda: client.call(broken))


async def test_in_the_event_loop_it_refuses_to_wait_for_itself():
    client = BlockingClient(FakeApi())

    with pytest.raises(RuntimeError, match="await the methods of its `api` there"):
        client.get("/x")


async def test_each_call_has_the_context_of_the_run_and_none_of_the_others():
    enter_items(("outer",))
    client = BlockingClient(FakeApi())

    async def seen():
        before = current_items()
        enter_items(("inner",))
        return before

    assert await in_thread(lambda: [client.call(seen), client.call(seen)]) == [("outer",)] * 2


async def test_what_waits_ends_at_the_cut_off_and_nothing_begins_after_it():
    client = BlockingClient(FakeApi())
    waiting = threading.Event()
    ended = []

    async def never():
        waiting.set()
        await asyncio.Event().wait()

    def work():
        for action in (lambda: client.call(never), lambda: client.get("/x"), client.check):
            try:
                action()
            except asyncio.CancelledError as error:
                ended.append(str(error))

    thread = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(waiting.wait, 20)
    client.cut_off("the run is over")
    await thread

    assert ended == ["the run is over"] * 3


async def test_a_call_that_is_cut_off_before_its_first_step_ends_too():
    client = BlockingClient(FakeApi())
    loop = asyncio.get_running_loop()

    class Loop:
        create_task = loop.create_task

        def call_soon_threadsafe(self, start, *args):
            def start_and_cut_off():
                start(*args)
                client.cut_off("the run is over")

            loop.call_soon_threadsafe(start_and_cut_off)

    client._loop = Loop()
    with pytest.raises(asyncio.CancelledError, match="the run is over"):
        await in_thread(lambda: client.get("/x"))


def test_once_the_loop_has_ended_nothing_begins():
    async def make():
        return BlockingClient(FakeApi())

    client = asyncio.run(make())

    with pytest.raises(asyncio.CancelledError, match="the event loop has ended"):
        threading_result(lambda: client.get("/x"))


def threading_result(function):
    """Call `function` in another thread; raise here what it raises."""
    raised = []

    def work():
        try:
            function()
        except BaseException as error:  # noqa: BLE001 (raised below)
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    raise raised[0]


async def test_a_stop_ends_a_sleep_and_a_computation():
    stop = Stop()
    enter(Execution(None, stop, asyncio.get_running_loop().time() + 3600))
    client = BlockingClient(FakeApi())
    await in_thread(client.check)
    await in_thread(lambda: client.sleep(0))
    asyncio.get_running_loop().call_later(0.01, stop.request)

    for action in (lambda: client.sleep(3600), client.check):
        with pytest.raises(StopRequested):
            await in_thread(action)


async def test_outside_of_a_run_it_sleeps_and_checks_nothing():
    client = BlockingClient(FakeApi())

    await in_thread(lambda: client.sleep(0))
    await in_thread(client.check)
