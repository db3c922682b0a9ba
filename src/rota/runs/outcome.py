"""How a run ended, and the exit code that says so."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rota.context import Run
from rota.errors import RotaError
from rota.exit_codes import ExitCode


class Outcome(StrEnum):
    """The end of a run. A slot that never started ends as skipped, with a reason."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why a slot did not start."""

    OVERLAP = "overlap"
    MISSED = "missed"
    TOO_LATE = "too_late"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class RunResult:
    """The end of one run. `started_at` is an epoch time; `stuck`: it ignores its cancellation."""

    run: Run
    outcome: Outcome
    exit_code: ExitCode
    started_at: float
    duration_seconds: float
    error: BaseException | None = None
    reason: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    stuck: bool = False


def exit_code_of_error(error: BaseException) -> ExitCode:
    """Return the code of an error that a task let out; 1 for what is no business of rota's."""
    return error.exit_code if isinstance(error, RotaError) else ExitCode.TASK_FAILED


def exit_code_of_signal(signal_number: int | None) -> ExitCode:
    """Return 130 for SIGINT, else 143."""
    if signal_number == signal.SIGINT:
        return ExitCode.INTERRUPTED_SIGINT
    return ExitCode.INTERRUPTED_SIGTERM
