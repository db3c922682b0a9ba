"""One API server: objects as it has them, what changes as it happens, logs, and new objects.

The only user of the Kubernetes client, lightkube, for TLS, tokens and their rotation. Its types are
not used: they drop what this version of them does not know.
"""

import json
import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx2
from lightkube.config import client_adapter
from lightkube.config.kubeconfig import SingleConfig

from rota.kubernetes.api_errors import (
    ApiServerError,
    ApiServerRefusedError,
    ApiServerUnreachableError,
)
from rota.kubernetes.kubeconfig import load_configuration
from rota.model.errors import UsageError

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 30.0
# What an object may have of etcd (1.5 MiB) is less; whatever is longer is not an event.
_MOST_LINE_BYTES = 8 * 2**20

Parameters = dict[str, str | int]


class _LenientParams(client_adapter.ConnectionParams):
    def httpx_params(self, config: SingleConfig) -> dict[str, Any]:
        found: dict[str, Any] = super().httpx_params(config)
        context = found["verify"]
        if isinstance(context, ssl.SSLContext):
            # Strict since Python 3.13: it refuses authorities that clusters have, and that kubectl
            # takes, for extensions that they lack (key usage, authority key identifier).
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return found


class Connection:
    """The API server of `configuration`; close it, or use it as an async context manager."""

    def __init__(self, configuration: SingleConfig) -> None:
        self.server = configuration.cluster.server
        self.namespace = configuration.namespace
        self._client = client_adapter.AsyncClient(
            configuration,
            _LenientParams(timeout=httpx2.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, path: str, parameters: Parameters) -> dict[str, Any]:
        """Return the object at `path`, or a page of a list. Raises ApiServerError."""
        with _translated(self.server):
            response = await self._client.get(path, params=parameters)
            content = response.content
        if response.status_code != httpx2.codes.OK:
            raise _refusal(response.status_code, response.reason_phrase, content)
        return _object(content, self.server)

    async def create(self, path: str, created: Mapping[str, Any]) -> dict[str, Any]:
        """Add an object to the collection at `path`; return it as the API server has it.

        Raises ApiServerError.
        """
        with _translated(self.server):
            response = await self._client.post(path, json=created)
            content = response.content
        if not response.is_success:
            raise _refusal(response.status_code, response.reason_phrase, content)
        return _object(content, self.server)

    async def lines(
        self, path: str, parameters: Parameters, *, silence_seconds: float
    ) -> AsyncIterator[str]:
        """Yield the lines of a text that grows, such as a log, until the server ends it in order.

        Raises ApiServerError where it refuses, breaks off, or is silent for `silence_seconds`.
        """
        timeout = httpx2.Timeout(silence_seconds, connect=_CONNECT_SECONDS)
        with _translated(self.server):
            async with self._client.stream(
                "GET", path, params=parameters, timeout=timeout
            ) as response:
                if response.status_code != httpx2.codes.OK:
                    content = await response.aread()
                    raise _refusal(response.status_code, response.reason_phrase, content)
                async for line in _lines(response.aiter_bytes(), whole=False):
                    yield line.decode("utf-8", "replace")

    async def watch(
        self,
        path: str,
        parameters: Parameters,
        *,
        silence_seconds: float,
        on_open: Callable[[], None] = lambda: None,
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the events of a watch until the server ends it in order.

        `on_open` is called when the server has begun to answer. Raises ApiServerError where it
        refuses, breaks off in the midst of an event, or is silent for `silence_seconds`.
        """
        timeout = httpx2.Timeout(silence_seconds, connect=_CONNECT_SECONDS)
        asked = {**parameters, "watch": "true"}
        with _translated(self.server):
            async with self._client.stream("GET", path, params=asked, timeout=timeout) as response:
                if response.status_code != httpx2.codes.OK:
                    content = await response.aread()
                    raise _refusal(response.status_code, response.reason_phrase, content)
                on_open()
                async for line in _lines(response.aiter_bytes()):
                    yield _object(line, self.server)


@asynccontextmanager
async def connected(context: str | None = None) -> AsyncIterator[Connection]:
    """Give a connection to a context's API server until the block ends.

    UsageError where the kubeconfig, or a file that it names, cannot be used.
    """
    configuration = load_configuration(context)
    try:
        connection = Connection(configuration)
    except Exception as error:
        # Certificates that are missing or broken: OSError, SSLError, binascii's, ConfigError.
        text = " ".join(str(error).split())
        raise UsageError(
            f"the kubeconfig's credentials for {configuration.cluster.server} cannot be used: "
            f"{type(error).__name__}: {text}"
        ) from error
    async with connection:
        yield connection


async def _lines(chunks: AsyncIterator[bytes], *, whole: bool = True) -> AsyncIterator[bytes]:
    """Yield lines without their ends, empty ones left out.

    Only a line feed ends one: JSON may hold the other ends. With `whole` the last one needs it too.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
        if len(rest) > _MOST_LINE_BYTES:
            raise ValueError("a line without an end")
    if not rest.strip():
        return
    if whole:
        raise ValueError("it broke off in the midst of an event")
    yield rest


class _translated:  # noqa: N801 (used as a block, like contextlib's own)
    """Turn what the client raises into ApiServerError."""

    def __init__(self, server: str) -> None:
        self._server = server

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if not isinstance(error, Exception) or isinstance(error, ApiServerError):
            return
        # The client's own errors, and whatever a plugin for credentials or a broken answer causes.
        raise ApiServerUnreachableError(
            f"the API server at {self._server} cannot be reached: {_root(error)}"
        ) from error


def _root(error: BaseException) -> str:
    """Return the operating system's own error, if there is one: the client hides it."""
    cause: BaseException | None = error
    seen: list[BaseException] = []
    while cause is not None and cause not in seen:
        if isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        if isinstance(cause, ConnectionError) and cause.errno:
            # asyncio's own text tells the address alone.
            return os.strerror(cause.errno)
        if isinstance(cause, httpx2.TimeoutException):
            return f"no answer in time ({type(cause).__name__})"
        if isinstance(cause, OSError) and cause.errno:
            return f"{cause.strerror or cause}"
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    return " ".join(str(error).split()) or type(error).__name__


def _refusal(status: int, reason: str, content: bytes) -> ApiServerRefusedError:
    """Return what the API server's Status object says, or the status line, in one sentence."""
    try:
        message = str(json.loads(content)["message"])
    except (ValueError, TypeError, KeyError):
        message = reason
    return ApiServerRefusedError(status, " ".join(message.split()))


def _object(content: bytes, server: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
        if not isinstance(found, dict):
            raise ValueError("an answer that is not an object")  # noqa: TRY004, TRY301 (both have one message)
    except ValueError as error:
        raise ApiServerError(
            f"what answers at {server} is not the Kubernetes API: {error}"
        ) from error
    return found
