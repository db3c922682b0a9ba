"""Virtual time, for every test in this folder."""

from support.machine_zone import machine_zone
from support.virtual_fixtures import clock, pytest_asyncio_loop_factories, recording

__all__ = ["clock", "machine_zone", "pytest_asyncio_loop_factories", "recording"]
