"""Compares the registry with what is deployed: missing and extra tasks, and fields that differ."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rota.kubernetes.manifests.deployed import DeployedTask
from rota.model.errors import ScheduleError
from rota.model.task_fields import NON_SCHEDULE_FIELDS, TaskField
from rota.schedules import (
    Cron,
    Every,
    parse_schedule,
    schedule_for_interval,
    splayed_cronjob_schedule,
)
from rota.settings import value_of
from rota.tasks.definition import TaskDefinition

UTC_ZONE = "Etc/UTC"

# Schedules and suspension are compared separately.
_PLAIN_FIELDS = tuple(
    field for field in NON_SCHEDULE_FIELDS if field.in_settings and field.name != "suspend"
)


class Kind(StrEnum):
    """What differs. For the value of a field it is the name of the field instead."""

    MISSING = "missing"
    """The registry has the task, but nothing deployed runs it."""
    EXTRA = "extra"
    """Something deployed runs the task, but the registry does not have it."""
    RENAMED = "renamed"
    """It is deployed under a former name; its other fields are compared all the same."""
    SCHEDULE = "schedule"
    """It fires at other times, or in another time zone."""
    SUSPENDED = "suspended"
    """It is suspended in one of the two."""
    TWICE = "twice"
    """More than one deployed object runs it, so each slot would run several times."""
    CRONJOB_NAME = "cronjob_name"
    """Its pods get another name than their CronJob's, so their runs have no slot."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, as text for people; `where` is the deployed object, if any.

    `kind` is a Kind, or the name of a field.
    """

    task: str
    kind: str
    registry: str | None
    deployed: str | None
    where: str | None


def compare(
    registry: Iterable[TaskDefinition], deployed: Sequence[DeployedTask]
) -> list[Difference]:
    """Return the differences, ordered by task, those of renamed tasks first."""
    tasks = {task.name: task for task in registry}
    differences: list[Difference] = []
    renamed = _renamed(tasks.values(), {each.name for each in deployed})
    for old, task in renamed.items():
        for each in (each for each in deployed if each.name == old):
            differences.append(Difference(task.name, Kind.RENAMED, task.name, old, each.where))
            differences += _compare_one(task, each)
    deployed = [each for each in deployed if each.name not in renamed]
    for task in renamed.values():
        del tasks[task.name]
    for name in sorted({*tasks, *(each.name for each in deployed)}):
        found = [each for each in deployed if each.name == name]
        differences += _compare_task(name, tasks.get(name), found)
    return differences


def _renamed(
    tasks: Iterable[TaskDefinition], deployed: Collection[str]
) -> dict[str, TaskDefinition]:
    """Return the tasks that are deployed under a former name only, by that name, the newest one."""
    return {
        old: task
        for task in tasks
        if task.name not in deployed
        for old in [each for each in task.formerly if each in deployed][-1:]
    }


def _compare_task(
    name: str, task: TaskDefinition | None, found: Sequence[DeployedTask]
) -> list[Difference]:
    if task is None:
        return [
            Difference(name, Kind.EXTRA, None, _shown(_deployed_schedule(None, each)), each.where)
            for each in found
        ]
    if not found:
        expected = (task.schedule.text, _timezone(task))
        return [Difference(name, Kind.MISSING, _shown(expected), None, None)]
    differences = [each for one in found for each in _compare_one(task, one)]
    if len(found) > 1:
        where = ", ".join(each.where for each in found)
        differences.append(Difference(name, Kind.TWICE, "once", f"{len(found)} times", where))
    return differences


def _compare_one(task: TaskDefinition, found: DeployedTask) -> list[Difference]:
    differences = []
    expected, actual = _expected_schedule(task, found), _deployed_schedule(task, found)
    if actual is not None and expected != actual:
        differences.append(
            Difference(task.name, Kind.SCHEDULE, _shown(expected), _shown(actual), found.where)
        )
    if found.suspended is not None and found.suspended != task.suspend:
        here, there = ("suspended", "active") if task.suspend else ("active", "suspended")
        differences.append(Difference(task.name, Kind.SUSPENDED, here, there, found.where))
    for field in _PLAIN_FIELDS:
        differences += _compare_field(task, found, field)
    if found.name_in_pods != found.cronjob_name:
        names = (found.cronjob_name, found.name_in_pods)
        differences.append(Difference(task.name, Kind.CRONJOB_NAME, *names, found.where))
    return differences


def _compare_field(task: TaskDefinition, found: DeployedTask, field: TaskField) -> list[Difference]:
    """Compare a field in the spec, in the settings of the pods, or in both."""
    name = field.name
    here = task.value_of(name)
    deployed = []
    if name in found.settings:
        deployed.append((here, value_of(name, found.settings[name])))
    if name in found.spec:
        deployed.append((_expected_in_spec(task, field), found.spec[name]))
    differing = {(_plain(want), _plain(there)) for want, there in deployed if want != there}
    return [
        Difference(task.name, name, want, there, found.where) for want, there in sorted(differing)
    ]


def _expected_in_spec(task: TaskDefinition, field: TaskField) -> Any:
    if field.name != "catch_up_seconds":
        return task.value_of(field.name)
    return task.latest_start_seconds if task.cronjob_schedule().exact else None


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _expected_schedule(task: TaskDefinition, found: DeployedTask) -> tuple[str, str | None]:
    """Return the text and time zone that an object like `found` should have for the task."""
    if task.interval_seconds is not None:
        return _interval_schedule(task.interval_seconds, task.splay_minutes, found)
    return task.schedule.text, _timezone(task)


def _deployed_schedule(
    task: TaskDefinition | None, found: DeployedTask
) -> tuple[str, str | None] | None:
    """Return the text and time zone of `found`; None if the image decides."""
    if found.in_cronjob:
        return found.schedule or "", found.timezone
    splay = found.splay_minutes
    if splay is None:
        splay = task.splay_minutes if task else 0
    if found.interval_seconds is not None:
        return _interval_schedule(found.interval_seconds, splay, found)
    if found.schedule is None:
        return None
    timezone = found.timezone or UTC_ZONE
    try:
        parsed = parse_schedule(found.schedule, timezone)
    except ScheduleError:
        return found.schedule, timezone
    if isinstance(parsed, Every):
        return _interval_schedule(parsed.delay_seconds, splay, found)
    return found.schedule, timezone


def _interval_schedule(seconds: int, splay_minutes: int, found: DeployedTask) -> tuple[str, str]:
    if splay_minutes:
        try:
            splayed = splayed_cronjob_schedule(
                seconds, release=found.release, task=found.name, splay_minutes=splay_minutes
            )
        except ScheduleError:
            return f"every {seconds} s, splay {splay_minutes} min", UTC_ZONE
        return splayed.text, splayed.timezone
    schedule = schedule_for_interval(seconds)
    if isinstance(schedule, Cron) or not found.in_cronjob:
        return schedule.text, UTC_ZONE
    return f"@every {seconds}s", UTC_ZONE


def _timezone(task: TaskDefinition) -> str:
    return task.schedule.timezone if isinstance(task.schedule, Cron) else UTC_ZONE


def _shown(schedule: tuple[str, str | None] | None) -> str:
    if schedule is None:
        return "decided by the image"
    text, timezone = schedule
    return f"{text} ({timezone or 'the time zone of the controller'})"
