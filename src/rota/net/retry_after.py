"""Retry-After, in both forms of RFC 9110 section 10.2.3, and in the forms that servers invent."""

import re
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?")


def retry_after_seconds(values: Sequence[str], *, now: float, longest: float) -> float | None:
    """Return how long the API asks to wait, within 0 and `longest` seconds.

    `values` are the header's lines, of which the longest wait counts; `now` is an epoch time.
    None if no line can be parsed: then the caller's back-off applies.
    """
    waits = [wait for wait in (_parse(value.strip(), now) for value in values) if wait is not None]
    if not waits:
        return None
    return min(max(0.0, *waits), longest)


def _parse(text: str, now: float) -> float | None:
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        # "-0000" gives a naive moment, and means UTC.
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.timestamp() - now
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
