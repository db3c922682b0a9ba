"""`run_task`: one run of one task, with its outcome, its log and what the Business API saw."""

import asyncio
import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rota.model.clock import instant
from rota.model.context import Stop
from rota.model.errors import UsageError
from rota.model.outcome import Outcome
from rota.model.run import Run, RunRecord, Trigger
from rota.observers.run_log import log_run_event
from rota.runs.bus import EventBus
from rota.runs.manual import with_arguments
from rota.runs.runner import Runner, new_run
from rota.settings import Settings
from rota.tasks.arguments import argument_defaults, other_than
from rota.tasks.definition import TaskDefinition
from rota.testing.definitions import definitions_of, settings_of
from rota.testing.disruptions import (
    Down,
    Plan,
    PlannedOutage,
    check_request_number,
    form_of,
)
from rota.testing.fake_api import Call, FakeApi
from rota.testing.moments import Instant, epoch_of
from rota.testing.recorder import KILLED_EXIT_CODE
from rota.testing.simulation import refuse_running_loop, repeatable
from rota.testing.world import Wire, World

DEFAULT_NOW = "2027-01-01T00:00:00Z"
_OWN_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log. `fields` is what `extra=` had."""

    level: str
    logger: str
    message: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskRun:
    """How a run ended, as `rota run` would tell; `outcome` is None for one that was killed.

    `calls` are the requests of this run, `effects` what they did. `duration_seconds` are virtual.
    """

    outcome: Outcome | None
    exit_code: int
    counts: Mapping[str, Any]
    note: str | None
    reason: str | None
    traceback: str | None
    duration_seconds: float
    log: tuple[LogLine, ...]
    calls: tuple[Call, ...]
    effects: Mapping[str, int]

    def __repr__(self) -> str:
        """Return how it ended, short: pytest shows 240 characters."""
        told = self.reason or dict(self.counts)
        return f"<TaskRun {self.outcome or 'killed'} (exit code {self.exit_code}): {told}>"

    def __str__(self) -> str:
        """Return how it ended, for the message of a failed assertion."""
        told = self.traceback or self.reason or dict(self.counts)
        return f"{self.outcome or 'killed'} (exit code {self.exit_code}): {told}"


def run_task(
    task: Any,
    *,
    api: FakeApi | None = None,
    slot: Instant | None = None,
    now: Instant | None = None,
    arguments: Mapping[str, Any] | None = None,
    settings: Settings | Mapping[str, Any] | None = None,
    outage: Down | str | None = None,
    kill_after_request: int | None = None,
    seed: int = 0,
) -> TaskRun:
    """Run a task once, in virtual time; return how that ended.

    With `slot` it is that slot's scheduled run, else one by hand. `now` is the time at its start,
    by default the slot. `arguments` are values for parameters with defaults. With `outage`, one of
    Down, the API is out of order all the time. With `kill_after_request` the process gets SIGKILL
    as soon as the API has acted on that request, from 1. Otherwise as `simulate`. Raises
    UsageError, TaskDefinitionError or ScheduleError.
    """
    refuse_running_loop("run_task()")
    given = settings_of(settings)
    definition, *others = definitions_of([task], given)
    if others:
        names = ", ".join(each.name for each in (definition, *others))
        raise UsageError(f"run_task() runs one task, not {names}")
    begins = epoch_of(now or slot or DEFAULT_NOW, "now")
    slot_epoch = None if slot is None else epoch_of(slot, "slot")
    used = FakeApi() if api is None else api
    world = World(
        [definition],
        given,
        start=begins,
        seconds=definition.timeout_seconds,
        plan=_plan_of(outage, kill_after_request),
        api=used,
    )
    calls_before, effects_before = len(used.calls), used.effects.copy()
    with repeatable(seed), _captured_log() as lines:
        process = _Process(world, definition, slot_epoch, dict(arguments or {}), lines)
        record = world.run_process(0.0, process.main)
    return _task_run(
        record,
        seconds=world.elapsed,
        log=tuple(lines[: process.lines_said]),
        calls=tuple(used.calls[calls_before:]),
        effects=dict(used.effects - effects_before),
    )


def _plan_of(outage: Down | str | None, kill_after_request: int | None) -> Plan:
    number = kill_after_request
    if number is not None:
        check_request_number(number, "kill_after_request")
    return Plan(
        outages=() if outage is None else (PlannedOutage(0.0, math.inf, form_of(outage)),),
        crash_after=() if number is None else ((number, 0.0),),
    )


def _task_run(
    record: RunRecord | None,
    *,
    seconds: float,
    log: tuple[LogLine, ...],
    calls: tuple[Call, ...],
    effects: Mapping[str, int],
) -> TaskRun:
    return TaskRun(
        outcome=record.outcome if record else None,
        exit_code=int(record.exit_code) if record else KILLED_EXIT_CODE,
        counts=record.counts if record else {},
        note=record.note if record else None,
        reason=record.reason if record else "killed",
        traceback=record.traceback if record else None,
        duration_seconds=seconds,
        log=log,
        calls=calls,
        effects=effects,
    )


class _Process:
    """The process of one run. It ends with its run, or when it is killed."""

    def __init__(
        self,
        world: World,
        task: TaskDefinition,
        slot: float | None,
        arguments: Mapping[str, Any],
        lines: list[LogLine],
    ) -> None:
        defaults = argument_defaults(task)
        unknown = sorted(set(arguments) - set(defaults))
        if unknown:
            raise UsageError(f"task {task.name!r} has no argument {', '.join(map(repr, unknown))}")
        self._world = world
        self._task = task
        self._slot = slot
        self._arguments = other_than(defaults, arguments)
        self._lines = lines
        self.lines_said: int | None = None

    async def main(self) -> RunRecord | None:
        """Run to the end; return None if killed."""
        world = self._world
        ended: asyncio.Future[RunRecord | None] = asyncio.get_running_loop().create_future()
        wire = Wire(world)

        def kill(*_: object) -> None:
            if ended.done():
                return
            wire.dead = True
            self.lines_said = len(self._lines)
            ended.set_result(None)

        def end(_: object, record: RunRecord) -> None:
            if not ended.done():
                ended.set_result(record)

        world.on_crash = kill
        runner = Runner(
            world.client(wire),
            clock=world.clock,
            stop=Stop(),
            bus=EventBus([log_run_event]),
        )
        runner.start(self._task, self._run(), on_ended=end)
        return await ended

    def _run(self) -> Run:
        slot = None if self._slot is None else instant(self._slot)
        trigger = Trigger.MANUAL if slot is None else Trigger.SCHEDULE
        run = new_run(self._task, trigger, slot, clock=self._world.clock)
        return with_arguments(run, self._arguments)


@contextmanager
def _captured_log() -> Iterator[list[LogLine]]:
    """Keep the lines of every logger, from INFO on."""
    lines: list[LogLine] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            fields = {
                name: value for name, value in vars(record).items() if name not in _OWN_ATTRIBUTES
            }
            lines.append(LogLine(record.levelname, record.name, record.getMessage(), fields))

    root = logging.getLogger()
    handler = Keeping()
    level = root.level
    root.addHandler(handler)
    root.setLevel(min(level, logging.INFO) or logging.INFO)
    try:
        yield lines
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
