"""What `rota dev` and its child tell each other: lines of JSON on two pipes.

To the child: `{"run": TASK}`. From the child an object with `event`:

    sources   files, folders, flat      what to watch: see `rota.dev.sources.Places`
    ready     api, clock                the tasks are scheduled, against that URL; where time is
                                        travelled in, start, speed and began of the FastClock
    tasks     tasks: name, schedule, next_slot (epoch time or null), running (how many)
    started   at, and the facts of a run
    finished  at, and the facts of its record
    skipped   task, count, reason
    refused   text                      settings or tasks that cannot be used; the child ends
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What every child finds.

    `api` takes precedence over BUSINESS_API_URL, `demo` is used where neither is set. `at` is the
    epoch time at which the child's clock begins, None for now; `speed` its seconds in one of ours.
    """

    demo: str
    api: str | None = None
    at: float | None = None
    speed: float = 1.0

    @property
    def is_elsewhere(self) -> bool:
        """Whether its time is another than ours."""
        return self.at is not None or self.speed != 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildOptions:
    """What a child is started with.

    `messages` is the number of the pipe's file. `again`: no run at start.
    """

    messages: int
    again: bool
    world: World

    def text(self) -> str:
        """Return the options as one argument."""
        return json.dumps(asdict(self))

    @classmethod
    def parsed(cls, text: str) -> "ChildOptions":
        """Return the options of `text`."""
        values = json.loads(text)
        return cls(**{**values, "world": World(**values["world"])})


def encoded(message: Mapping[str, Any]) -> bytes:
    """Return the line of a message."""
    return json.dumps(message, default=str).encode() + b"\n"


def decoded(line: str) -> dict[str, Any] | None:
    """Return the message of a line, None where it is not one."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


class LineSplitter:
    """Makes lines of chunks of bytes; one that does not end is cut after a million of them."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        """Return the lines that `chunk` completes, without their ends."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        return [line.decode("utf-8", "replace").rstrip("\r") for line in lines]

    def rest(self) -> list[str]:
        """Return what came after the last end of a line."""
        rest, self._rest = self._rest, b""
        return [rest.decode("utf-8", "replace")] if rest else []
