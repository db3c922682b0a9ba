"""`rota next`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from rota.cli.completion import complete_task
from rota.cli.moments import moment_of
from rota.cli.table import echo_table
from rota.model.clock import SystemClock, instant, rfc3339
from rota.model.errors import UsageError
from rota.schedules import Cron, Every, Schedule, load_zone, parse_schedule, warnings_for
from rota.schedules.zone_report import tz_database_facts, zone_warnings
from rota.settings import load_settings
from rota.status.table import Column
from rota.tasks.description import describe_cronjob

DEFAULT_COUNT = 5
MAX_COUNT = 10_000
_DAY_SECONDS = 86_400

_NEVER_TWICE = "a run at a local time that does not exist is skipped, as in Kubernetes"
_TWICE = "a run at a local time that occurs twice happens twice, as in Kubernetes"


@dataclass(frozen=True)
class _Answer:
    """The answer for one schedule."""

    title: str
    schedule: Schedule
    timezone: str
    cronjob: dict[str, Any] | None
    warnings: list[str]


@click.command(
    "next",
    epilog="\b\nExamples:\n  rota next cleanup\n"
    "  rota next --schedule '30 2 * * *' --timezone Europe/Berlin --from 2027-03-27T00:00:00Z",
)
@click.argument("task", required=False, shell_complete=complete_task)
@click.option("--schedule", "text", help="A cron text, instead of a task.")
@click.option("--timezone", help="Time zone of --schedule.  [default: Etc/UTC]")
@click.option(
    "--from", "start", help="Start after: RFC 3339, or a local time with its zone.  [default: now]"
)
@click.option(
    "--count",
    type=click.IntRange(1, MAX_COUNT),
    default=DEFAULT_COUNT,
    show_default=True,
    help="How many fire times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; instants in UTC.")
def next_command(
    *,
    task: str | None,
    text: str | None,
    timezone: str | None,
    start: str | None,
    count: int,
    as_json: bool,
) -> None:
    """Show when a task, or any schedule, fires next, and what a CronJob would make of it."""
    answer = _answer_for(task, text, timezone)
    after = moment_of("--from", start) if start else instant(SystemClock().timestamp())
    times = list(_fire_times(answer.schedule, after, count))
    answer.warnings.extend(zone_warnings(answer.timezone, *_seen(after, times)))
    if as_json:
        click.echo(json.dumps(_as_json(answer, after, times), indent=2))
    else:
        _print(answer, after, times)


def _answer_for(task: str | None, text: str | None, timezone: str | None) -> _Answer:
    if (task is None) == (text is None):
        raise UsageError("name a task, or pass --schedule TEXT; see rota next --help")
    if text is not None:
        return _answer_for_text(text, "Etc/UTC" if timezone is None else timezone)
    if timezone is not None:
        raise UsageError("--timezone requires --schedule; a task has its own time zone")
    from rota.tasks.discovery import discover  # noqa: PLC0415 (a text needs no tasks)

    found = discover(load_settings()).get(str(task))
    schedule = found.schedule
    cronjob = describe_cronjob(found)
    if isinstance(schedule, Cron):
        warnings = [] if found.interval_seconds else warnings_for(schedule.text, schedule.timezone)
        return _Answer(found.name, schedule, schedule.timezone, cronjob, warnings)
    warnings = [
        "a CronJob keeps this gap but not this phase: it counts from its creation"
        if cronjob
        else "a CronJob cannot run more often than once a minute: use scheduler mode or hybrid"
    ]
    return _Answer(found.name, schedule, "Etc/UTC", cronjob, warnings)


def _answer_for_text(text: str, timezone: str) -> _Answer:
    schedule = parse_schedule(text, timezone)
    warnings = warnings_for(text, timezone)
    cronjob = {"schedule": text, "timeZone": timezone, "exact": isinstance(schedule, Cron)}
    if isinstance(schedule, Every):
        warnings.append(
            "counted from --from, as a CronJob counts from its creation; as a task's schedule it "
            "is an interval on the grid of the Unix epoch (see `rota next TASK`)"
        )
    return _Answer(text, schedule, timezone, cronjob, warnings)


def _fire_times(schedule: Schedule, after: datetime, count: int) -> Iterator[datetime]:
    for _ in range(count):
        following = schedule.next_after(after)
        if following is None:
            return
        yield following
        after = following


def _as_json(answer: _Answer, after: datetime, times: list[datetime]) -> dict[str, Any]:
    return {
        "schedule": answer.schedule.text,
        "timezone": answer.timezone,
        "after": rfc3339(after),
        "next": [rfc3339(moment) for moment in times],
        "cronjob": answer.cronjob,
        "clock_changes": _clock_changes(answer.timezone, after, times),
        "tz_database": tz_database_facts(),
        "warnings": answer.warnings,
    }


def _print(answer: _Answer, after: datetime, times: list[datetime]) -> None:
    click.secho(f"{answer.title}  ({answer.schedule.text}, {answer.timezone})", bold=True)
    if answer.cronjob:
        cronjob = answer.cronjob
        click.echo(f"CronJob: schedule {cronjob['schedule']!r}, timeZone {cronjob['timeZone']!r}")
    zone = load_zone(answer.timezone)
    rows = []
    for moment in times:
        epoch = int(moment.timestamp())
        local = instant(zone.local(epoch)).strftime("%a %Y-%m-%d %H:%M:%S")
        rows.append((rfc3339(moment), local, _offset_text(zone.span(epoch).offset)))
    columns = (Column("UTC"), Column(f"LOCAL ({answer.timezone})", least=23), Column("OFFSET"))
    echo_table(columns, rows)
    for change in _clock_changes(answer.timezone, after, times):
        click.secho(f"clock change: {change['at']}: {change['meaning']}", fg="yellow")
    for warning in answer.warnings:
        click.secho(f"warning: {warning}", fg="yellow")
    if not times:
        click.echo("does not fire within the next five years")


def _clock_changes(timezone: str, after: datetime, times: list[datetime]) -> list[dict[str, str]]:
    """Return the changes of the zone's clock from `after` to a day past the last fire time."""
    return [
        _change(new.start, old.offset, new.offset)
        for old, new in load_zone(timezone).changes(*_seen(after, times))
        if times
    ]


def _seen(after: datetime, times: list[datetime]) -> tuple[int, int]:
    """Return the epoch times between which the zone's clock matters to the answer."""
    return int(after.timestamp()), int((times or [after])[-1].timestamp()) + _DAY_SECONDS


def _change(at: int, old_offset: int, new_offset: int) -> dict[str, str]:
    forward = new_offset > old_offset
    first = instant(at + (old_offset if forward else new_offset)).strftime("%Y-%m-%d %H:%M")
    last = instant(at + (new_offset if forward else old_offset)).strftime("%H:%M")
    times = f"local times from {first} to {last}"
    meaning = (
        f"{times} do not exist: {_NEVER_TWICE}" if forward else f"{times} occur twice: {_TWICE}"
    )
    return {"at": rfc3339(instant(at)), "meaning": meaning}


def _offset_text(offset_seconds: int) -> str:
    sign = "-" if offset_seconds < 0 else "+"
    minutes = abs(offset_seconds) // 60
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
