"""What a running task, its HTTP client and its log lines know about their run.

One context variable links a task to the rest of rota, so that a task needs no extra argument, and
a client finds the deadline and the stop request.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from types import MethodType
from typing import Any, Protocol

from rota.model.run import Run
from rota.model.trace import SpanContext

DEFAULT_CONCURRENCY = 10


class StopRequested(asyncio.CancelledError):
    """Raised into a task instead of its next request, after a stop request."""


class Stop:
    """A request to stop, made once, and checked before anything new is started."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.signal_number: int | None = None

    @property
    def requested(self) -> bool:
        """Whether a stop was requested."""
        return self._event.is_set()

    def request(self, signal_number: int | None = None) -> None:
        """Ask everything to stop; only the first call's signal is kept."""
        if not self.requested:
            self.signal_number = signal_number
            self._event.set()

    async def wait(self) -> None:
        """Return once a stop has been requested."""
        await self._event.wait()


class ResolvedTask(Protocol):
    """The part of a task's definition that is used here."""

    @property
    def handler(self) -> Any:
        """What was registered."""

    @property
    def formerly(self) -> tuple[str, ...]:
        """The names that it had, the oldest first."""

    def value_of(self, field: str) -> Any:
        """Return the value of one of `rota.model.task_fields`."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Execution:
    """The current run, as rota's own parts see it.

    `deadline_loop_seconds` is on the event loop's clock, `started_at` an epoch time. `concurrency`
    is the default of a fan-out. `work_refused`: a stop kept the task from starting something.
    `counts` is what the task has done so far, so that an interrupted run can report it. `publish`
    passes an event to the observers. `task` is the definition of the running task. `next_span`
    makes the span of a request, in the context that it is made in; None: the run is not traced.
    """

    run: Run
    stop: Stop
    deadline_loop_seconds: float
    concurrency: int = DEFAULT_CONCURRENCY
    started_at: float | None = None
    work_refused: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    publish: Callable[[Any], None] = lambda _: None
    task: ResolvedTask | None = None
    next_span: Callable[[], SpanContext] | None = None

    def check_stop(self) -> None:
        """Raise StopRequested, and note that work is left, if a stop was requested."""
        if self.stop.requested:
            self.work_refused = True
            message = "the process is stopping: no new request is started"
            raise StopRequested(message)

    @property
    def oldest_name(self) -> str:
        """The first name that the task had, which idempotency keys are made from."""
        formerly = self.task.formerly if self.task is not None else ()
        return formerly[0] if formerly else self.run.task

    def remaining_seconds(self) -> float:
        """Return the rest of the task's timeout; never negative."""
        return max(0.0, self.deadline_loop_seconds - asyncio.get_running_loop().time())


class Tracing(Protocol):
    """Gives runs their place in a trace."""

    def traced(self, run: Run, task: ResolvedTask) -> Run:
        """Return `run` with its span."""

    def enter(self, execution: Execution) -> None:
        """Make the run's span the current one. Called in the run's context, before its task."""


_execution: ContextVar[Execution | None] = ContextVar("rota_execution", default=None)


def current_execution() -> Execution | None:
    """Return the current run of this context, or None outside a run."""
    return _execution.get()


def definition_of(instance: object) -> ResolvedTask | None:
    """Return the definition of `instance`, if the run of this context is one of its runs."""
    execution = _execution.get()
    if execution is None or execution.task is None:
        return None
    handler = execution.task.handler
    if isinstance(handler, MethodType):
        handler = handler.__self__
    return execution.task if handler is instance else None


def execution_in(context: Context) -> Execution | None:
    """Return the run that `context` belongs to, or None."""
    return context.get(_execution)


def enter(execution: Execution) -> None:
    """Make `execution` the current one of this context (an asyncio task has its own)."""
    _execution.set(execution)


_items: ContextVar[tuple[str, ...]] = ContextVar("rota_items", default=())


def current_items() -> tuple[str, ...]:
    """Return the identities of the items that this context works on, outermost fan-out first."""
    return _items.get()


def enter_items(items: tuple[str, ...]) -> None:
    """Set the items that the current context works on."""
    _items.set(items)


def enter_item(outer: tuple[str, ...], item: object) -> None:
    """Set the item that the current context works on, within `outer`.

    A string or integer identifies itself, and so does a tuple or list of them; any other item is
    identified by its `id`. An item without one is left out.
    """
    identity = _identity(item)
    _items.set(outer if identity is None else (*outer, identity))


def _identity(item: object) -> str | None:
    if isinstance(item, str | int):
        return f"{type(item).__name__} {item}"
    if isinstance(item, tuple | list):
        parts = [_identity(part) for part in item]
        return None if None in parts or not parts else repr(parts)
    try:
        found = item["id"] if isinstance(item, Mapping) else getattr(item, "id", None)
    except Exception:  # noqa: BLE001 (the application's own code)
        return None
    return f"id {found!r}" if isinstance(found, str | int) else None


def current_run() -> Run:
    """Return the run of the calling task. Raises RuntimeError outside a run."""
    execution = _execution.get()
    if execution is None:
        message = "there is no current run here: current_run() works inside a task's execute()"
        raise RuntimeError(message)
    return execution.run
