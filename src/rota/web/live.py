"""News of tasks as server-sent events: which tasks' answers are worth asking for again."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from rota.model.events import RunEvent, RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.web.problems import problem
from rota.web.questions import is_whole

# The shortest time between two messages of one stream: at most one a task and second.
_PACE_SECONDS = 1.0
_COMMENT_SECONDS = 15.0
_RETRY_MILLISECONDS = 3000
MOST_STREAMS = 100


class News:
    """What has changed since when, of all tasks; an observer that may be called from any thread.

    A change has a number that grows. A stream that was cut off asks from its last one on; another
    process has another `epoch`, and makes the reader begin anew.
    """

    def __init__(self) -> None:
        self._epoch = f"{time.time_ns():x}"
        self._number = 0
        self._changed: dict[str, int] = {}
        self._closed = False
        self.streams = 0

    def __call__(self, event: RunEvent) -> None:
        """Note the task of an event."""
        match event:
            case RunStarted(run):
                self.note(run.task)
            case RunFinished(record):
                self.note(record.run.task)
            case SlotsSkipped(task) | RunLost(task):
                self.note(task)

    def note(self, task: str) -> None:
        """Note that something has happened to a task."""
        self._number += 1
        self._changed[task] = self._number

    def position(self) -> str:
        """Return where a stream that begins now stands."""
        return f"{self._epoch}-{self._number}"

    def since(self, position: str) -> list[str] | None:
        """Return the tasks that have changed since a position; None for one of another process."""
        epoch, _, number = position.partition("-")
        if epoch != self._epoch or not is_whole(number):
            return None
        return sorted(task for task, at in list(self._changed.items()) if at > int(number))

    def close(self) -> None:
        """Have all streams end: a server that stops would wait for them."""
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether the process is about to end."""
        return self._closed


class Live:
    """The endpoint; `pace_seconds` is the shortest time between two messages of a stream."""

    def __init__(self, news: News, *, pace_seconds: float = _PACE_SECONDS) -> None:
        self._news = news
        self._pace_seconds = pace_seconds

    async def events(self, request: Request) -> Response:
        """Send which tasks have changed, as `{"tasks": […]}`, until the reader leaves."""
        if self._news.streams >= MOST_STREAMS:
            return problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{MOST_STREAMS} readers are connected already: ask for /api/v1/tasks in turn",
            )
        position = request.headers.get("last-event-id") or self._news.position()
        return StreamingResponse(
            self._stream(request, position),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _stream(self, request: Request, position: str) -> AsyncIterator[str]:
        self._news.streams += 1
        try:
            async for message in self._messages(request, position):
                yield message
        finally:
            self._news.streams -= 1

    async def _messages(self, request: Request, position: str) -> AsyncIterator[str]:
        news, loop = self._news, asyncio.get_running_loop()
        yield f"retry: {_RETRY_MILLISECONDS}\n\n"
        written_at = loop.time()
        while not news.closed and not await request.is_disconnected():
            here, changed = news.position(), news.since(position)
            if changed is None:
                yield f"id: {here}\nevent: reset\ndata: {{}}\n\n"
            elif changed:
                data = json.dumps({"tasks": changed})
                yield f"id: {here}\nevent: tasks\ndata: {data}\n\n"
            elif loop.time() - written_at >= _COMMENT_SECONDS:
                yield ": nothing new\n\n"
            else:
                await asyncio.sleep(self._pace_seconds)
                continue
            position, written_at = here, loop.time()
            await asyncio.sleep(self._pace_seconds)
