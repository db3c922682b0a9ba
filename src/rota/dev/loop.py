"""`rota dev` from its start to its end: a child, its sources, a view, and what is asked for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rota.dev.board import Board, Phase
from rota.dev.keys import Quit, Reload, RunTask, Wish, wish_of
from rota.dev.messages import World
from rota.dev.sources import Places, Watcher
from rota.dev.view import View

POLL_SECONDS = 0.3
_REDRAW_SECONDS = 0.5
# More than any child takes: it has a limit of its own, from ROTA_GRACE_SECONDS.
LONGEST_STOP_SECONDS = 3600.0
_FILES_NAMED = 3


class Process(Protocol):
    """The child, as `rota.dev.child.Child` is."""

    async def start(self, world: World, *, again: bool, environment: Mapping[str, str]) -> None:
        """Start it."""
        ...

    def ask_to_run(self, name: str) -> None:
        """Ask for a run of a task now."""
        ...

    async def stop(self, within_seconds: float) -> None:
        """Stop it in order."""
        ...


class DevLoop:
    """Does one thing after the other: wishes come from keys, from saved files and from a stop."""

    def __init__(
        self,
        view: View,
        watcher: Watcher,
        *,
        world: World,
        environment: Mapping[str, str],
    ) -> None:
        self.board = Board()
        self._view = view
        self._watcher = watcher
        self._world = world
        self._environment = environment
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()
        self._quitting = False

    def ask(self, wish: Wish) -> None:
        """Have a wish done once those before it are. A second `Quit` changes nothing."""
        self._quitting = self._quitting or isinstance(wish, Quit)
        self._wishes.put_nowait(wish)

    def press(self, keys: str) -> None:
        """Have done what keys ask for."""
        for key in keys:
            wish = wish_of(key, list(self.board.rows))
            if wish is not None:
                self.ask(wish)

    def on_message(self, message: Mapping[str, Any]) -> None:
        """Take a message of the child."""
        if message.get("event") == "sources":
            self._watcher.widen(
                Places(*(frozenset(message[name]) for name in ("files", "folders", "flat")))
            )
            return
        self.board.take(message)
        if message.get("event") == "ready":
            self._view.note(f"the tasks are scheduled; {self.board.where()}")
        self._view.show(self.board)

    def on_line(self, text: str) -> None:
        """Take a line that the child has written."""
        self._view.line(text)

    def on_end(self, exit_code: int) -> None:
        """Take the end of a child that was not stopped: the next saved file is tried."""
        self.board.ended(exit_code)
        self._view.note(f"{self._reason(exit_code)}; waiting for a file to be saved")
        self._view.show(self.board)

    def _reason(self, exit_code: int) -> str:
        refused = self.board.problem and exit_code > 0
        return "the tasks cannot be used, as said above" if refused else self.board.problem

    async def run(self, child: Process) -> None:
        """Run the child, again and again, until `Quit`; `end` must follow."""
        try:
            async with self._repeating(self._look, POLL_SECONDS), self._redrawing():
                await self._start(child)
                while not self._quitting:
                    await self._do(await self._wishes.get(), child)
            self.board.phase = Phase.STOPPING
            self._view.show(self.board)
        finally:
            # Before the child has ended, so that a second Ctrl-C leaves the terminal as it was.
            self._quitting = True
            self._view.close()

    async def end(self, child: Process) -> None:
        """Stop the child in order."""
        self._view.note("stopping; active runs may finish, a second Ctrl-C ends them")
        await child.stop(LONGEST_STOP_SECONDS)

    async def _do(self, wish: Wish, child: Process) -> None:
        match wish:
            case RunTask(name):
                if self.board.phase is Phase.RUNNING:
                    child.ask_to_run(name)
            case Reload(changed):
                self._view.note(_why(changed))
                self.board.phase = Phase.RELOADING
                self._view.show(self.board)
                await child.stop(LONGEST_STOP_SECONDS)
                self.board.at_rest()
                if not self._quitting:
                    await self._start(child)
            case Quit():
                pass

    async def _start(self, child: Process) -> None:
        self.board.starting()
        self._view.show(self.board)
        await child.start(self._world, again=self.board.was_ready, environment=self._environment)

    def _redrawing(self) -> contextlib.AbstractAsyncContextManager[None]:
        return self._repeating(lambda: self._view.show(self.board), _REDRAW_SECONDS)

    def _look(self) -> None:
        changed = self._watcher.poll()
        if changed and not self._quitting:
            self.ask(Reload(tuple(changed)))

    @contextlib.asynccontextmanager
    async def _repeating(self, action: Callable[[], None], seconds: float) -> AsyncIterator[None]:
        async def repeat() -> None:
            while True:
                await asyncio.sleep(seconds)
                action()

        task = asyncio.create_task(repeat())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


def _why(changed: Sequence[str]) -> str:
    if not changed:
        return "reloading"
    named = [_short(path) for path in changed[:_FILES_NAMED]]
    if len(changed) > _FILES_NAMED:
        named.append(f"{len(changed) - _FILES_NAMED} more")
    return f"reloading: {', '.join(named)} changed"


def _short(path: str) -> str:
    with contextlib.suppress(ValueError, OSError):
        return str(Path(path).relative_to(Path.cwd()))
    return path
