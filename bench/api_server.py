"""A Business API that costs next to nothing, so that what is measured is the client.

Answers every request on a connection with one fixed JSON body. Prints its port, then serves until
its standard input ends.
"""

import asyncio
import sys

BODY = b'{"id": 1, "sent": true, "items": []}'
RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(BODY),
    BODY,
)
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (a stream server's)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(_HEAD_END)) >= 0:
            size = end + len(_HEAD_END) + _content_length(self._received[:end])
            if len(self._received) < size:
                return
            self._received = self._received[size:]
            self._transport.write(RESPONSE)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line.removeprefix(_LENGTH))
    return 0


async def serve() -> None:
    """Serve on a free port of the loopback address."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
