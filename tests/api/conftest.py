from collections.abc import AsyncIterator

import pytest

from rota.api import BusinessApiClient
from rota.net import ApiOptions
from support.fault_server import FaultServer, running

HASTY = ApiOptions(backoff_initial_seconds=0, retry_after_max_seconds=0)


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with running() as fault_server:
        yield fault_server


@pytest.fixture
async def api(server: FaultServer) -> AsyncIterator[BusinessApiClient]:
    async with BusinessApiClient(server.url, HASTY) as client:
        yield client
