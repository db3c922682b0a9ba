"""A scheduler whose pages have actions: in this process, or on a real socket in a thread."""

import asyncio
import contextlib
import threading

from rota.model.errors import ApiRejectedError
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from rota.status.board import Board
from rota.web.server import serving
from support.console_app import console, reader_of
from support.ledger_runs import START
from support.statuses import FixedClock

HOUR = 3600
_LONGEST_SECONDS = 120.0


class Installed:
    """A scheduler that runs, with a ledger in memory, whose clock stands still."""

    def __init__(self, **fields):
        self.clock = FixedClock(START + 60)
        settings = Settings(_env_file=None, task={"bills": fields})
        self.scheduler = TaskScheduler(object(), settings=settings, clock=self.clock, observers=())
        self.scheduler.register_task("bills", self.act, HOUR)

    async def act(self, client, limit: int = 5):
        if limit == 0:
            raise ApiRejectedError("the printer is out of paper")
        return {"limit": limit}

    @property
    def ledger(self):
        return self.scheduler._ledger

    @property
    def board(self):
        tasks = [each.task for each in self.scheduler.snapshot()]
        return Board(tasks, self.ledger.reader(), self.clock)


@contextlib.asynccontextmanager
async def acting(*, access=None, hosts=(), fields=None, actions=True, peer="127.0.0.1"):
    """Give a client of a scheduler's pages, with their `app`."""
    async with _pages(access, hosts, fields, actions) as app, reader_of(app, peer=peer) as client:
        client.app = app
        yield client


@contextlib.asynccontextmanager
async def _pages(access, hosts, fields, actions):
    installed = Installed(**(fields or {}))
    await installed.scheduler.start()
    by_hand = installed.scheduler.by_hand if actions else None
    yield console(installed, access=access, hosts=hosts, by_hand=by_hand)
    await installed.scheduler.stop()


@contextlib.contextmanager
def acting_server(*, access=None, fields=None, actions=True):
    """Give the URL of a scheduler's pages, whose event loop is in a thread of its own."""
    ready, urls = threading.Event(), []
    ends = []

    async def serve():
        end = asyncio.Event()
        ends.append((asyncio.get_running_loop(), end))
        async with _pages(access, (), fields, actions) as app, serving(app, "127.0.0.1", 0) as url:
            urls.append(url)
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(_LONGEST_SECONDS)
        yield urls[0]
    finally:
        loop, end = ends[0]
        loop.call_soon_threadsafe(end.set)
        thread.join(_LONGEST_SECONDS)
