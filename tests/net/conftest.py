import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import httpx
import pytest
import trustme

from rota.net.options import ApiOptions
from rota.net.session import open_client
from support.fault_server import FaultServer, running
from support.machine_zone import machine_zone

__all__ = ["machine_zone"]

CANARY = "canary-3f9d1c-token"


class Harness:
    """Opens clients that carry the canary and never really sleep, and collects what they raise."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.sleeps: list[float] = []
        self.errors: list[BaseException] = []

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)

    def open(
        self, url: str, options: ApiOptions | None = None, **changes: Any
    ) -> httpx.AsyncClient:
        options = options or ApiOptions(token=CANARY)
        client = open_client(url, replace(options, **changes), sleep=self.sleep)
        self._stack.push_async_callback(client.aclose)
        return client

    async def error_of(self, awaitable: Awaitable[Any]) -> BaseException:
        """Return what `awaitable` raises, and have it searched for the canary."""
        try:
            result = await awaitable
        except BaseException as error:  # noqa: BLE001 (StopRequested is one, and is to be searched too)
            self.errors.append(error)
            return error
        pytest.fail(f"nothing was raised, but returned: {result!r}")


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    async with AsyncExitStack() as stack:
        yield Harness(stack)


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with running() as fault_server:
        yield fault_server


@pytest.fixture(autouse=True)
def _no_canary_anywhere(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Whatever a test of this folder does, the token is in no log line, no error and no repr."""
    caplog.set_level(logging.DEBUG)
    harness = request.getfixturevalue("harness") if "harness" in request.fixturenames else None
    yield
    records = [f"{record.getMessage()} {record.__dict__!r}" for record in caplog.records]
    errors = [_everything_in(error) for error in (harness.errors if harness else [])]
    leaks = [text for text in [*records, *errors] if CANARY in text]
    assert not leaks


def _everything_in(error: BaseException) -> str:
    texts = [*traceback.format_exception(error), repr(error)]
    request = getattr(error, "_request", None)
    if request is not None:
        texts += [repr(request), repr(request.headers), repr(dict(request.headers))]
    return "\n".join(texts)


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture
def canary() -> str:
    return CANARY
