"""Other programs: run to their end, with their output, and never left behind."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rota.ready.points import NotReadyError

_LAST_LINES = 3
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Ended:
    """A program's exit code, its stdout, and its stderr (empty where both were joined)."""

    code: int
    stdout: str
    stderr: str = ""

    @property
    def last_words(self) -> str:
        """The last lines that it wrote, in one."""
        told = [line.strip() for line in (self.stderr or self.stdout).splitlines() if line.strip()]
        shown = " / ".join(line[:_LONGEST_LINE] for line in told[-_LAST_LINES:])
        return shown or "it wrote nothing"

    def answer(self, name: str, program: str) -> Any:
        """Return `name` of the JSON object that `program` wrote. NotReadyError for other output."""
        try:
            return json.loads(self.stdout)[name]
        except (ValueError, KeyError, TypeError):
            raise NotReadyError(
                f"{program} answers otherwise than rota does: {self.last_words}"
            ) from None


class Machine:
    """Runs programs in a project's folder, with `environment`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = dict(environment)

    async def run(
        self, *command: str, seconds: float, joined: bool = False, **variables: str
    ) -> Ended:
        """Run a program to its end. NotReadyError where it takes longer, or is not there."""
        process = await self.start(*command, joined=joined, **variables)
        try:
            async with asyncio.timeout(seconds):
                out, errors = await process.communicate()
        except TimeoutError:
            raise NotReadyError(f"{' '.join(command)} takes longer than {seconds:.0f} s") from None
        finally:
            await end_group(process)
        code = -1 if process.returncode is None else process.returncode
        return Ended(code, _text(out), _text(errors))

    async def start(
        self, *command: str, joined: bool = True, **variables: str
    ) -> asyncio.subprocess.Process:
        """Start a program, in a process group of its own: a terminal's Ctrl-C is for rota."""
        try:
            return await asyncio.create_subprocess_exec(
                *command,
                cwd=self.folder,
                env={**self.environment, **variables},
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT if joined else PIPE,
                process_group=0,
            )
        except OSError as error:
            raise NotReadyError(f"{command[0]} cannot be started: {error.strerror}") from None

    def compose(self) -> Sequence[str]:
        """Return the command: `docker-compose`, else `docker compose`. NotReadyError for none."""
        if self._has("docker-compose"):
            return ("docker-compose",)
        if self._has("docker"):
            return ("docker", "compose")
        raise NotReadyError(
            "docker-compose is not in PATH: install Docker, with its compose plugin"
        )

    async def docker(self) -> None:
        """Return if an engine answers. NotReadyError if not."""
        if not self._has("docker"):
            raise NotReadyError("docker is not in PATH: install it, or --skip 6,7,8")
        info = await self.run("docker", "version", "--format", "{{.Server.Version}}", seconds=30)
        if info.code:
            raise NotReadyError(f"the Docker engine does not answer: {info.last_words}")

    def _has(self, program: str) -> bool:
        return shutil.which(program, path=self.environment.get("PATH")) is not None


async def end_group(process: asyncio.subprocess.Process) -> None:
    """Kill what is left of a program and of what it started, and wait for it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.returncode is None:
        await process.wait()


def _text(output: bytes | None) -> str:
    return (output or b"").decode("utf-8", "replace")
