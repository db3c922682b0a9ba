"""A task with everything about it decided: what the environment, its class and the defaults say."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from rota.model.context import DEFAULT_CONCURRENCY
from rota.model.errors import ScheduleError, TaskDefinitionError
from rota.model.plain import plain_repr
from rota.model.task_fields import DECIDED_FIELDS, TASK_FIELD_BY_NAME, CatchUp, Overlap, TaskField
from rota.schedules import (
    Cron,
    CronJobSchedule,
    Every,
    Interval,
    cronjob_schedule,
    parse_schedule,
    schedule_for_interval,
    splayed_cronjob_schedule,
)
from rota.settings import Settings, TaskOverrides
from rota.tasks.class_check import check_task_class
from rota.tasks.naming import check_name
from rota.tasks.stated import is_task, stated_by

# Called by rota.runs.invocation, which knows the kinds.
Handler = Callable[..., Any]

DEFAULT_INTERVAL_SECONDS: int = TASK_FIELD_BY_NAME["interval_seconds"].class_value
SHORTEST_DEFAULT_TIMEOUT_SECONDS = 60
LONGEST_DEFAULT_TIMEOUT_SECONDS = 3600
# A slot met later than this was missed: it is caught up, or with `catch_up: none` given up.
MISSED_AFTER_SECONDS = 60
_START_SECONDS = 120
# The Job controller's wait before another pod (k8s.io/kubernetes pkg/controller/job).
_FIRST_WAIT_SECONDS = 10
_LONGEST_WAIT_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """One task, fully decided. `interval_seconds` is None for a task with a five-field text.

    `stated` names the fields that somebody wrote down, as opposed to defaults. `concurrency` is
    that of a fan-out which does not state its own.
    """

    name: str
    handler: Handler
    schedule: Cron | Interval
    interval_seconds: int | None
    # fields: written by `make generate` from rota.model.task_fields
    splay_minutes: int
    run_on_start: bool
    timeout_seconds: float
    overlap: Overlap
    catch_up_seconds: int
    catch_up: CatchUp
    backoff_limit: int
    shards: int
    enabled: bool
    suspend: bool
    # end of fields
    stated: frozenset[str]
    source: str
    concurrency: int = DEFAULT_CONCURRENCY

    def decided(self, field: str) -> Any:
        """Return the value of one of `rota.model.task_fields`; of those of a schedule, as texts."""
        if field not in ("schedule", "timezone"):
            return getattr(self, field)
        if not isinstance(self.schedule, Cron) or self.interval_seconds is not None:
            return None
        return self.schedule.text if field == "schedule" else self.schedule.timezone

    def carries(self, field: TaskField) -> bool:
        """Whether manifests have the field: some mean nothing without a five-field text."""
        return not field.exact_only or isinstance(self.schedule, Cron) or field.name in self.stated

    @property
    def latest_start_seconds(self) -> int:
        """How late a slot may start: `catch_up_seconds`; a minute at most with `catch_up: none`."""
        if self.catch_up is CatchUp.NONE:
            return min(self.catch_up_seconds, MISSED_AFTER_SECONDS)
        return self.catch_up_seconds

    def cronjob_schedule(self) -> CronJobSchedule:
        """Return what a CronJob of this task carries; ScheduleError below 60 seconds."""
        if isinstance(self.schedule, Cron):
            return CronJobSchedule(self.schedule.text, self.schedule.timezone, exact=True)
        return cronjob_schedule(self.schedule.seconds)


def define_task(
    name: str,
    handler: Handler,
    interval_seconds: int | None,
    *,
    run_on_start: bool,
    settings: Settings,
    source: str = "register_task",
) -> TaskDefinition:
    """Decide a task's fields: environment over class attribute over TASK_INTERVAL_SECONDS over 60.

    `interval_seconds` may repeat what the task states; None leaves it to the task and the defaults.
    Raises TaskDefinitionError or ScheduleError with the task named.
    """
    check_name(name)
    if not callable(handler):
        raise TaskDefinitionError(
            f"task {name!r}: the handler {plain_repr(handler, 200)} cannot be called"
        )
    check_task_class(name, handler)
    stated = stated_by(name, handler)
    if interval_seconds is not None and not _is_the_tasks_own(handler, interval_seconds):
        if "schedule" in stated:
            raise TaskDefinitionError(
                f"task {name!r}: registered with interval_seconds="
                f"{plain_repr(interval_seconds, 200)}, and states "
                "a schedule itself; keep one"
            )
        stated["interval_seconds"] = interval_seconds
    own = _validated(name, {**stated, "run_on_start": run_on_start or None})
    said = settings.overrides_for(name) or TaskOverrides()
    merged = _merge(name, own, said)
    if merged.interval_seconds is None and merged.schedule is None:
        default = settings.task_interval_seconds or DEFAULT_INTERVAL_SECONDS
        merged = merged.model_copy(update={"interval_seconds": default})
    try:
        task = _decide(name, handler, merged, release=settings.release, source=source)
    except ScheduleError as error:
        raise ScheduleError(f"task {name!r}: {error}") from None
    return replace(task, concurrency=settings.fan_out_concurrency)


def _is_the_tasks_own(handler: Handler, interval_seconds: int) -> bool:
    # The seed's register_tasks hands over task.interval_seconds, stated or inherited: only a value
    # of its own is a decision of the code that registers it.
    return is_task(handler) and interval_seconds == getattr(handler, "interval_seconds", None)


def _validated(name: str, stated: Mapping[str, Any]) -> TaskOverrides:
    try:
        return TaskOverrides.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise TaskDefinitionError(
            f"task {name!r}: {field} = {plain_repr(stated.get(field), 200)} is not allowed: "
            f"{first['msg'].lower()}"
        ) from None


def _merge(name: str, own: TaskOverrides, said: TaskOverrides) -> TaskOverrides:
    if said.interval_seconds is not None and said.schedule is not None:
        raise TaskDefinitionError(
            f"task {name!r}: the environment sets both INTERVAL_SECONDS and SCHEDULE; keep one"
        )
    merged = own.model_copy(update=said.model_dump(exclude_none=True))
    if said.interval_seconds is not None:
        merged = merged.model_copy(update={"schedule": None, "timezone": said.timezone})
    if said.schedule is not None:
        merged = merged.model_copy(update={"interval_seconds": None})
    if merged.timezone is not None and merged.schedule is None:
        raise TaskDefinitionError(
            f"task {name!r}: timezone goes with a cron text in `schedule`; an interval has none"
        )
    return merged


def _decide(
    name: str, handler: Handler, said: TaskOverrides, *, release: str, source: str
) -> TaskDefinition:
    schedule, interval = _schedule_of(name, said, release)
    values = {
        field.name: field.default if value is None else value
        for field in DECIDED_FIELDS
        for value in [getattr(said, field.name)]
    }
    if values["catch_up"] is CatchUp.ALL and values["overlap"] is not Overlap.FORBID:
        raise TaskDefinitionError(
            f"task {name!r}: catch_up=all runs one slot after the other, so it goes with "
            f"overlap=forbid only, not with overlap={values['overlap'].value}"
        )
    if said.timeout_seconds is None:
        values["timeout_seconds"] = _default_timeout_seconds(interval)
    return TaskDefinition(
        name=name,
        handler=handler,
        schedule=schedule,
        interval_seconds=interval,
        **values,
        stated=_shared(frozenset(said.model_dump(exclude_none=True))),
        source=source,
    )


@lru_cache
def _shared(fields: frozenset[str]) -> frozenset[str]:
    """Return the one set of these fields: thousands of tasks state the same few."""
    return fields


def _schedule_of(
    name: str, said: TaskOverrides, release: str
) -> tuple[Cron | Interval, int | None]:
    if said.schedule is None:
        seconds = said.interval_seconds or DEFAULT_INTERVAL_SECONDS
    else:
        parsed = parse_schedule(
            said.schedule, "Etc/UTC" if said.timezone is None else said.timezone
        )
        if not isinstance(parsed, Every):
            if said.splay_minutes:
                raise ScheduleError(
                    "splay_minutes goes with an interval that has a five-field text; "
                    f"move the minute in {said.schedule!r} instead"
                )
            return parsed, None
        seconds = parsed.delay_seconds
    if said.splay_minutes:
        splayed = splayed_cronjob_schedule(
            seconds, release=release, task=name, splay_minutes=said.splay_minutes
        )
        return Cron(splayed.text, splayed.timezone), seconds
    return schedule_for_interval(seconds), seconds


def _default_timeout_seconds(interval_seconds: int | None) -> float:
    if interval_seconds is None:
        return LONGEST_DEFAULT_TIMEOUT_SECONDS
    return float(
        min(
            max(interval_seconds, SHORTEST_DEFAULT_TIMEOUT_SECONDS), LONGEST_DEFAULT_TIMEOUT_SECONDS
        )
    )


def active_deadline_seconds(
    *, timeout_seconds: float, backoff_limit: int, termination_grace_seconds: int
) -> int:
    """Return an `activeDeadlineSeconds` that leaves room for every attempt and the waits between.

    It is the safety net behind rota's own timeout: two minutes to start, each attempt with its
    grace, and the Job controller's doubling waits.
    """
    attempt_seconds = math.ceil(timeout_seconds) + termination_grace_seconds
    waits_seconds = sum(
        min(_FIRST_WAIT_SECONDS << retry, _LONGEST_WAIT_SECONDS) for retry in range(backoff_limit)
    )
    return _START_SECONDS + (backoff_limit + 1) * attempt_seconds + waits_seconds
