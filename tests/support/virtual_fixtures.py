"""What a conftest imports so that its folder's tests run in virtual time."""

import pytest

from support.recording import Recording
from support.virtual_time import VirtualClock, VirtualLoop

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
