"""Whether there are tasks, and whether their schedules mean what they seem to."""

from collections.abc import Iterator, Sequence

from rota.doctor.finding import Finding, fail, ok, warn
from rota.model.clock import duration_text, instant, rfc3339
from rota.model.errors import ConfigError
from rota.schedules import Cron, largest_gap_seconds, parse_schedule
from rota.schedules.zone_report import tz_database_text
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition
from rota.tasks.discovery import discover
from rota.tasks.modules import unregistered
from rota.tasks.registry import check_not_empty
from rota.tasks.warnings import task_warnings

_SUBJECT = "tasks"
_UTC = "Etc/UTC"
_HOUR_SECONDS = 3600
_DAY_SECONDS = 86_400
_YEAR_SECONDS = 366 * _DAY_SECONDS
# A slot that is further away than this is more likely a mistake than meant.
_SOON_SECONDS = 100 * _DAY_SECONDS


def examine_tasks(settings: Settings, now: int) -> list[Finding]:
    """Look for the tasks, and at each one's schedule from `now`, an epoch time."""
    try:
        registry = discover(settings)
        tasks = registry.selected()
        check_not_empty(tasks)
    except ConfigError as error:
        return [fail(_SUBJECT, str(error))]
    names = ", ".join(task.name for task in tasks)
    found = ok(_SUBJECT, f"{len(tasks)} found: {names}")
    forgotten = [
        warn(_SUBJECT, f"{target} is decorated but not registered: name it in ROTA_TASKS")
        for target in unregistered(registry)
    ]
    return [found, *forgotten, *schedule_findings(tasks, now)]


def schedule_findings(tasks: Sequence[TaskDefinition], now: int) -> list[Finding]:
    """Return what is odd about the tasks' schedules."""
    return [
        warn(f"task {task.name}", text)
        for task in tasks
        for text in [*task_warnings(task, now), *_far_away(task, now), *_gaps(task, now)]
    ]


def examine_time_zones() -> list[Finding]:
    """Name the tz database in use: fire times are by it."""
    return [ok("time zones", f"tz database {tz_database_text()}")]


def _far_away(task: TaskDefinition, now: int) -> Iterator[str]:
    following = task.schedule.next_epoch(now)
    if following is not None and following - now > _SOON_SECONDS:
        days = (following - now) // _DAY_SECONDS
        yield f"its next slot is {rfc3339(instant(following))}, in {days} days"


def _gaps(task: TaskDefinition, now: int) -> Iterator[str]:
    """Say where a change of the clock leaves out slots: the same text in UTC has no such gap."""
    schedule = task.schedule
    if not isinstance(schedule, Cron) or schedule.timezone == _UTC:
        return
    until = now + _YEAR_SECONDS
    longest = largest_gap_seconds(schedule, now, until)
    usual = largest_gap_seconds(parse_schedule(schedule.text, _UTC), now, until)
    # The hour that a clock is put back by is no slot left out.
    if longest and usual and longest > usual + _HOUR_SECONDS:
        yield (
            f"a change of the clock in {schedule.timezone} leaves out a slot: then "
            f"{duration_text(longest)} lie between two of them, otherwise at most "
            f"{duration_text(usual)}; use a time of day that every day has, or Etc/UTC"
        )
