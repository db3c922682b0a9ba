"""An instant or a span of time that an option or an argument states."""

from datetime import datetime

from rota.model.errors import UsageError
from rota.schedules.moments import read_moment, read_span


def moment_of(option: str, text: str) -> datetime:
    """Return the instant; UsageError that names the option for what is not one with a zone."""
    try:
        return read_moment(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not allowed: {error}") from None


def span_of(option: str, text: str) -> int:
    """Return the seconds, which may be negative; UsageError that names the option."""
    try:
        return read_span(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a span of time: {error}") from None
