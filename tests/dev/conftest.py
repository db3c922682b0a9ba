"""Virtual time, for every asynchronous test in this folder."""

from support.virtual_fixtures import clock, pytest_asyncio_loop_factories, recording

__all__ = ["clock", "pytest_asyncio_loop_factories", "recording"]
