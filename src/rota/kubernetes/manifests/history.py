"""How many finished Jobs a CronJob keeps while a console watches it.

A restart of the console must find the successes of ten minutes; the evidence of failures is in its
ledger. The chart computes the same numbers (`rota.addHistoryLimits`); a test compares them.
"""

from rota.schedules.every import PREFIX, Every
from rota.schedules.fields import MINUTE, parse_field, split_fields

KEPT_JOBS = 3
"""Of each kind, without a console."""
KEPT_FAILURES_WATCHED = 1

_AWAY_SECONDS = 600
_AWAY_MINUTES = 10
_HOUR_MINUTES = 60


def kept_successes(text: str) -> int:
    """Return the number for what a CronJob carries as `.spec.schedule`."""
    return max(KEPT_JOBS, due_in_ten_minutes(text))


def due_in_ten_minutes(text: str) -> int:
    """Return the most slots that come due within ten minutes, as if every hour had some."""
    if text.startswith(PREFIX):
        return -(-_AWAY_SECONDS // Every(text).delay_seconds)
    if text.startswith("@"):
        return 1
    mask = 0
    for part in parse_field(split_fields(text)[0], MINUTE):
        mask |= part.mask
    twice = mask | mask << _HOUR_MINUTES  # a window may go over the full hour
    window = (1 << _AWAY_MINUTES) - 1
    return max((twice >> minute & window).bit_count() for minute in range(_HOUR_MINUTES))
