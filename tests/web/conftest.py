"""Virtual time for the tests that are marked so; the others serve over real sockets."""

import asyncio

from rota.testing import VirtualLoop
from support.virtual_fixtures import clock

__all__ = ["clock"]


def pytest_asyncio_loop_factories(config, item):
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualLoop}
    return {"real": asyncio.new_event_loop}
