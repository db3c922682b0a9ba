"""Jobs of a crontab as tasks."""

import re
from collections.abc import Iterator

from rota.importing.cron_instants import cron_instants
from rota.importing.cron_rule import SHORTCUTS, CronRule, five_fields, parse_rule
from rota.importing.crontab_lines import CrontabLine, crontab_lines
from rota.importing.job import ImportedJob, Instants, State
from rota.importing.names import TaskNames, command_name
from rota.importing.old_text import old_text
from rota.model.errors import ScheduleError
from rota.schedules import load_zone, parse_schedule
from rota.schedules.zones import Zone

_TIMEOUT = re.compile(r"\btimeout(?:\s+(?:-[ks]\s+[^-\s]\S*|-\S+))*+\s+([0-9]{1,6})([smhd]?)(?=\s)")
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_TIMEOUT_SECONDS = 604_800
_UNESCAPED_PERCENT = re.compile(r"(?<!\\)%")
_FIELDS = 5


def import_crontab(text: str, *, timezone: str, user_column: bool) -> Iterator[ImportedJob]:
    """Yield what becomes of each job, in the order of the lines.

    `timezone` is that of the machine whose cron reads the file; ScheduleError where it is unknown.
    """
    machine = load_zone(timezone)
    names = TaskNames()
    for line in crontab_lines(text, user_column=user_column):
        yield _job(line, names.give(command_name(line.command)), machine)


def _job(line: CrontabLine, name: str, machine: Zone) -> ImportedJob:
    timezone = line.variables.get("CRON_TZ") or machine.name
    try:
        schedule, instants = _schedule(line, machine)
        parse_schedule(schedule, timezone)
    except ScheduleError as error:
        return ImportedJob(
            where=f"line {line.number}",
            old=old_text(line.text),
            name=name,
            state=State.BY_HAND,
            reason=old_text(str(error)),
            timezone=timezone,
        )
    return ImportedJob(
        where=f"line {line.number}",
        old=old_text(line.text),
        name=name,
        state=State.CONVERTED,
        schedule=schedule,
        timezone=timezone,
        fields=_timeout_field(line.command),
        notes=tuple(_notes(line)),
        instants=instants,
    )


def _schedule(line: CrontabLine, machine: Zone) -> tuple[str, Instants]:
    """Return rota's text, and the instants by cron's rules. ScheduleError: it is for a person."""
    first = line.parts[0]
    rule = _shortcut(first) if first.startswith("@") else _five(line)
    if not line.command:
        raise ScheduleError("cron itself refuses this line: it has no command")
    schedule = first if first.startswith("@") else five_fields(rule)
    if schedule is None:
        raise ScheduleError(
            f"day-of-month {rule.parts[2]!r} or day-of-week {rule.parts[4]!r} begins with *, so "
            "cron runs it on days that match both; Kubernetes runs it on days that match either: "
            "keep one of them in the schedule, and return on other days"
        )
    named = line.variables.get("CRON_TZ")
    zone = load_zone(named) if named else None
    return schedule, lambda after, until, count: cron_instants(
        rule, machine, zone, after=after, until=until, count=count
    )


def _shortcut(word: str) -> CronRule:
    if word == "@reboot":
        raise ScheduleError(
            "@reboot has no times: set run_on_start on a task that has a schedule, or run it as "
            "an init container"
        )
    if word not in SHORTCUTS:
        raise ScheduleError(f"{word!r} is none of cron's: {', '.join([*SHORTCUTS, '@reboot'])}")
    parts = SHORTCUTS[word].split()
    return parse_rule(parts)


def _five(line: CrontabLine) -> CronRule:
    if len(line.parts) < _FIELDS:
        raise ScheduleError("cron itself refuses this line: it has fewer than five fields")
    return parse_rule(line.parts)


def _timeout_field(command: str) -> tuple[tuple[str, int], ...]:
    found = _TIMEOUT.search(command)
    seconds = int(found[1]) * _UNIT_SECONDS[found[2]] if found else 0
    return (("timeout_seconds", seconds),) if 0 < seconds <= _LONGEST_TIMEOUT_SECONDS else ()


def _notes(line: CrontabLine) -> Iterator[str]:
    if line.user:
        yield f"ran as {old_text(line.user)}"
    if _UNESCAPED_PERCENT.search(line.command):
        yield "what follows the first % was the command's input, each further % a new line"
    if re.search(r"\bflock\b", line.command):
        yield "flock is not needed: overlap is forbid by default"
    if "RANDOM_DELAY" in line.variables:
        yield "RANDOM_DELAY is not carried over"
    if line.variables.get("MAILTO"):
        yield "MAILTO is not carried over: use alerts or pings"
    others = sorted({*line.variables} - {"CRON_TZ", "MAILTO", "RANDOM_DELAY"})
    if others:
        yield f"variables of the crontab: {old_text(', '.join(others))}"
