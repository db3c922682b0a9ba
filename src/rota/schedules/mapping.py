"""Between schedules and a CronJob's `.spec.schedule` and `.spec.timeZone`, in both directions.

The Helm chart computes the same texts with the same rules; a test renders both and compares.
"""

from dataclasses import dataclass

from rota.model.errors import ScheduleError
from rota.schedules.cron import Cron
from rota.schedules.every import PREFIX, Every
from rota.schedules.interval import Interval, check_interval
from rota.schedules.zones import load_zone

UTC_ZONE = "Etc/UTC"
MINUTE_SECONDS = 60
HOUR_SECONDS = 3600
DAY_SECONDS = 86_400
WEEK_SECONDS = 604_800


@dataclass(frozen=True, slots=True)
class CronJobSchedule:
    """`.spec.schedule` and `.spec.timeZone` of a CronJob.

    `exact`: the CronJob fires at the scheduler's own fire times. Otherwise the text is `@every`,
    which keeps the gap between runs but not the phase: it counts from the CronJob's creation, and
    must not be combined with a startingDeadlineSeconds.
    """

    text: str
    timezone: str
    exact: bool


def parse_schedule(text: str, timezone: str = UTC_ZONE) -> Cron | Every:
    """Return the schedule that the API server would read in `text` and `timezone`.

    Raises ScheduleError for what it would refuse, and for what it accepts but misreads or never
    runs: `@every` of zero, of a negative time or with parts of a second, and texts that never fire.
    """
    if not isinstance(text, str):
        raise ScheduleError(f"schedule {text!r} is refused: it must be text, such as '0 3 * * *'")
    if not text.startswith(PREFIX) or "TZ" in text:
        return Cron(text, timezone)
    load_zone(timezone)
    return Every(text)


def cronjob_schedule(seconds: int) -> CronJobSchedule:
    """Return the CronJob's schedule for an interval.

    Raises ScheduleError below 60 seconds, and for what is not an interval.
    """
    text = five_field_text(seconds)
    if text is not None:
        return CronJobSchedule(text, UTC_ZONE, exact=True)
    if seconds < MINUTE_SECONDS:
        raise ScheduleError(
            f"an interval of {seconds} s is refused: a CronJob runs once a minute at most. "
            "Use scheduler mode, or hybrid, where such tasks run in a small scheduler of their own"
        )
    return CronJobSchedule(f"@every {seconds}s", UTC_ZONE, exact=False)


def schedule_for_interval(seconds: int) -> Cron | Interval:
    """Return what the scheduler runs an interval as: its five-field text, else the epoch's grid."""
    text = five_field_text(seconds)
    return Interval(seconds) if text is None else Cron(text, UTC_ZONE)


def five_field_text(seconds: int, offset_minutes: int = 0) -> str | None:
    """Return the text that fires every `seconds`, `offset_minutes` after the interval's own grid.

    The grid: multiples of the interval since the Unix epoch, and Sunday midnights for a week, all
    UTC. None where five fields cannot express it: they express whole minutes that divide an hour,
    whole hours that divide a day, one day and one week. The offset is taken modulo the interval.
    """
    check_interval(seconds)
    offset_hours, minute = divmod(offset_minutes % max(1, seconds // MINUTE_SECONDS), 60)
    offset_days, hour = divmod(offset_hours, 24)
    if seconds == WEEK_SECONDS:
        return f"{minute} {hour} * * {offset_days}"
    if seconds == DAY_SECONDS:
        return f"{minute} {hour} * * *"
    if seconds % HOUR_SECONDS == 0 and DAY_SECONDS % seconds == 0:
        return f"{minute} {_every(seconds // HOUR_SECONDS, hour, 23)} * * *"
    if seconds % MINUTE_SECONDS == 0 and HOUR_SECONDS % seconds == 0:
        return f"{_every(seconds // MINUTE_SECONDS, minute, 59)} * * * *"
    return None


def _every(step: int, first: int, last: int) -> str:
    if step == 1:
        return "*"
    return f"*/{step}" if first == 0 else f"{first}-{last}/{step}"
