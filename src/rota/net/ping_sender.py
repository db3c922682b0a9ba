"""Sends pings from a thread of its own: in order for each task, bounded in time and number."""

import asyncio
import ssl
import threading
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from rota.net.attempts import USER_AGENT
from rota.net.options import ApiOptions
from rota.net.tls import certificate_refusal, tls_context

# Of one ping, with its second attempt.
PING_SECONDS = 2.0
MOST_WAITING_PINGS = 1000
_RETRY_WAIT_SECONDS = 0.2
_CONCURRENCY = 8
_SERVER_ERROR = 500


class PingRequest(NamedTuple):
    """One request: a GET, or a POST of `body`."""

    url: str
    body: str = ""


class Delivery(NamedTuple):
    """What became of a ping of a task: `result` is `delivered`, `failed` or `dropped`."""

    task: str
    result: str
    reason: str = ""


OnDelivery = Callable[[Delivery], object]


class PingSender:
    """Sends what it is given, each once, or twice where the first attempt fails and time is left.

    Pings of a task are sent in order, those of different tasks at the same time. Beyond
    `MOST_WAITING_PINGS` a ping is dropped rather than kept. TLS is verified as `tls` says, by
    default with the public CAs; no redirect is followed, and no answer is read. The thread starts
    with the first ping.
    """

    def __init__(
        self,
        on_delivery: OnDelivery,
        *,
        tls: ssl.SSLContext | None = None,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        self._on_delivery = on_delivery
        self._tls = tls
        self._ping_seconds = ping_seconds
        self._changed = threading.Condition()
        self._pending = 0
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._last_of_task: dict[str, asyncio.Task[None]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_CONCURRENCY)

    def send(self, task: str, request: PingRequest) -> None:
        """Send `request` after those before it of the same task. Returns at once. Any thread."""
        with self._changed:
            why = "the process is ending" if self._closed else "too many pings are waiting"
            accepted = not self._closed and self._pending < MOST_WAITING_PINGS and self._is_up()
            if accepted and self._loop is not None:
                self._pending += 1
                self._loop.call_soon_threadsafe(self._accept, task, request)
        if not accepted:
            self._on_delivery(Delivery(task, "dropped", why))

    def close(self, timeout_seconds: float) -> int:
        """Wait for what is left, so long; return how many pings were given up. Any thread."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending == 0, timeout_seconds)
            left = self._pending
            if self._loop is not None and not self._closed:
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._closed = True
        return left

    def _is_up(self) -> bool:
        """Have the thread started; whether there is one."""
        if self._loop is None:
            loop = asyncio.new_event_loop()
            thread = threading.Thread(
                target=self._work, args=(loop,), name="rota-pings", daemon=True
            )
            try:
                thread.start()
            except (RuntimeError, MemoryError):
                loop.close()
                return False
            self._loop = loop
        return True

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.run_until_complete(self._end())
        loop.close()

    async def _end(self) -> None:
        # Not the tasks of the HTTP library: it ends those itself, and in order.
        for sending in self._sending:
            sending.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        for client in self._clients.values():
            await client.aclose()

    def _accept(self, task: str, request: PingRequest) -> None:
        before = self._last_of_task.get(task)
        sending = asyncio.ensure_future(self._deliver(task, request, before))
        self._last_of_task[task] = sending
        self._sending.add(sending)

        def forget(_: asyncio.Task[None]) -> None:
            self._sending.discard(sending)
            if self._last_of_task.get(task) is sending:
                del self._last_of_task[task]

        sending.add_done_callback(forget)

    async def _deliver(
        self, task: str, request: PingRequest, before: asyncio.Task[None] | None
    ) -> None:
        try:
            if before is not None:
                await asyncio.wait({before})
            async with self._slots:
                reason = await self._attempts(request)
            self._on_delivery(Delivery(task, "failed" if reason else "delivered", reason))
        finally:
            with self._changed:
                self._pending -= 1
                self._changed.notify_all()

    async def _attempts(self, request: PingRequest) -> str:
        """Send `request`, again if the first attempt fails early; return what failed, or nothing.

        Whatever comes of it is told in words that have nothing of the URL.
        """
        reason = f"no answer within {self._ping_seconds:g} s"
        try:
            async with asyncio.timeout(self._ping_seconds):
                reason, may_help = await self._attempt(request)
                if may_help:
                    await asyncio.sleep(_RETRY_WAIT_SECONDS)
                    reason, _ = await self._attempt(request)
        except TimeoutError:
            pass
        return reason

    async def _attempt(self, request: PingRequest) -> tuple[str, bool]:
        """Return what failed, empty if nothing did, and whether another attempt may help."""
        try:
            client = self._client(urlsplit(request.url).scheme)
            method = "POST" if request.body else "GET"
            content = request.body.encode() or None
            async with client.stream(method, request.url, content=content) as response:
                if response.is_success:
                    return "", False
                status = response.status_code
                return f"the service answered {status}", status >= _SERVER_ERROR
        except TimeoutError:
            raise
        except Exception as error:  # noqa: BLE001 (a ping is worth no more than a line)
            refusal = certificate_refusal(error)
            return refusal or type(error).__name__, refusal is None

    def _client(self, scheme: str) -> httpx.AsyncClient:
        if scheme not in self._clients:
            self._clients[scheme] = httpx.AsyncClient(
                verify=self._tls or tls_context(scheme, ApiOptions()),
                trust_env=False,
                follow_redirects=False,
                # All of it is limited together, so that each of its parts need not be.
                timeout=None,  # noqa: S113 (as said)
                headers={"User-Agent": USER_AGENT},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            )
        return self._clients[scheme]
