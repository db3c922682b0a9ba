"""`simulate`: tasks on their schedules, at a time and through disruptions of one's choice."""

import asyncio
import contextlib
import importlib
import logging
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from rota.kubernetes.manifests.cronjob import check_catch_up
from rota.model.clock import instant
from rota.model.errors import UsageError
from rota.runs.runner import repeatable_run_ids
from rota.schedules import Cron, Schedule, parse_schedule, warnings_for
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition
from rota.testing.cronjobs_mode import run_cronjobs
from rota.testing.definitions import Tasks, definitions_of, settings_of
from rota.testing.disruptions import Disruption, plan_of
from rota.testing.fake_api import FakeApi
from rota.testing.moments import LAST_EPOCH_SECONDS, Instant, epoch_of, seconds_of
from rota.testing.recorder import Recorder
from rota.testing.report import Report
from rota.testing.scheduler_mode import run_schedulers
from rota.testing.world import World

Mode = Literal["scheduler", "cronjobs"]
_MODES = ("scheduler", "cronjobs")


def simulate(
    tasks: Tasks,
    start: Instant,
    duration: timedelta | str,
    *,
    api: FakeApi | None = None,
    mode: Mode = "scheduler",
    disruptions: Sequence[Disruption] = (),
    settings: Settings | Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Report:
    """Run `tasks` on their schedules from `start` on, in virtual time; return what happened.

    The scheduler, the runner, the client and the tasks are the real ones; the Business API is
    `api`, by default a FakeApi. With `mode="cronjobs"` each slot is a Job with its pods, as
    Kubernetes would have them. The environment is not read: `settings` are fields of
    `rota.settings.Settings` by name, or an object of it. Equal arguments give equal reports; `seed`
    decides on waits between retries, which are random.

    Raises UsageError for a mistake in the arguments, TaskDefinitionError or ScheduleError for one
    in a task.
    """
    refuse_running_loop("simulate()")
    if mode not in _MODES:
        raise UsageError(f"mode {mode!r} is not one of {', '.join(_MODES)}")
    given = settings_of(settings)
    definitions = definitions_of(tasks, given)
    epoch = epoch_of(start, "start")
    seconds = seconds_of(duration, "duration")
    if not 0 < seconds <= LAST_EPOCH_SECONDS - epoch:
        raise UsageError(
            f"duration must be more than 0, and end before the year 9999, but is {duration!r}"
        )
    world = World(
        definitions,
        given,
        start=epoch,
        seconds=seconds,
        plan=plan_of(disruptions, epoch, seconds),
        api=FakeApi() if api is None else api,
    )
    schedules = {task.name: _schedule_of(task, mode) for task in definitions}
    recorder = Recorder(world.clock, schedules)
    with repeatable(seed), _warnings() as warnings:
        warnings.update(each for task in definitions for each in _of_schedule(task, world, mode))
        (run_schedulers if mode == "scheduler" else run_cronjobs)(world, recorder)
        warnings.update(
            f"Crash(after_request={number}) was not reached; requests: {world.requests}"
            for number in world.unreached_crashes
        )
    return _report(world, recorder, mode, warnings)


def _report(world: World, recorder: Recorder, mode: str, warnings: Counter[str]) -> Report:
    return Report(
        start=instant(world.start),
        end=instant(world.start + world.seconds),
        mode=mode,
        runs=recorder.runs(),
        slots=recorder.slots(world.tasks, int(world.start), int(world.latest)),
        calls=len(world.api.calls),
        effects=dict(sorted(world.api.effects.items())),
        warnings=tuple(
            f"{text} ({times} times)" if times > 1 else text
            for text, times in sorted(warnings.items())
        ),
    )


def _schedule_of(task: TaskDefinition, mode: str) -> Schedule:
    if mode == "scheduler":
        return task.schedule
    cronjob = task.cronjob_schedule()
    check_catch_up(task, exact=cronjob.exact)
    # An `@every` counts from the creation of the CronJob, which is the start of the simulation.
    return task.schedule if cronjob.exact else parse_schedule(cronjob.text)


def _of_schedule(task: TaskDefinition, world: World, mode: Mode) -> Iterator[str]:
    """Yield what `rota check` would say of a schedule that concerns the simulated time."""
    if isinstance(task.schedule, Cron) and task.interval_seconds is None:
        first, until = int(world.start), int(world.start + world.seconds)
        for text in warnings_for(
            task.schedule.text, task.schedule.timezone, changes_from=first, changes_until=until
        ):
            yield f"{task.name}: {text}"
    elif mode == "cronjobs" and not task.cronjob_schedule().exact:
        yield f"{task.name}: every {task.interval_seconds} s counts from the CronJob's creation"


def refuse_running_loop(what: str) -> None:
    """Raise UsageError inside an event loop."""
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        raise UsageError(
            f"{what} runs an event loop of its own: call it from a function that is not async"
        )


@contextlib.contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Have the same random numbers and run ids each time, in the body."""
    # The first request would import it, and what it imports, such as rich, draws random numbers.
    importlib.import_module("rota.net.session")
    state = random.getstate()
    random.seed(seed)
    try:
        with repeatable_run_ids(seed):
            yield
    finally:
        random.setstate(state)


@contextlib.contextmanager
def _warnings() -> Iterator[Counter[str]]:
    """Collect rota's own warnings, by their text, in place of logging them."""
    found: Counter[str] = Counter()

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            task = getattr(record, "task", None)
            found[f"{record.getMessage()}: {task}" if task else record.getMessage()] += 1

    logger = logging.getLogger("rota")
    handler = Collecting(logging.WARNING)
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield found
    finally:
        logger.propagate = before
        logger.removeHandler(handler)
