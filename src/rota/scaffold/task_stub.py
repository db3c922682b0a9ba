"""A task that is to be written: its names and its schedule, from `NAME=SCHEDULE`."""

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rota.model.errors import ConfigError, UsageError
from rota.schedules import parse_schedule, schedule_for_interval
from rota.tasks.naming import check_name

SHORTEST_INTERVAL_SECONDS = 60
_UNIT_SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
# Names that a task's module has for something else.
_TAKEN = frozenset({"api", "task", "tasks", "rota"})
_FORMS = "write seconds, a span as 5m or 1h30m, or cron text as '0 8 * * MON-FRI'"


@dataclass(frozen=True, slots=True)
class TaskStub:
    """Either `schedule`, a cron text, or `interval_seconds`."""

    name: str
    schedule: str | None = None
    interval_seconds: int | None = None

    @property
    def identifier(self) -> str:
        """The function's name: `send_reminders`."""
        return self.name.replace("-", "_")

    @property
    def module(self) -> str:
        """The module's name: `send_reminders_task`."""
        return f"{self.identifier}_task"

    @property
    def class_name(self) -> str:
        """The class's name: `SendRemindersTask`."""
        return "".join(part.capitalize() for part in self.identifier.split("_")) + "Task"

    @property
    def text(self) -> str:
        """What `parse_task` makes the same of: `send-reminders=0 8 * * *`."""
        return f"{self.name}={self.schedule or self.interval_seconds}"


def parse_task(text: str) -> TaskStub:
    """Return the task of `NAME=SCHEDULE`. Raises UsageError."""
    name, equals, schedule = text.partition("=")
    if not equals:
        raise UsageError(f"--task {text!r} has no schedule: write NAME=SCHEDULE; {_FORMS}")
    return task_stub(name, schedule)


def parse_tasks(texts: Sequence[str]) -> tuple[TaskStub, ...]:
    """Return the tasks of several texts. Raises UsageError, also for two that meet."""
    stubs = tuple(map(parse_task, texts))
    for index, stub in enumerate(stubs):
        if stub.identifier in {other.identifier for other in stubs[:index]}:
            raise UsageError(f"task {stub.name!r} is given twice: rename one of them")
    return stubs


def task_stub(name: str, schedule: str) -> TaskStub:
    """Return the task of a name and a schedule. Raises UsageError, which names the culprit."""
    try:
        check_name(name)
        seconds = _interval_seconds(schedule)
        if seconds is None:
            parse_schedule(schedule)
        else:
            schedule_for_interval(seconds)
    except ConfigError as error:
        hint = "" if "name" in str(error) else f"; {_FORMS}"
        raise UsageError(f"task {name!r}: {error}{hint}") from None
    stub = TaskStub(name, None if seconds is not None else schedule, seconds)
    word = stub.identifier
    if not word.isidentifier() or keyword.iskeyword(word) or word in _TAKEN:
        raise UsageError(
            f"task {name!r} cannot be a function's name in Python: choose another, "
            f"for example 'run-{name}'"
        )
    if seconds is not None and seconds < SHORTEST_INTERVAL_SECONDS:
        raise UsageError(
            f"task {name!r}: {seconds} s is less than the minute that a CronJob needs: begin with "
            "60, and change it in the task's file to run in scheduler mode alone"
        )
    return stub


def _interval_seconds(text: str) -> int | None:
    """Return the seconds of `3600`, `5m` or `1h30m`; None for any other text."""
    if text.isdecimal() and text.isascii():
        return int(text)
    match = _SPAN.fullmatch(text)
    if not text or match is None:
        return None
    parts = zip(match.groups(), _UNIT_SECONDS.values(), strict=True)
    return sum(int(number or 0) * seconds for number, seconds in parts)
