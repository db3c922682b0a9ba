"""What happens to runs and slots, as observers receive it."""

from dataclasses import dataclass
from typing import Protocol

from rota.model.outcome import SkipReason
from rota.model.run import Run, RunRecord
from rota.model.trace import SpanContext


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins, `lateness_seconds` after its slot (0 if it has none)."""

    run: Run
    lateness_seconds: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended."""

    record: RunRecord


@dataclass(frozen=True, slots=True)
class SlotsSkipped:
    """Slots that never start, as epoch times. `count` is a lower bound if it is `capped`.

    `detail` is there if there is more to say than the reason.
    """

    task: str
    first_slot: int
    last_slot: int
    count: int
    capped: bool
    reason: SkipReason
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class RunLost:
    """A run of an earlier process never ended, since that process died.

    `slot` is an epoch time, or None for a run without one.
    """

    task: str
    run_id: str
    slot: int | None


@dataclass(frozen=True, slots=True)
class HttpAttempt:
    """One attempt of a request by a run's client.

    `path` is a template without a query: what looks like an id is `{id}`; `url` has the ids, and no
    query either. `status` is None if there was no complete answer; `error` is then the class of the
    error. `attempt` counts from 1. `span` is the attempt's own, if the run is traced.
    """

    run: Run
    method: str
    path: str
    status: int | None
    attempt: int
    duration_seconds: float
    error: str | None = None
    url: str = ""
    span: SpanContext | None = None

    @property
    def status_class(self) -> str:
        """`2xx` to `5xx`, or `error` if there was no complete answer."""
        return "error" if self.status is None else f"{self.status // 100}xx"


RunEvent = RunStarted | RunFinished | SlotsSkipped | RunLost | HttpAttempt


class Observer(Protocol):
    """A callable for events. It may be called from any thread, and must return at once."""

    def __call__(self, event: RunEvent, /) -> object:
        """Handle `event`. The result is ignored, an error is logged."""
        ...
