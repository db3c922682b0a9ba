"""How a run ended, and its exit code."""

import signal
from enum import StrEnum

from rota.model.errors import RotaError
from rota.model.exit_codes import ExitCode


class Outcome(StrEnum):
    """The end of a run. A slot that never started ends as skipped, with a reason."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why a slot did not start.

    The last two are a CronJob's: it was deleted, or the API server refused its Job.
    """

    OVERLAP = "overlap"
    MISSED = "missed"
    TOO_LATE = "too_late"
    STOPPING = "stopping"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    DELETED = "deleted"
    REFUSED = "refused"


def exit_code_of_error(error: BaseException) -> ExitCode:
    """Return the exit code of an error that a task raised; 1 if it is not a RotaError.

    A subclass in an application may set another code of the table, but not success.
    """
    if not isinstance(error, RotaError):
        return ExitCode.TASK_FAILED
    found = [code for code in ExitCode if code == error.exit_code != ExitCode.SUCCEEDED]
    return found[0] if found else ExitCode.TASK_FAILED


def exit_code_of_signal(signal_number: int | None) -> ExitCode:
    """Return 130 for SIGINT, else 143."""
    if signal_number == signal.SIGINT:
        return ExitCode.INTERRUPTED_SIGINT
    return ExitCode.INTERRUPTED_SIGTERM
