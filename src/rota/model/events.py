"""Facts about runs, told to whoever listens: logs, the termination message, metrics."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rota.model.outcome import SkipReason
from rota.model.plain import plain_repr
from rota.model.run import Run, RunRecord

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins, `lateness_seconds` after its slot (0 where it has none)."""

    run: Run
    lateness_seconds: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended."""

    result: RunRecord


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
    """A run of an earlier process was never finished: that process died in the middle."""

    task: str
    run_id: str
    slot: int


RunEvent = RunStarted | RunFinished | SlotsSkipped | RunLost
RunHook = Callable[[RunEvent], None]


def tell(hooks: Sequence[RunHook], event: RunEvent) -> None:
    """Hand `event` to every hook; one that breaks is logged and stops neither run nor hooks."""
    for hook in hooks:
        try:
            hook(event)
        except (Exception, SystemExit):
            _logger.exception("hook.broke", extra={"hook": plain_repr(hook)})
