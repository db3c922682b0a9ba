"""Pure arithmetic of schedules: when a task is due, and how that is written for a CronJob.

No clock, no state and no I/O other than reading time zones. The reference for five-field text is
robfig/cron v3.0.1, which the Kubernetes API server parses and the CronJob controller computes with.
"""

from rota.schedules.base import Schedule
from rota.schedules.caveats import warnings_for
from rota.schedules.changing import ChangingSchedule, Stretch
from rota.schedules.cron import Cron
from rota.schedules.every import Every
from rota.schedules.interval import LONGEST_INTERVAL_SECONDS, Interval
from rota.schedules.largest_gap import largest_gap_seconds
from rota.schedules.mapping import (
    CronJobSchedule,
    cronjob_schedule,
    five_field_text,
    parse_schedule,
    schedule_for_interval,
)
from rota.schedules.splay import splay_offset_minutes, splayed_cronjob_schedule
from rota.schedules.success_due import success_due
from rota.schedules.window import (
    LOOK_BACK_SECONDS,
    count_between,
    fire_times,
    last_until,
    newest_until,
)
from rota.schedules.zones import ZoneDifference, load_zone, zone_difference

__all__ = [
    "LONGEST_INTERVAL_SECONDS",
    "LOOK_BACK_SECONDS",
    "ChangingSchedule",
    "Cron",
    "CronJobSchedule",
    "Every",
    "Interval",
    "Schedule",
    "Stretch",
    "ZoneDifference",
    "count_between",
    "cronjob_schedule",
    "fire_times",
    "five_field_text",
    "largest_gap_seconds",
    "last_until",
    "load_zone",
    "newest_until",
    "parse_schedule",
    "schedule_for_interval",
    "splay_offset_minutes",
    "splayed_cronjob_schedule",
    "success_due",
    "warnings_for",
    "zone_difference",
]
