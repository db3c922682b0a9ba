"""Starts every run of a process, and publishes its start and its end."""

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from rota.model.clock import Clock, instant, rfc3339
from rota.model.context import Stop, Tracing
from rota.model.events import RunFinished, RunStarted
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import Run, RunRecord, Trigger
from rota.runs.active_run import ActiveRun
from rota.runs.bus import EventBus
from rota.tasks.definition import TaskDefinition

# For names, not for secrets. Separate from the module's, which a task may seed.
_random = random.Random()  # noqa: S311

OnEnd = Callable[[ActiveRun, RunRecord], None]
OnReturned = Callable[[ActiveRun], None]


class Runner:
    """Owns every run of a process from its start to its end. Use it inside one event loop."""

    def __init__(
        self,
        api_client: Any,
        *,
        clock: Clock,
        stop: Stop,
        bus: EventBus,
        tracing: Tracing | None = None,
    ) -> None:
        self._api_client = api_client
        self._clock = clock
        self._stop = stop
        self._bus = bus
        self._tracing = tracing
        self._active: dict[str, ActiveRun] = {}

    @property
    def active(self) -> tuple[ActiveRun, ...]:
        """The runs whose tasks have not returned, stuck ones too. Any thread."""
        return tuple(self._active.copy().values())

    def start(
        self,
        task: TaskDefinition,
        run: Run,
        *,
        on_decided: OnEnd = lambda *_: None,
        on_ended: OnEnd = lambda *_: None,
        on_returned: OnReturned = lambda *_: None,
    ) -> ActiveRun:
        """Start `run` and publish its events.

        `on_decided` is called when the end is decided, `on_ended` once the observers have been
        called, `on_returned` when the task has returned: later for a stuck one, or never.
        """

        def end(active: ActiveRun, record: RunRecord) -> None:
            on_decided(active, record)
            self._bus.publish(RunFinished(record))
            on_ended(active, record)

        def returned(active: ActiveRun) -> None:
            self._active.pop(run.run_id, None)
            on_returned(active)

        if self._tracing is not None:
            run = self._tracing.traced(run, task)
        active = ActiveRun(
            task,
            run,
            self._api_client,
            clock=self._clock,
            stop=self._stop,
            publish=self._bus.publish,
            on_end=end,
            on_returned=returned,
            tracing=self._tracing,
        )
        self._active[run.run_id] = active
        self._bus.publish(RunStarted(run, active.lateness_seconds))
        return active

    def end_blocked(
        self, outcome: Outcome, exit_code: ExitCode, reason: str, blocked_by: str
    ) -> None:
        """Publish the end of every run from another thread, since the event loop is blocked."""
        for active in self.active:
            record = active.end_from_outside(outcome, exit_code, reason, blocked_by)
            if record is not None:
                self._bus.publish(RunFinished(record))


def new_run(
    task: TaskDefinition,
    trigger: Trigger,
    slot: datetime | None,
    *,
    clock: Clock,
    identity: str | None = None,
    **shard: Any,
) -> Run:
    """Return a Run with a fresh run id. Without a slot, `identity` is used, or else the run id."""
    run_id = new_run_id(clock.timestamp())
    return Run(
        task=task.name,
        run_id=run_id,
        trigger=trigger,
        slot=slot,
        deadline=instant(clock.timestamp() + task.timeout_seconds),
        identity=rfc3339(slot) if slot else identity or run_id,
        **shard,
    )


@contextlib.contextmanager
def repeatable_run_ids(seed: int) -> Iterator[None]:
    """Have the same run ids each time, in the body; for tests."""
    state = _random.getstate()
    _random.seed(seed)
    try:
        yield
    finally:
        _random.setstate(state)


def new_run_id(timestamp: float) -> str:
    """Return an id that sorts by time: seconds since the epoch and 40 random bits, in hex."""
    return f"{int(timestamp):08x}-{_random.getrandbits(40):010x}"
