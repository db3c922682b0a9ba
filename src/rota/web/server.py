"""Serves an ASGI app inside somebody else's event loop.

uvicorn is used for its HTTP alone: signals belong to the process, so its handlers stay out, and
an address that cannot be had is an error to be caught, where uvicorn would leave the process.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.types import ASGIApp

from rota.model.errors import ConfigError

# Time for answers that have begun once the server is to end; uvicorn wants whole seconds.
SHUTDOWN_GRACE_SECONDS = 1
_HIGHEST_PORT = 65_535
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (a key to compare with)


class _Server(uvicorn.Server):
    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override] # a generator's manager is one of these
        return contextlib.nullcontext()


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[str]:
    """Serve `app` over HTTP while the body runs; yields a base URL that this machine can reach.

    `host` is an address or a name; `::` also takes IPv4. Port 0 takes a free one, which the URL
    names. The app gets no lifespan events. Leaving closes idle connections at once and gives
    answers that have begun `SHUTDOWN_GRACE_SECONDS`. Raises ConfigError where the address cannot
    be had.
    """
    with await _listen(host, port) as listener:
        server = _Server(_config(app))
        running = asyncio.create_task(server.serve(sockets=[listener]), name=f"serving {host}")
        try:
            # The socket listens already: who connects before uvicorn is ready waits for it.
            yield _url(listener)
        finally:
            server.should_exit = True
            await running


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        # Given here, since uvicorn would otherwise read WEB_CONCURRENCY.
        workers=1,
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_GRACE_SECONDS,
    )


async def _listen(host: str, port: int) -> socket.socket:
    # glibc takes 70000 for 4464.
    if not 0 <= port <= _HIGHEST_PORT:
        message = f"cannot listen on {host}:{port}: a port is a number from 0 to {_HIGHEST_PORT}"
        raise ConfigError(message)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, *_, address = found[0]
        return socket.create_server(
            address[:2],
            family=family,
            dualstack_ipv6=family == socket.AF_INET6 and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        # A name that does not resolve has a number of its own and no errno.
        unresolved = isinstance(error, socket.gaierror)
        reason = error.strerror if unresolved else os.strerror(error.errno or 0)
        message = f"cannot listen on {host}:{port}: {reason}; choose another address or port"
        raise ConfigError(message) from error


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = _LOOPBACK.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
