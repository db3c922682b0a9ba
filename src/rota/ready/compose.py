"""Points 7 and 8: the project's compose file, under a project name of its own."""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rota.ready.commands import Ended, Machine
from rota.ready.image import BUILD_SECONDS
from rota.ready.on_schedule import SLOTS_WANTED, judge
from rota.ready.points import NotReadyError
from rota.settings.task_variables import task_variable

# In place of each task's own schedule: nobody waits for an hour.
INTERVAL_SECONDS = 5
API = "business-api"
_HEALTHY_SECONDS = 300.0
_SEEN_SECONDS = 180.0
_COMMAND_SECONDS = 120.0
# There cannot be two slots earlier.
_FIRST_LOOK_SECONDS = float(INTERVAL_SECONDS)
# Each look starts processes in containers.
_POLL_SECONDS = 2.0
_FILES = ("docker-compose.yml", "compose.yaml", "compose.yml", "docker-compose.yaml")
_ANY_PORT = "0"
_CALLS = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/demo/calls').read().decode())"


class Stack:
    """The services of a project's compose file."""

    def __init__(self, machine: Machine, service: str, files: Sequence[Path]) -> None:
        self._machine = machine
        self._service = service
        self._container = ""
        self._project = f"ready{uuid.uuid4().hex[:8]}"
        self._command = (
            *machine.compose(),
            f"--project-name={self._project}",
            # Paths in the files are relative to the first one's folder.
            *(f"--file={path}" for path in files),
        )

    async def compose(self, *arguments: str, seconds: float = _COMMAND_SECONDS) -> Ended:
        """Run compose to its end, whatever its exit code. Ports are whichever are free."""
        return await self._machine.run(
            *self._command,
            *arguments,
            seconds=seconds,
            BUSINESS_API_PORT=_ANY_PORT,
            CONSOLE_PORT=_ANY_PORT,
        )

    async def start(self) -> None:
        """Build and start the service, and what it depends on. NotReadyError if that fails."""
        ended = await self.compose(
            "up", "--build", "--detach", self._service, seconds=BUILD_SECONDS
        )
        if ended.code:
            raise NotReadyError(f"docker-compose up {self._service} fails: {ended.last_words}")

    async def wait_until_healthy(self) -> str:
        """Return how long it took to be healthy. NotReadyError where it does not become so."""
        begun = time.monotonic()
        state: dict[str, Any] = {}
        while time.monotonic() - begun < _HEALTHY_SECONDS:
            state = await self._state()
            health = state.get("Health")
            if health is None and state.get("Running"):
                raise NotReadyError(f"{self._service} has no healthcheck in the compose file")
            if health is not None and health["Status"] == "healthy":
                return (
                    f"{self._service} is healthy {time.monotonic() - begun:.0f} s after its start"
                )
            if state.get("ExitCode"):
                break
            await asyncio.sleep(_POLL_SECONDS)
        log = (await self.compose("logs", "--tail=5", self._service)).last_words
        told = f"exited with {state['ExitCode']}" if state.get("ExitCode") else "is not healthy"
        raise NotReadyError(f"{self._service} {told}: {log}")

    async def _state(self) -> dict[str, Any]:
        if not self._container:
            self._container = (await self.compose("ps", "--quiet", self._service)).stdout.strip()
        if not self._container:
            return {}
        command = ("docker", "inspect", "--format", "{{json .State}}", self._container)
        ended = await self._machine.run(*command, seconds=_COMMAND_SECONDS)
        state: dict[str, Any] = json.loads(ended.stdout) if ended.code == 0 else {}
        return state

    async def runs(self) -> list[dict[str, Any]]:
        """Return the worker's runs, as its ledger has them."""
        command = ("rota", "history", "--limit=500", "--json")
        return await self._items(self._service, command, "items")

    async def calls(self) -> list[dict[str, Any]]:
        """Return the requests that the demo Business API has seen."""
        try:
            return await self._items(API, ("python", "-c", _CALLS), "calls")
        except NotReadyError as error:
            raise NotReadyError(
                f"the service {API} does not tell what it saw; point 8 needs rota's demo there, as "
                f"the template has it ({error})"
            ) from None

    async def _items(self, service: str, command: Sequence[str], key: str) -> list[dict[str, Any]]:
        ended = await self.compose("exec", "-T", service, *command)
        if ended.code:
            raise NotReadyError(f"{command[0]} in {service} fails: {ended.last_words}")
        items: list[dict[str, Any]] = ended.answer(key, f"{command[0]} in {service}")
        return items

    async def end(self) -> None:
        """Take everything down that was started. NotReadyError says how, where that fails."""
        down = ("down", "--volumes", "--remove-orphans")
        ended = await self.compose(*down, seconds=2 * _COMMAND_SECONDS)
        if ended.code:
            raise NotReadyError(
                f"containers are left behind, since docker-compose down fails: {ended.last_words}; "
                f"remove them with `docker-compose --project-name={self._project} down --volumes`"
            )


@contextlib.asynccontextmanager
async def stack(
    machine: Machine, service: str, tasks: Mapping[str, Mapping[str, Any]]
) -> AsyncIterator[Stack]:
    """Give the services, not started, with `tasks` (as the probe found them) every few seconds.

    They are gone after the block. NotReadyError without compose, or a compose file, and where they
    cannot be removed.
    """
    await machine.docker()
    file = _file(machine.folder)
    with TemporaryDirectory(prefix="rota-ready-") as folder:
        services = Stack(machine, service, [file, _override(Path(folder), service, tasks)])
        try:
            yield services
        finally:
            await services.end()


def _file(folder: Path) -> Path:
    for name in _FILES:
        if (folder / name).is_file():
            return folder / name
    raise NotReadyError(f"there is no {_FILES[0]}")


def _override(folder: Path, service: str, tasks: Mapping[str, Mapping[str, Any]]) -> Path:
    path = folder / "override.yml"
    # JSON is YAML.
    services = {service: {"environment": dict(_often(tasks))}}
    path.write_text(json.dumps({"services": services}), "utf-8")
    return path


def _often(tasks: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for name, facts in tasks.items():
        if facts["next"] is None:
            continue
        yield task_variable(name, "interval_seconds"), str(INTERVAL_SECONDS)
        if facts["splay"]:
            yield task_variable(name, "splay_minutes"), "0"


async def watch_schedule(services: Stack, tasks: Mapping[str, Mapping[str, Any]]) -> str:
    """Return at which slots the API saw each task. NotReadyError names those that it did not see.

    Suspended tasks have no slots.
    """
    names = [name for name, facts in tasks.items() if facts["next"] is not None]
    if not names:
        raise NotReadyError("every task is suspended")
    end = time.monotonic() + _SEEN_SECONDS
    await asyncio.sleep(_FIRST_LOOK_SECONDS)
    while True:
        # The runs first: a call of theirs cannot be missing then.
        runs = await services.runs()
        seen = judge(names, runs, await services.calls(), interval_seconds=INTERVAL_SECONDS)
        if not seen.open:
            told = "; ".join(f"{task} at {slots}" for task, slots in seen.texts.items())
            return f"every {INTERVAL_SECONDS} s in place of their schedules, the API saw {told}"
        shown = "; ".join(f"{task}: {why}" for task, why in seen.open.items())
        if seen.hopeless:
            raise NotReadyError(f"every run for a slot fails: {shown}")
        if time.monotonic() > end:
            raise NotReadyError(
                f"not {SLOTS_WANTED} slots in a row within {_SEEN_SECONDS:.0f} s: {shown}"
            )
        await asyncio.sleep(_POLL_SECONDS)
