"""A Business API that misbehaves on purpose, byte by byte, on a real loopback socket.

Give it a script: one reply per request, of which the last one is repeated. It records every request
that it has read, with the serial number of the client's certificate, and counts the effects that an
API which honours Idempotency-Key would have had.
"""

import asyncio
import gzip
import json
import os
import socket
import ssl
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FaultServer:
    script: list[Reply]
    requests: list[Received] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    open_connections: int = 0
    client_serials: list[str | None] = field(default_factory=list)
    url: str = ""

    def play(self, *replies: Reply) -> None:
        """Answer the next requests with `replies`; the last one is repeated."""
        self.script[:] = replies

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                received = await _read_request(reader)
                self.requests.append(received)
                self.client_serials.append(
                    (writer.get_extra_info("peercert") or {}).get("serialNumber")
                )
                self._count_effect(received)
                reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                await reply(received, writer)
                if not writer.is_closing():
                    await writer.drain()
        self.open_connections -= 1
        writer.close()

    def _count_effect(self, received: Received) -> None:
        """An effect is a POST whose key the API has not seen before."""
        if received.method == "POST":
            self.effects[received.headers.get("idempotency-key", "no key")] += 1

    @property
    def distinct_effects(self) -> int:
        return len(self.effects)


async def until(condition: Callable[[], bool]) -> None:
    """Return once `condition()` holds, which something on this loop brings about."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 (no event tells of it)
            await asyncio.sleep(0)


@asynccontextmanager
async def running(tls: ssl.SSLContext | None = None) -> AsyncIterator[FaultServer]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    fault_server = FaultServer([answer(200, b"{}")])
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.ensure_future(fault_server._serve(reader, writer))
        handlers.add(handler)
        handler.add_done_callback(handlers.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls, limit=2**20)
    port = server.sockets[0].getsockname()[1]
    fault_server.url = f"{'https' if tls else 'http'}://localhost:{port}"
    try:
        yield fault_server
    finally:
        server.close()
        for handler in list(handlers):
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


async def _read_request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = request_line.split(" ", 2)
    headers = {name.lower(): value.strip() for name, value in (one.split(":", 1) for one in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)


def raw(data: bytes, *, close: bool = False) -> Reply:
    """Write exactly these bytes."""

    async def reply(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if close:
            writer.close()

    return reply


def head(status: int, *headers: tuple[str, str]) -> bytes:
    """Return a status line and headers, up to and with the empty line."""
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(
    status: int,
    body: bytes = b"",
    *headers: tuple[str, str],
    content_type: str = "application/json",
    close: bool = False,
) -> Reply:
    """A whole, well-formed answer; `close` ends the connection behind it, unannounced."""
    shown = [("Content-Length", str(len(body))), *headers]
    if content_type:
        shown.append(("Content-Type", content_type))
    return raw(head(status, *shown) + body, close=close)


def json_answer(value: Any, status: int = 200) -> Reply:
    return answer(status, json.dumps(value).encode())


def echo_authorization(status: int, template: bytes) -> Reply:
    """Answer with the request's own Authorization in place of `%s`: an API that leaks."""

    async def reply(received: Received, writer: asyncio.StreamWriter) -> None:
        secret = received.headers.get("authorization", "").encode()
        await answer(status, template.replace(b"%s", secret))(received, writer)

    return reply


def reset(before: bytes = b"") -> Reply:
    """Write `before`, then reset the connection (RST, not FIN)."""

    async def reply(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(before)
        await writer.drain()
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return reply


def chunked(*chunks: bytes, finished: bool = True) -> Reply:
    """Answer in chunks; unfinished, the connection ends before the last one."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    start = head(200, ("Transfer-Encoding", "chunked"), ("Content-Type", "application/json"))
    return raw(start + framed + (b"0\r\n\r\n" if finished else b""), close=not finished)


def until_close(body: bytes) -> Reply:
    """Answer without a length: the body ends where the connection does, wherever that is."""
    return raw(head(200, ("Content-Type", "application/json")) + body, close=True)


def gzipped(body: bytes, *, keep: int | None = None) -> Reply:
    """Answer compressed; `keep` cuts the compressed bytes there, behind a true Content-Length."""
    packed = gzip.compress(body)[:keep]
    return answer(200, packed, ("Content-Encoding", "gzip"))


def drip(data: bytes, *, every_seconds: float) -> Reply:
    """Write byte by byte: each read succeeds, the whole never comes."""

    async def reply(_: Received, writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(every_seconds)

    return reply


def damaged_record(before: bytes = b"") -> Reply:
    """Write `before`, then a TLS record that fits no key: only behind a handshake."""

    async def reply(_: Received, writer: asyncio.StreamWriter) -> None:
        if before:
            writer.write(before)
            await writer.drain()
        connection = writer.get_extra_info("socket")
        os.write(connection.fileno(), b"\x17\x03\x03\x00\x20" + bytes(32))

    return reply


def held(gate: asyncio.Event, reply: Reply) -> Reply:
    """Answer with `reply` once the gate is open."""

    async def answer_later(received: Received, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await reply(received, writer)

    return answer_later


def silence() -> Reply:
    """Never answer."""

    async def reply(_: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return reply
