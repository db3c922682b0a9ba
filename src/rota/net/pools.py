"""Connection pools: a new one for each TLS context, while older ones finish their requests."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import httpx

from rota.net.tls_files import TlsFiles


class RenewedPools(httpx.AsyncBaseTransport):
    """Sends each request over the pool of the current TLS context.

    A connection keeps the certificates that it was opened with. So a pool with an older context
    gets no more requests, and is closed when its last answer has arrived.
    """

    def __init__(
        self, files: TlsFiles, open_pool: Callable[[ssl.SSLContext], httpx.AsyncBaseTransport]
    ) -> None:
        self._files = files
        self._open_pool = open_pool
        self._context = files.current()
        self._pool = _Pool(open_pool(self._context))
        self._older: set[_Pool] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` once."""
        context = self._files.current()
        if context is not self._context:
            older, self._pool = self._pool, _Pool(self._open_pool(context))
            self._context = context
            self._older.add(older)
            await older.retire(self._older.discard)
        return await self._pool.send(request)

    async def aclose(self) -> None:
        """Close all connections, of older pools too."""
        for pool in (self._pool, *self._older):
            await pool.aclose()
        self._older.clear()


class _Pool:
    """A transport, and the number of answers that it waits for."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self._pending = 0
        self._on_end: Callable[[_Pool], None] | None = None
        self.aclose = transport.aclose

    async def send(self, request: httpx.Request) -> httpx.Response:
        self._pending += 1
        try:
            response = await self._transport.handle_async_request(request)
        except BaseException:
            await self._end_request()
            raise
        stream = cast("httpx.AsyncByteStream", response.stream)
        response.stream = _CountedStream(stream, self._end_request)
        return response

    async def retire(self, on_end: Callable[["_Pool"], None]) -> None:
        """Close as soon as nothing is pending, and call `on_end`."""
        self._on_end = on_end
        await self._close_if_done()

    async def _end_request(self) -> None:
        self._pending -= 1
        await self._close_if_done()

    async def _close_if_done(self) -> None:
        if self._on_end is not None and not self._pending:
            self._on_end(self)
            await self.aclose()


class _CountedStream(httpx.AsyncByteStream):
    def __init__(
        self, stream: httpx.AsyncByteStream, on_close: Callable[[], Awaitable[None]]
    ) -> None:
        self._stream = stream
        self._on_close: Callable[[], Awaitable[None]] | None = on_close

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk

    async def aclose(self) -> None:
        on_close, self._on_close = self._on_close, None
        try:
            await self._stream.aclose()
        finally:
            if on_close is not None:
                await on_close()
