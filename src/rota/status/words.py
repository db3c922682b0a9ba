"""A schedule in words."""

from functools import lru_cache

from cron_descriptor import FormatException, Options, get_description

from rota.model.clock import duration_text
from rota.model.errors import ScheduleError
from rota.schedules import warnings_for
from rota.tasks.definition import TaskDefinition

_NO_CLOCK_CHANGES = "Etc/UTC"


def schedule_text(task: TaskDefinition) -> str:
    """Return the schedule as its author wrote it: a cron text, or `every 5m`."""
    if task.interval_seconds is not None:
        return f"every {duration_text(task.interval_seconds)}"
    return task.schedule.text


def schedule_words(task: TaskDefinition) -> str:
    """Return the schedule in words, or as it is written where words could mislead."""
    text = schedule_text(task)
    return text if task.interval_seconds is not None else _words(text)


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    # cron-descriptor says "every 7 minutes" of `*/7`, which is what such a text seems to mean.
    if text.startswith("@") or _may_mislead(text):
        return text
    options = Options()
    options.use_24hour_time_format = True
    options.locale_code = "en_US"
    try:
        words = get_description(text, options)
    except (FormatException, ValueError, IndexError, KeyError):
        return text
    return f"{words[0].lower()}{words[1:]}"


def _may_mislead(text: str) -> bool:
    try:
        return bool(warnings_for(text, _NO_CLOCK_CHANGES))
    except ScheduleError:
        # A CronJob's, which the API server takes and rota does not.
        return True
