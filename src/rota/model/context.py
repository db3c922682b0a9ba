"""What a running task, its HTTP client and its log lines know about the run they belong to.

The link between a task and the rest of rota is one context variable, so that a task written
without rota in mind needs no extra argument, and a client finds the deadline and the stop.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from types import MethodType
from typing import Any, Protocol

from rota.model.run import Run

DEFAULT_CONCURRENCY = 10


class StopRequested(asyncio.CancelledError):
    """Raised into a task in place of its next request once the process has been told to stop."""


class Stop:
    """A request to stop, made once, seen by everything that would start something new."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.signal_number: int | None = None

    @property
    def requested(self) -> bool:
        """Whether the process has been told to stop."""
        return self._event.is_set()

    def request(self, signal_number: int | None = None) -> None:
        """Ask everything to stop; only the first call's signal is kept."""
        if not self.requested:
            self.signal_number = signal_number
            self._event.set()

    async def wait(self) -> None:
        """Return once a stop has been requested."""
        await self._event.wait()


class DecidedTask(Protocol):
    """What is asked here of a task's definition."""

    @property
    def handler(self) -> Any:
        """What was registered."""

    def decided(self, field: str) -> Any:
        """Return what was decided about one of `rota.model.task_fields`."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Execution:
    """The current run, as rota's own parts see it.

    `deadline_loop_seconds` is on the event loop's clock, `started_at` an epoch time. `concurrency`
    is how many actions of one fan-out go on at once where its task does not say. `work_refused`
    tells that a stop kept the task from something it wanted to do. `counts` is what the task has
    done so far, so that a run which is cut off can still say it. `publish` tells the run's
    observers of an event. `task` is what was decided about the task that runs.
    """

    run: Run
    stop: Stop
    deadline_loop_seconds: float
    concurrency: int = DEFAULT_CONCURRENCY
    started_at: float | None = None
    work_refused: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    publish: Callable[[Any], None] = lambda _: None
    task: DecidedTask | None = None

    def check_stop(self) -> None:
        """Raise StopRequested, and remember that work was left undone, once a stop is requested."""
        if self.stop.requested:
            self.work_refused = True
            message = "the process is stopping: no new request is started"
            raise StopRequested(message)

    def remaining_seconds(self) -> float:
        """Return what is left of the task's timeout; never negative."""
        return max(0.0, self.deadline_loop_seconds - asyncio.get_running_loop().time())


_execution: ContextVar[Execution | None] = ContextVar("rota_execution", default=None)


def current_execution() -> Execution | None:
    """Return the current run of this context, or None outside a run."""
    return _execution.get()


def definition_of(instance: object) -> DecidedTask | None:
    """Return what was decided about `instance`, where the run in this context is its own."""
    execution = _execution.get()
    if execution is None or execution.task is None:
        return None
    handler = execution.task.handler
    if isinstance(handler, MethodType):
        handler = handler.__self__
    return execution.task if handler is instance else None


def execution_in(context: Context) -> Execution | None:
    """Return the run that something belongs to whose context this is."""
    return context.get(_execution)


def enter(execution: Execution) -> None:
    """Make `execution` the current one of this context (an asyncio task has its own)."""
    _execution.set(execution)


_items: ContextVar[tuple[str, ...]] = ContextVar("rota_items", default=())


def current_items() -> tuple[str, ...]:
    """Return what identifies the items that fan-outs work on in this context, outermost first."""
    return _items.get()


def enter_items(items: tuple[str, ...]) -> None:
    """Make `items` those that are worked on in the current context."""
    _items.set(items)


def enter_item(outer: tuple[str, ...], item: object) -> None:
    """Make `item`, below `outer`, the one that is worked on in the current context.

    A text or whole number identifies itself, a tuple or list of them too, and any other item is
    identified by its `id`. One that has none is left out.
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
    """Return the run that the calling task belongs to; RuntimeError outside a run."""
    execution = _execution.get()
    if execution is None:
        message = "there is no current run here: current_run() works inside a task's execute()"
        raise RuntimeError(message)
    return execution.run
