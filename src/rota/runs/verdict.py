"""What a task returned or raised, as an outcome, an exit code and plain data.

Reading the results of this module never runs the application's code.
"""

import asyncio
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rota.logs.redaction import redact
from rota.model.errors import (
    ApiError,
    GiveUp,
    ItemsFailedError,
    RequestRefusedError,
    TryAgain,
)
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, exit_code_of_error
from rota.model.plain import plain_counts, plain_repr, plain_text, shortened
from rota.model.result import Result
from rota.net import as_api_error

# Their text says everything; a traceback would only show rota's internals.
_SELF_EXPLAINING = (ApiError, GiveUp, ItemsFailedError, RequestRefusedError, TryAgain)
_MAX_TRACEBACK_CHARACTERS = 8192
# It is part of the termination message, with the counts.
_MAX_NOTE_CHARACTERS = 500
# Redacted before it is cut, so that no half of a secret is left. A longer text is a mistake anyway.
_MAX_SEARCHED_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended. `reason` in words; `traceback` where the reason does not explain itself.

    `retry_after_seconds` is what the task asked for.
    """

    outcome: Outcome
    exit_code: ExitCode
    reason: str | None = None
    traceback: str | None = None
    retry_after_seconds: float | None = None


SUCCEEDED = Verdict(Outcome.SUCCEEDED, ExitCode.SUCCEEDED)
TIMED_OUT = Verdict(Outcome.TIMED_OUT, ExitCode.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Returned:
    """What a task returned. `problem` is set if the counts could not be read.

    `ignored` is the class name of a value that is not None, counts or a Result.
    """

    counts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    problem: str | None = None
    ignored: str | None = None


RETURNED_NOTHING = Returned()


def read_returned(value: object) -> Returned:
    """Return a task's counts and note, in plain data."""
    if value is None:
        return RETURNED_NOTHING
    note = None
    if isinstance(value, Result):
        text = "" if value.note is None else plain_text(value.note, _MAX_SEARCHED_CHARACTERS)
        note = shortened(redact(text), _MAX_NOTE_CHARACTERS) or None
        value = value.counts
    if not isinstance(value, Mapping):
        return Returned(note=note, ignored=type(value).__name__)
    counts, problem = plain_counts(value)
    return Returned(counts, note, problem)


def verdict_on(error: BaseException) -> Verdict:
    """Return how a run ends whose task raised `error`."""
    if isinstance(error, asyncio.CancelledError):
        return Verdict(Outcome.FAILED, ExitCode.TASK_FAILED, "the task cancelled itself")
    try:
        error = meaning(error)
        exit_code = exit_code_of_error(error)
        explained = isinstance(error, _SELF_EXPLAINING)
        after_seconds = error.after_seconds if isinstance(error, TryAgain) else None
    except BaseException:  # noqa: BLE001 (an exception's attributes may be the application's code)
        exit_code, explained, after_seconds = ExitCode.TASK_FAILED, False, None
    return Verdict(
        Outcome.FAILED,
        exit_code,
        reason_of(error),
        None if explained else traceback_of(error),
        after_seconds,
    )


def meaning(error: BaseException) -> BaseException:
    """Return the error as an ApiError, if it is about the Business API; else itself."""
    if isinstance(error, BaseExceptionGroup):
        leaves = [meaning(each) for each in error.exceptions]
        codes = {exit_code_of_error(each) for each in leaves}
        # A group of one kind, as from a TaskGroup, is an error of that kind.
        return leaves[0] if len(codes) == 1 else error
    return as_api_error(error) or error


def reason_of(error: BaseException) -> str:
    """Return an error's text, or its representation where it has none."""
    text = plain_text(error, _MAX_SEARCHED_CHARACTERS)
    return plain_text(redact(text or plain_repr(error, _MAX_SEARCHED_CHARACTERS)))


def traceback_of(error: BaseException) -> str:
    """Return an error's traceback, its middle cut out where it is long."""
    try:
        text = "".join(traceback.format_exception(error)).rstrip("\n")
    except BaseException as failure:  # noqa: BLE001 (as above)
        text = f"{type(error).__name__} (it cannot be shown: {type(failure).__name__})"
    text = redact(shortened(text, _MAX_SEARCHED_CHARACTERS))
    return shortened(text, _MAX_TRACEBACK_CHARACTERS)
