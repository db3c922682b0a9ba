"""The docker command line, for tests on a real engine. What goes wrong carries its output."""

import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class CommandFailedError(AssertionError):
    """A command ended with another exit code than 0."""


def run(*command: str, timeout_seconds: float = 60, env: dict[str, str] | None = None) -> str:
    """Return stdout and stderr as one text; CommandFailedError unless the command ends with 0."""
    end = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=timeout_seconds,
        env=env,
        check=False,
    )
    if end.returncode:
        raise CommandFailedError(f"{' '.join(command)}: exit code {end.returncode}\n{end.stdout}")
    return end.stdout


def inspect(name: str) -> dict[str, Any]:
    """Return what the engine knows of a container or an image."""
    facts: dict[str, Any] = json.loads(run("docker", "inspect", name))[0]
    return facts


def events(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects among the lines of a log."""
    lines = (line[line.find("{") :] for line in text.splitlines() if "{" in line)
    return [json.loads(line) for line in lines]


def wait_until(condition: Callable[[], bool], what: str, *, timeout_seconds: float) -> None:
    """Return once `condition` holds; AssertionError with `what` when the time is over."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_seconds:.0f} s: {what}")
        time.sleep(0.2)


class Container:
    """A container that was started with `started`."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = inspect(self.name)["State"]
        return state

    @property
    def health(self) -> str:
        """`starting`, `healthy` or `unhealthy`."""
        return str(self.state["Health"]["Status"])

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the container's log events called `name`, in order."""
        return [
            event for event in events(run("docker", "logs", self.name)) if event["event"] == name
        ]

    def wait_for(self, event: str, *, timeout_seconds: float = 30) -> None:
        wait_until(
            lambda: bool(self.events(event)),
            f"{event} in the log of {self.name}",
            timeout_seconds=timeout_seconds,
        )

    def signal(self, name: str) -> None:
        run("docker", "kill", "--signal", name, self.name)

    def end(self, *, timeout_seconds: float = 60) -> int:
        """Wait for the container's end; return its exit code."""
        return int(run("docker", "wait", self.name, timeout_seconds=timeout_seconds))


@contextmanager
def started(image: str, *arguments: str, options: tuple[str, ...] = ()) -> Iterator[Container]:
    """Run `image` in the background; it and its volumes are gone after the block."""
    name = f"rota-e2e-{uuid.uuid4().hex[:12]}"
    try:
        run("docker", "run", "--detach", "--name", name, *options, image, *arguments)
        yield Container(name)
    finally:
        subprocess.run(
            ["docker", "rm", "--force", "--volumes", name],
            capture_output=True,
            timeout=60,
            check=False,
        )
