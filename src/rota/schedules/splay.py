"""Stable offsets that keep the tasks of many releases from firing in the same minute.

The offset is Adler-32 of the SHA-256 hex digest of `<release>/<task>`, modulo one more than the
widest offset. In a Helm template, the task under the name that it has in Python:
`mod (printf "%s/%s" $release $task | sha256sum | adler32sum | int64) (add1 $splayMinutes)`.
"""

import hashlib
import zlib

from rota.model.errors import ScheduleError
from rota.schedules.interval import check_interval, is_whole_number
from rota.schedules.mapping import UTC_ZONE, CronJobSchedule, five_field_text


def splay_offset_minutes(release: str, task: str, splay_minutes: int) -> int:
    """Return the offset of a task in whole minutes, from 0 to `splay_minutes`, both included."""
    if not is_whole_number(splay_minutes) or splay_minutes < 0:
        raise ScheduleError(
            f"splay_minutes {splay_minutes!r} is refused: it must be a whole number, 0 or more"
        )
    digest = hashlib.sha256(f"{release}/{task}".encode()).hexdigest()
    return zlib.adler32(digest.encode()) % (splay_minutes + 1)


def splayed_cronjob_schedule(
    seconds: int, *, release: str, task: str, splay_minutes: int
) -> CronJobSchedule:
    """Return the five-field schedule of an interval with its grid moved by the task's offset.

    An offset of the interval or more is taken modulo the interval. ScheduleError for intervals
    that no five-field text can express, and where the splay is refused.
    """
    check_interval(seconds)
    text = five_field_text(seconds, splay_offset_minutes(release, task, splay_minutes))
    if text is None:
        raise ScheduleError(
            f"splay_minutes is refused for an interval of {seconds} s: it is for intervals that "
            "five-field cron can say, which are whole minutes that divide an hour, whole hours "
            "that divide a day, one day and one week"
        )
    return CronJobSchedule(text, UTC_ZONE, exact=True)
