"""What a conftest imports so that its folder's tests run in virtual time."""

import pytest

from rota.testing import VirtualClock, VirtualLoop
from support.recording import Recording

# 2026-11-24 00:00:00 UTC, a midnight.
START = 1_795_478_400


def pytest_asyncio_loop_factories(config, item):
    return {"virtual": VirtualLoop}


@pytest.fixture
def clock():
    return VirtualClock(START)


@pytest.fixture
def recording():
    return Recording()
