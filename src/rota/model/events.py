"""What happens to runs and slots, as observers get it: log lines, the termination message."""

from dataclasses import dataclass
from typing import Protocol

from rota.model.outcome import SkipReason
from rota.model.run import Run, RunRecord


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins, `lateness_seconds` after its slot (0 where it has none)."""

    run: Run
    lateness_seconds: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended."""

    record: RunRecord


@dataclass(frozen=True, slots=True)
class SlotsSkipped:
    """Slots that never start. Epoch times; `count` is a lower bound where it is `capped`."""

    task: str
    first_slot: int
    last_slot: int
    count: int
    capped: bool
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class RunLost:
    """A run of an earlier process was never finished: that process died in the middle.

    `slot` is an epoch time; None for a run that had none.
    """

    task: str
    run_id: str
    slot: int | None


@dataclass(frozen=True, slots=True)
class HttpAttempt:
    """A run's client sent a request, once, and this is how it went.

    `path` is a template without a query: what looks like an id is `{id}`. `status` is None where no
    whole answer came; `error` then says what happened, in one word. `attempt` counts from 1.
    """

    run: Run
    method: str
    path: str
    status: int | None
    attempt: int
    duration_seconds: float
    error: str | None = None

    @property
    def status_class(self) -> str:
        """`2xx` to `5xx`, or `error` where no whole answer came."""
        return "error" if self.status is None else f"{self.status // 100}xx"


RunEvent = RunStarted | RunFinished | SlotsSkipped | RunLost | HttpAttempt


class Observer(Protocol):
    """Anything to call with an event. It may be called from any thread, and must return at once."""

    def __call__(self, event: RunEvent, /) -> object:
        """Take note of `event`; what is returned is ignored, what is raised is logged."""
        ...
