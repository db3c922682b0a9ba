"""The Business API for tasks that block: the same client, called from a thread."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Generic, ParamSpec

from typing_extensions import TypeVar

from rota.api.client import BusinessApiClient
from rota.model.context import current_execution
from rota.runtime.thread_pool import busy_threads

_P = ParamSpec("_P")
_T = TypeVar("_T")
_ClientT = TypeVar("_ClientT", bound=BusinessApiClient, default=BusinessApiClient)


class BlockingClient(Generic[_ClientT]):
    """The client of a task that blocks: each method waits for its answer.

    The requests are sent by `api`, the application's asynchronous client, in the event loop, and
    have all its protections. A stop of the process raises StopRequested instead of the next
    request. The run's timeout raises asyncio.CancelledError, also out of a request in progress. Any
    thread may use it, except that of the event loop.
    """

    def __init__(self, api: _ClientT) -> None:
        """Make a client, inside the event loop, for the run of the current context."""
        self.api = api
        self._loop = asyncio.get_running_loop()
        self._loop_thread_id = threading.get_ident()
        self._context = contextvars.copy_context()
        self._execution = current_execution()
        self._pending: set[asyncio.Task[None]] = set()
        self._cut_off: str | None = None

    def call(self, method: Callable[_P, Awaitable[_T]], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what an asynchronous function returns, as in `call(client.api.remind, order)`."""
        return self._wait_for(lambda: method(*args, **kwargs))

    def each(self, items: AsyncIterable[_T]) -> Iterator[_T]:
        """Yield what an asynchronous generator yields, as in `each(client.api.orders())`."""
        iterator = items.__aiter__()
        try:
            while True:
                try:
                    item = self._wait_for(iterator.__anext__)
                except StopAsyncIteration:
                    return
                yield item
        finally:
            close = getattr(iterator, "aclose", None)
            if close is not None and self._cut_off is None:
                self._wait_for(close)

    def check(self) -> None:
        """Raise what the next request would raise if the run must end; for long computations."""
        if self._cut_off is not None:
            raise asyncio.CancelledError(self._cut_off)
        if self._execution is not None:
            self._execution.check_stop()

    def sleep(self, seconds: float) -> None:
        """Sleep; a stop or the timeout ends it like a request."""
        self._wait_for(lambda: self._sleep(seconds))

    def get(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON at `path`; None for a 204."""
        return self.call(self.api.get, path, params=params)

    def post(
        self,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        item: str | int | None = None,
        key: str | None = None,
    ) -> Any:
        """As BusinessApiClient.post."""
        return self.call(self.api.post, path, json=json, params=params, item=item, key=key)

    def put(
        self,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Any:
        """As BusinessApiClient.put."""
        return self.call(self.api.put, path, json=json, params=params, key=key)

    def patch(
        self,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        item: str | int | None = None,
        key: str | None = None,
    ) -> Any:
        """As BusinessApiClient.patch."""
        return self.call(self.api.patch, path, json=json, params=params, item=item, key=key)

    def delete(self, path: str, *, params: Mapping[str, Any] | None = None) -> Any:
        """As BusinessApiClient.delete."""
        return self.call(self.api.delete, path, params=params)

    def pages(
        self, path: str, *, params: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """As BusinessApiClient.pages."""
        return self.each(self.api.pages(path, params=params))

    def cleanup_expired(self) -> dict[str, Any]:
        """As BusinessApiClient.cleanup_expired."""
        return self.call(self.api.cleanup_expired)

    def get_pending_notifications(self) -> dict[str, Any]:
        """As BusinessApiClient.get_pending_notifications."""
        return self.call(self.api.get_pending_notifications)

    def send_notification(self, notification_id: str | int) -> dict[str, Any]:
        """As BusinessApiClient.send_notification."""
        return self.call(self.api.send_notification, notification_id)

    def cut_off(self, reason: str) -> None:
        """Cancel the requests in progress, and refuse new ones. In the loop only."""
        self._cut_off = reason
        for task in self._pending:
            task.cancel(reason)

    def _wait_for(self, make: Callable[[], Awaitable[_T]]) -> _T:
        if threading.get_ident() == self._loop_thread_id:
            raise RuntimeError(
                "the blocking client would wait for the event loop that it is called in: "
                "await the methods of its `api` there"
            )
        answer: Future[_T] = Future()
        try:
            self._loop.call_soon_threadsafe(self._start, make, answer)
        except RuntimeError:
            message = "the event loop has ended: no new request is started"
            raise asyncio.CancelledError(message) from None
        # Back to work as soon as there is an answer, before this thread has woken up.
        answer.add_done_callback(lambda _: busy_threads.add(1))
        busy_threads.add(-1)
        return answer.result()

    def _start(self, make: Callable[[], Awaitable[_T]], answer: "Future[_T]") -> None:
        if self._cut_off is not None:
            answer.set_exception(asyncio.CancelledError(self._cut_off))
            return

        def end(task: asyncio.Task[None]) -> None:
            self._pending.discard(task)
            if not answer.done():  # It was cancelled before its first step.
                answer.set_exception(asyncio.CancelledError(self._cut_off))

        # A copy each: several threads of one task may wait at once.
        task = self._loop.create_task(_answer(make, answer), context=self._context.copy())
        self._pending.add(task)
        task.add_done_callback(end)

    async def _sleep(self, seconds: float) -> None:
        if self._execution is None:
            await asyncio.sleep(seconds)
            return
        stop = asyncio.ensure_future(self._execution.stop.wait())
        try:
            await asyncio.wait([stop], timeout=seconds)
        finally:
            stop.cancel()
        self._execution.check_stop()


async def _answer(make: Callable[[], Awaitable[_T]], answer: "Future[_T]") -> None:
    try:
        value = await make()
    except BaseException as error:  # noqa: BLE001 (raised in the thread that waits, whatever it is)
        answer.set_exception(error)
    else:
        answer.set_result(value)
