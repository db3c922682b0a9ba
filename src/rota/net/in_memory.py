"""A transport that asks an `Exchange` instead of the network."""

import asyncio
from collections.abc import AsyncIterator

import httpx

from rota.net.exchange import Exchange, PlainAnswer, PlainRequest


class InMemoryTransport(httpx.AsyncBaseTransport):
    """Sends each request to an exchange; raises what httpx raises where that fails."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` once."""
        plain = PlainRequest(
            method=request.method,
            target=request.url.raw_path.decode("ascii"),
            headers=dict(request.headers),
            body=await request.aread(),
        )
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("read")):
                answer = await self._exchange(plain)
        except TimeoutError:
            raise httpx.ReadTimeout("the API does not answer") from None
        except ConnectionRefusedError as error:
            raise httpx.ConnectError(str(error)) from None
        headers = {"content-length": str(len(answer.body)), **answer.headers}
        return httpx.Response(answer.status, headers=headers, stream=_Body(answer))


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: PlainAnswer) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = self._answer.body
        if not self._answer.cut:
            yield body
            return
        yield body[: len(body) // 2]
        raise httpx.RemoteProtocolError("the connection was closed before the end of the body")
