"""The child process, as its parent sees it: started, asked, stopped."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable, Mapping
from typing import Any

from rota.dev.messages import ChildOptions, LineSplitter, World, decoded, encoded

# Beyond the child's own time for a stop, after which it ends itself.
_SLACK_SECONDS = 5.0
_LAST_LINES_SECONDS = 1.0
_CHUNK_BYTES = 65_536


class Child:
    """One process at a time. What it says is handed to `on_message`, its output to `on_line`.

    `on_end` gets the exit code of one that was not stopped.
    """

    def __init__(
        self,
        *,
        on_message: Callable[[Mapping[str, Any]], None],
        on_line: Callable[[str], None],
        on_end: Callable[[int], None],
    ) -> None:
        self._on_message = on_message
        self._on_line = on_line
        self._on_end = on_end
        self._process: Process | None = None
        self._life: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self, world: World, *, again: bool, environment: Mapping[str, str]) -> None:
        """Start a process; the last one must have ended."""
        reader, writer = os.pipe()
        options = ChildOptions(messages=writer, again=again, world=world)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                # The current folder is not put in front, so that the same modules are found as by
                # `rota scheduler`; rota adds it behind the others.
                "-P",
                "-m",
                "rota.dev",
                options.text(),
                stdin=PIPE,
                stdout=PIPE,
                stderr=STDOUT,
                pass_fds=[writer],
                env=environment,
                # A terminal's Ctrl-C is for the parent, which stops the child in order.
                process_group=0,
            )
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        self._stopping = False
        self._life = asyncio.create_task(self._live(self._process, reader))

    def ask_to_run(self, name: str) -> None:
        """Ask for a run of a task now."""
        process = self._process
        if process is not None and process.returncode is None and process.stdin is not None:
            process.stdin.write(encoded({"run": name}))

    async def stop(self, within_seconds: float) -> None:
        """Stop the process in order; kill it and all of its group if that takes too long."""
        if self._process is None or self._life is None:
            return
        self._stopping = True
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(within_seconds + _SLACK_SECONDS):
                await asyncio.shield(self._life)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._life
        self._process = self._life = None

    async def _live(self, process: Process, messages: int) -> None:
        """Read both pipes and wait for the end."""
        assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
        lines = asyncio.create_task(_each_line(process.stdout, self._on_line))
        told = asyncio.create_task(_messages(messages, self._on_message))
        exit_code = await process.wait()
        # What the child has started may still hold its output.
        await asyncio.wait([lines, told], timeout=_LAST_LINES_SECONDS)
        for each in (lines, told):
            each.cancel()
        await asyncio.gather(lines, told, return_exceptions=True)
        if not self._stopping:
            self._on_end(exit_code)


async def _messages(number: int, on_message: Callable[[Mapping[str, Any]], None]) -> None:
    def take(line: str) -> None:
        message = decoded(line)
        if message is not None:
            on_message(message)

    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(number, "rb", 0)
    )
    try:
        await _each_line(reader, take)
    finally:
        transport.close()


async def _each_line(reader: asyncio.StreamReader, on_line: Callable[[str], None]) -> None:
    splitter = LineSplitter()
    while chunk := await reader.read(_CHUNK_BYTES):
        for line in splitter.feed(chunk):
            on_line(line)
    for line in splitter.rest():
        on_line(line)
