"""The demo Business API on a real socket, in a thread, with a gate that holds requests back."""

import asyncio
import contextlib
import threading

from starlette.responses import JSONResponse

from rota.demo.business_api import create_app
from rota.demo.store import DemoOptions, DemoStore
from rota.web.server import serving

LONGEST_SECONDS = 120.0


class LoopbackApi:
    """`store` tells what was done; `hold` keeps POSTs waiting.

    `always` (status and headers) answers every request, and repeats its Authorization: some do.
    """

    def __init__(self, options=None, app=None):
        self.store = DemoStore(options or DemoOptions())
        self.url = ""
        self.always = None
        self.arrived = 0
        self._app = app or create_app(self.store)
        self._open = threading.Event()
        self._open.set()
        self._changed = threading.Condition()

    def hold(self):
        self._open.clear()

    def release(self):
        self._open.set()

    def until_arrived(self, number):
        """Return once so many POSTs have arrived since the start."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.arrived >= number, LONGEST_SECONDS)

    async def __call__(self, scope, receive, send):
        if scope["method"] == "POST":
            with self._changed:
                self.arrived += 1
                self._changed.notify_all()
            if not self._open.is_set():
                await asyncio.to_thread(self._open.wait, LONGEST_SECONDS)
        if self.always is not None:
            status, headers = self.always
            sent = dict(scope["headers"]).get(b"authorization", b"none").decode()
            body = {"error": f"not with {sent}"}
            await JSONResponse(body, status, headers)(scope, receive, send)
            return
        await self._app(scope, receive, send)


@contextlib.contextmanager
def loopback_api(options=None, app=None):
    """Serve the demo, or another `app`, on a free port of 127.0.0.1 until the block ends."""
    api = LoopbackApi(options, app)
    ready = threading.Event()
    stopped = asyncio.Event()
    loops = []

    async def serve():
        loops.append(asyncio.get_running_loop())
        async with serving(api, "127.0.0.1", 0) as url:
            api.url = url
            ready.set()
            await stopped.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(LONGEST_SECONDS)
        yield api
    finally:
        api.release()
        loops[0].call_soon_threadsafe(stopped.set)
        thread.join(LONGEST_SECONDS)
