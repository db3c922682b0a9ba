"""A task that blocks: its function in a thread, its run in the event loop."""

import asyncio
import contextlib
import contextvars
from collections.abc import Callable
from typing import Any

from rota.api.blocking import BlockingClient
from rota.runtime.forks import ending_children
from rota.runtime.thread_pool import busy_threads, thread_pool

_CUT_OFF = "the run is over, by its timeout or a stop: no new request is started"


async def call_in_thread(name: str, function: Callable[[Any], Any], api_client: Any) -> Any:
    """Call `function` with a blocking client in a thread; return what it returns.

    If the run is cancelled, requests of the thread raise, and its end is awaited, since a thread
    cannot be ended from outside. One that has not begun never does. A second cancellation, as at
    the end of the process, abandons the thread.
    """
    loop = asyncio.get_running_loop()
    client = BlockingClient(api_client)
    ended = loop.create_future()
    context = contextvars.copy_context()
    result = _CallResult()

    def work() -> None:
        with ending_children():
            result.keep(lambda: context.run(function, client))
        # The loop may have ended: then nothing waits for it.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set_result, None)
        busy_threads.add(-1)

    job = thread_pool.submit(work, f"rota:{name}")
    busy_threads.add(1)
    try:
        await asyncio.wait([ended])
    except asyncio.CancelledError:
        client.cut_off(_CUT_OFF)
        if job.take():
            busy_threads.add(-1)
            raise
        await asyncio.wait([ended])
    finally:
        client.cut_off(_CUT_OFF)
    return result.get()


class _CallResult:
    """What a call returned or raised, passed from one thread to another."""

    def __init__(self) -> None:
        self._value: Any = None
        self._error: BaseException | None = None

    def keep(self, call: Callable[[], Any]) -> None:
        try:
            self._value = call()
        except BaseException as error:  # noqa: BLE001 (raised again in the run)
            self._error = error

    def get(self) -> Any:
        error, self._error = self._error, None
        if error is not None:
            raise error
        return self._value
