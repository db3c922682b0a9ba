"""What `rota dev` knows of its child and of each task's last run, from the child's messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rota.dev.travel import FastClock
from rota.model.clock import Clock, SystemClock, instant, rfc3339


class Phase(StrEnum):
    """How the child is doing."""

    STARTING = "starting"
    RUNNING = "running"
    RELOADING = "reloading"
    BROKEN = "broken"
    STOPPING = "stopping"


@dataclass(slots=True)
class Row:
    """One task. Times are epoch times; `outcome` is None until a run has ended."""

    name: str
    schedule: str = ""
    next_slot: float | None = None
    running: int = 0
    runs: int = 0
    ended_at: float | None = None
    outcome: str | None = None
    duration_seconds: float | None = None
    detail: str = ""


class Board:
    """The rows by task, the child's phase and its last problem."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.phase = Phase.STARTING
        self.problem = ""
        self.api = ""
        self.clock: Clock = SystemClock()
        self.was_ready = False

    def where(self) -> str:
        """Return the Business API that is called, and the time there where it is not ours."""
        text = f"Business API {self.api}"
        if isinstance(self.clock, FastClock):
            now = rfc3339(instant(int(self.clock.timestamp())))
            pace = "" if self.clock.speed == 1 else f", {self.clock.speed:g} times as fast"
            text += f", at {now}{pace}"
        return text

    def starting(self) -> None:
        """Forget the last child's problem: another one begins."""
        self.phase, self.problem = Phase.STARTING, ""

    def ended(self, exit_code: int) -> None:
        """Note that the child has ended without being asked to."""
        self.phase = Phase.BROKEN
        self.problem = self.problem or f"the child process ended with exit code {exit_code}"
        self.at_rest()

    def at_rest(self) -> None:
        """Note that no run is active, since the child has ended."""
        for row in self.rows.values():
            row.running, row.next_slot = 0, None

    def take(self, message: Mapping[str, Any]) -> None:
        """Note what a message of the child says; unknown ones are ignored."""
        match message:
            case {"event": "ready", "api": str(url)}:
                self.phase, self.api, self.was_ready = Phase.RUNNING, url, True
                if isinstance(message.get("clock"), Mapping):
                    self.clock = FastClock(**message["clock"])
            case {"event": "tasks", "tasks": [*tasks]}:
                self._take_tasks(tasks)
            case {"event": "finished", "task": str(name), "at": at, "outcome": str(outcome)}:
                row = self.rows.setdefault(name, Row(name))
                row.runs += 1
                row.ended_at, row.outcome = at, outcome
                row.duration_seconds = message.get("duration_seconds")
                row.detail = _detail(message)
            case {"event": "refused", "text": str(text)}:
                self.problem = text

    def _take_tasks(self, tasks: list[Mapping[str, Any]]) -> None:
        before, self.rows = self.rows, {}
        for each in tasks:
            row = before.get(each["name"]) or Row(each["name"])
            row.schedule, row.next_slot = each["schedule"], each["next_slot"]
            row.running = each["running"]
            self.rows[row.name] = row


def _detail(message: Mapping[str, Any]) -> str:
    counts = message.get("counts") or {}
    told = [f"{name} {number}" for name, number in counts.items()]
    told += [str(message[key]) for key in ("note", "reason") if message.get(key)]
    return ", ".join(told)
