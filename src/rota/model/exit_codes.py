"""The one table of exit codes, read by `rota run`, the docs and the chart's podFailurePolicy."""

import signal
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of `rota run`: `meaning` for people, `retryable` for a Job."""

    meaning: str
    retryable: bool

    def __new__(cls, value: int, meaning: str, retryable: bool) -> "ExitCode":  # noqa: D102, FBT001, PYI034 (IntEnum's own protocol: members are made from positional tuples)
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.retryable = retryable
        return member

    SUCCEEDED = (0, "succeeded", False)
    TASK_FAILED = (1, "the task raised", True)
    USAGE = (2, "usage, unknown task or bad settings", False)
    API_REJECTED = (3, "the Business API refused for good", False)
    API_UNAVAILABLE = (4, "the Business API was unavailable after all retries", True)
    TIMED_OUT = (5, "the task timed out", True)
    ITEMS_FAILED = (6, "some items failed, the others are done", True)
    GAVE_UP = (7, "the task gave up: another attempt would not help", False)
    ASKED_TO_TRY_AGAIN = (8, "the task asks for another attempt", True)
    INTERRUPTED_SIGINT = (130, "SIGINT with work left", True)
    INTERRUPTED_SIGTERM = (143, "SIGTERM with work left", True)


_SIGNAL_BASE = 128


def meaning_of(code: int) -> str:
    """Return what an exit code means: by the table, or which signal killed the container."""
    for known in ExitCode:
        if known == code:
            return known.meaning
    number = code - _SIGNAL_BASE
    if number in {each.value for each in signal.Signals}:
        return f"killed by {signal.Signals(number).name}"
    return "not one of rota's exit codes"
