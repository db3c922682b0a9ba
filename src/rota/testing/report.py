"""What a simulation found: every slot and every run. Frozen, comparable and JSON-ready."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rota.model.clock import rfc3339
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.model.slot import SlotState

_MOST_LINES = 200
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class SimulatedRun:
    """One run; with CronJobs, one pod. Instants are aware UTC, as the simulated clock shows them.

    `attempt` counts the pods of one Job from 0, or the scheduler's runs for one slot. `ended` and
    `exit_code` are None while it runs, and where nothing saw its end. A killed one is `lost`.
    """

    task: str
    trigger: Trigger
    slot: datetime | None
    attempt: int
    started: datetime
    ended: datetime | None
    state: SlotState
    exit_code: int | None = None
    reason: str | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Return all of it, JSON-ready."""
        return {
            "task": self.task,
            "trigger": self.trigger.value,
            "slot": _text(self.slot),
            "attempt": self.attempt,
            "started": rfc3339(self.started),
            "ended": _text(self.ended),
            "state": self.state.value,
            "exit_code": self.exit_code,
            "reason": self.reason,
            "counts": dict(self.counts),
        }


@dataclass(frozen=True, slots=True)
class SimulatedSlot:
    """One slot of a task's schedule, and what became of it.

    `reason` is set if it was skipped; `runs` is how many runs it had. One that nothing has met, as
    after a Shutdown, is `due`.
    """

    task: str
    slot: datetime
    state: SlotState
    reason: SkipReason | None = None
    runs: int = 0

    def facts(self) -> dict[str, Any]:
        """Return all of it, JSON-ready."""
        return {
            "task": self.task,
            "slot": rfc3339(self.slot),
            "state": self.state.value,
            "reason": self.reason.value if self.reason else None,
            "runs": self.runs,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A simulation from `start` to `end`: `runs` by their start, `slots` by task and slot.

    `calls` is how many requests reached the Business API, `effects` how often it did what.
    `warnings` are rota's own, each once, such as `run.result_ignored`, what it says of a schedule,
    such as a time that a change of the clock in these days leaves out, and a Crash whose request
    never came.
    """

    start: datetime
    end: datetime
    mode: str
    runs: tuple[SimulatedRun, ...]
    slots: tuple[SimulatedSlot, ...]
    calls: int
    effects: Mapping[str, int]
    warnings: tuple[str, ...]

    def runs_of(self, task: str) -> tuple[SimulatedRun, ...]:
        """Return the runs of one task."""
        return tuple(run for run in self.runs if run.task == task)

    def slots_of(self, task: str) -> tuple[SimulatedSlot, ...]:
        """Return the slots of one task."""
        return tuple(slot for slot in self.slots if slot.task == task)

    @property
    def skipped(self) -> tuple[SimulatedSlot, ...]:
        """The slots that never started."""
        return tuple(slot for slot in self.slots if slot.state is SlotState.SKIPPED)

    def facts(self) -> dict[str, Any]:
        """Return all of it, JSON-ready."""
        return {
            "start": rfc3339(self.start),
            "end": rfc3339(self.end),
            "mode": self.mode,
            "runs": [run.facts() for run in self.runs],
            "slots": [slot.facts() for slot in self.slots],
            "calls": self.calls,
            "effects": dict(self.effects),
            "warnings": list(self.warnings),
        }

    def __repr__(self) -> str:
        """Return how many slots succeeded, and the first others: pytest shows 240 characters."""
        others = [slot for slot in self.slots if slot.state is not SlotState.SUCCEEDED]
        named = [_slot_line(slot).replace("  ", " ") for slot in others[:_MOST_NAMED]]
        if len(others) > _MOST_NAMED:
            named.append(f"{len(others) - _MOST_NAMED} more")
        succeeded = f"{len(self.slots) - len(others)} of {len(self.slots)} slots succeeded"
        return f"<Report {self._heading()}: {'; '.join([succeeded, *named])}>"

    def __str__(self) -> str:
        """Return a timeline, for the message of a failed assertion."""
        lines = [(run.started, _run_line(run)) for run in self.runs]
        lines += [(slot.slot, _slot_line(slot)) for slot in self.slots if slot.runs == 0]
        lines.sort(key=lambda line: line[0])
        shown = [text for _, text in lines[:_MOST_LINES]]
        if len(lines) > _MOST_LINES:
            shown.append(f"… {len(lines) - _MOST_LINES} more")
        return "\n".join([self._heading(), *shown, *self.warnings])

    def _heading(self) -> str:
        return f"{rfc3339(self.start)} to {rfc3339(self.end)}, mode {self.mode}"


def _run_line(run: SimulatedRun) -> str:
    seconds = "" if run.ended is None else f" after {(run.ended - run.started).total_seconds():g} s"
    slot = "" if run.slot is None else f" for {rfc3339(run.slot)}"
    reason = f": {run.reason}" if run.reason else ""
    trigger = run.trigger.value
    state = run.state.value
    return f"{rfc3339(run.started)}  {run.task}  {trigger}{slot}  {state}{seconds}{reason}"


def _slot_line(slot: SimulatedSlot) -> str:
    reason = f" ({slot.reason.value})" if slot.reason else ""
    return f"{rfc3339(slot.slot)}  {slot.task}  {slot.state.value}{reason}"


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
