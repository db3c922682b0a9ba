"""A task that is to be written: its names and its schedule, from `NAME=SCHEDULE`."""

import builtins
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rota.model.errors import ConfigError, UsageError

SHORTEST_INTERVAL_SECONDS = 60
# As in a span: Python refuses to read thousands of digits.
_SECONDS = re.compile("[0-9]{1,12}")
# Names that the stub and its test have for something else: `BaseTask` is the class for `base`.
_TAKEN = frozenset({"api", "base", "result", "rota", "run", "run_task", "task"})
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
    from rota.schedules import Every, parse_schedule, schedule_for_interval  # noqa: PLC0415 (slow)
    from rota.tasks.naming import check_name  # noqa: PLC0415 (as above)

    try:
        check_name(name)
    except ConfigError as error:
        raise UsageError(str(error)) from None
    _check_identifier(name)
    seconds = _interval_seconds(schedule)
    try:
        if seconds is None:
            parsed = parse_schedule(schedule)
            # `@every 5m` is an interval for the chart, too.
            seconds = parsed.delay_seconds if isinstance(parsed, Every) else None
        if seconds is not None:
            schedule_for_interval(seconds)
    except ConfigError as error:
        raise UsageError(f"task {name!r}: {error}; {_FORMS}") from None
    if seconds is not None and seconds < SHORTEST_INTERVAL_SECONDS:
        raise UsageError(
            f"task {name!r}: {seconds} s is less than the minute that a CronJob needs: begin with "
            "60, and change it in the task's file to run in scheduler mode alone"
        )
    return TaskStub(name, None if seconds is not None else schedule, seconds)


def _check_identifier(name: str) -> None:
    word = name.replace("-", "_")
    if not word.isidentifier() or keyword.iskeyword(word):
        reason = "cannot be the name of a function in Python"
    elif word in _TAKEN or hasattr(builtins, word):
        reason = "is the name of something else in its file"
    elif word.startswith("test"):
        reason = "would be taken for a test by pytest"
    else:
        return
    raise UsageError(f"task {name!r} {reason}: choose another name, for example {f'do-{name}'!r}")


def _interval_seconds(text: str) -> int | None:
    """Return the seconds of `3600`, `5m` or `1h30m`; None for any other text."""
    from rota.schedules.moments import read_span  # noqa: PLC0415 (as above)

    if _SECONDS.fullmatch(text):
        return int(text)
    try:
        return read_span(text)
    except ValueError:
        return None
