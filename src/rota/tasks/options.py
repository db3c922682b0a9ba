"""The options of `@task`: the fields of a task, checked where they are written."""

import difflib
import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, TypedDict

from rota.model.errors import ScheduleError, TaskDefinitionError
from rota.model.plain import plain_repr
from rota.model.task_fields import TASK_FIELD_BY_NAME, TaskField

_MAX_SHOWN_CHARACTERS = 80


class TaskOptions(TypedDict, total=False):
    """The options of `@task`, except those of the schedule. None means the default."""

    # fields: written by `make generate` from rota.model.task_fields
    splay_minutes: int | None
    run_on_start: bool | None
    timeout_seconds: float | None
    overlap: Literal["forbid", "replace", "allow"] | None
    catch_up_seconds: int | None
    catch_up: Literal["latest", "all", "none"] | None
    backoff_limit: int | None
    shards: int | None
    enabled: bool | None
    suspend: bool | None
    # end of fields


def check_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that `options` set; None sets nothing.

    Raises TaskDefinitionError or ScheduleError for an unknown name, a value that is not allowed,
    or fields that contradict each other.
    """
    chosen = {
        name: _checked(_field(name), value) for name, value in options.items() if value is not None
    }
    _check_schedule(chosen)
    return chosen


def _field(name: str) -> TaskField:
    if name in TASK_FIELD_BY_NAME:
        return TASK_FIELD_BY_NAME[name]
    near = difflib.get_close_matches(name, TASK_FIELD_BY_NAME, n=1)
    hint = f", did you mean {near[0]!r}?" if near else ""
    raise TaskDefinitionError(
        f"{name!r} is not an option of @task{hint} (options: name, {', '.join(TASK_FIELD_BY_NAME)})"
    )


def _checked(field: TaskField, value: Any) -> Any:
    """Return the value, or raise; a choice as a lower-case string."""
    wanted = _wanted_type(field, value)
    if wanted is None and _is_within(field, value):
        return value
    if field.choices and isinstance(value, str) and value.strip().lower() in field.choices:
        return value.strip().lower()
    raise TaskDefinitionError(
        f"{field.name} = {plain_repr(value, _MAX_SHOWN_CHARACTERS)} is not allowed: write "
        f"{wanted or _words_for(field)}"
    )


def _wanted_type(field: TaskField, value: Any) -> str | None:
    """Return the kind of value that is needed, if this one is of another kind."""
    if issubclass(field.type, StrEnum):
        return " or ".join(f'"{choice}"' for choice in field.choices)
    if field.type is bool:
        return None if isinstance(value, bool) else "True or False"
    if field.type is str:
        return None if isinstance(value, str) else "a string in quotes"
    number = isinstance(value, int) and not isinstance(value, bool)
    if field.type is float:
        number = number or (isinstance(value, float) and math.isfinite(value))
    return None if number else _words_for(field)


def _is_within(field: TaskField, value: Any) -> bool:
    return (
        (field.minimum is None or value >= field.minimum)
        and (field.above is None or value > field.above)
        and (field.maximum is None or value <= field.maximum)
    )


def _words_for(field: TaskField) -> str:
    number = "a whole number" if field.type is int else "a number"
    unit = f" of {field.unit}" if field.unit else ""
    lower = f"more than {field.above}" if field.above is not None else f"{field.minimum} or more"
    upper = "" if field.maximum is None else f", at most {field.maximum}"
    return f"{number}{unit}, {lower}{upper}"


def _check_schedule(chosen: Mapping[str, Any]) -> None:
    """Raise if the fields of the schedule contradict each other or cannot be parsed."""
    schedule, interval = chosen.get("schedule"), chosen.get("interval_seconds")
    if schedule is not None and interval is not None:
        raise TaskDefinitionError("has both interval_seconds and schedule; keep one")
    if schedule is None and "timezone" in chosen:
        raise TaskDefinitionError(
            "timezone requires cron text in schedule, since an interval has no time zone: set a "
            "schedule, or leave the timezone out"
        )
    if schedule is None and not chosen.get("splay_minutes"):
        return
    from rota.schedules import (  # noqa: PLC0415 (importing a task needs none of it)
        Every,
        parse_schedule,
        splayed_cronjob_schedule,
    )

    if schedule is not None:
        parsed = parse_schedule(schedule, chosen.get("timezone", "Etc/UTC"))
        interval = parsed.delay_seconds if isinstance(parsed, Every) else None
        if interval is None and chosen.get("splay_minutes"):
            raise ScheduleError(
                "splay_minutes requires an interval that has a five-field text; move the minute "
                f"in {schedule!r} instead"
            )
    if interval is not None and chosen.get("splay_minutes"):
        splayed_cronjob_schedule(
            interval, release="", task="", splay_minutes=chosen["splay_minutes"]
        )
