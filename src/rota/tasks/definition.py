"""A task with every field resolved: from the environment, its class and the defaults."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from rota.model.context import DEFAULT_CONCURRENCY
from rota.model.errors import ScheduleError, TaskDefinitionError
from rota.model.plain import plain_repr
from rota.model.task_fields import (
    NON_SCHEDULE_FIELDS,
    TASK_FIELD_BY_NAME,
    CatchUp,
    Overlap,
    TaskField,
)
from rota.schedules import (
    ChangingSchedule,
    Cron,
    CronJobSchedule,
    Every,
    Interval,
    cronjob_schedule,
    parse_schedule,
    schedule_for_interval,
    splayed_cronjob_schedule,
)
from rota.schedules.every import PREFIX
from rota.settings import Settings, TaskOverrides
from rota.tasks.class_check import check_task_class
from rota.tasks.declaration import declared_fields, is_task
from rota.tasks.naming import check_formerly, check_name

# Called by rota.runs.invocation, which knows the kinds.
Handler = Callable[..., Any]

DEFAULT_INTERVAL_SECONDS: int = TASK_FIELD_BY_NAME["interval_seconds"].class_value
SHORTEST_DEFAULT_TIMEOUT_SECONDS = 60
LONGEST_DEFAULT_TIMEOUT_SECONDS = 3600
# A slot that is later than this was missed: it is caught up, or skipped with `catch_up: none`.
MISSED_AFTER_SECONDS = 60
_START_SECONDS = 120
# The Job controller's wait before another pod (k8s.io/kubernetes pkg/controller/job).
_FIRST_WAIT_SECONDS = 10
_LONGEST_WAIT_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """One task, with every field resolved. `interval_seconds` is None for one with cron text.

    `explicit_fields` names the fields that were set, as opposed to defaults. `concurrency` is the
    default of its fan-outs, `formerly` the names that it had, the oldest first.
    """

    name: str
    handler: Handler
    schedule: Cron | Interval | ChangingSchedule
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
    explicit_fields: frozenset[str]
    source: str
    concurrency: int = DEFAULT_CONCURRENCY
    formerly: tuple[str, ...] = ()

    def value_of(self, field: str) -> Any:
        """Return the value of one of `rota.model.task_fields`; those of the schedule as strings."""
        if field not in ("schedule", "timezone"):
            return getattr(self, field)
        if not isinstance(self.schedule, Cron) or self.interval_seconds is not None:
            return None
        return self.schedule.text if field == "schedule" else self.schedule.timezone

    def in_manifests(self, field: TaskField) -> bool:
        """Whether manifests have the field: some have no effect without a five-field text."""
        exact = isinstance(self.schedule, Cron)
        return exact or not field.exact_only or field.name in self.explicit_fields

    @property
    def latest_start_seconds(self) -> int:
        """How late a slot may start: `catch_up_seconds`; a minute at most with `catch_up: none`."""
        if self.catch_up is CatchUp.NONE:
            return min(self.catch_up_seconds, MISSED_AFTER_SECONDS)
        return self.catch_up_seconds

    @property
    def budget_seconds(self) -> float:
        """How long a run may take, with all its attempts."""
        return self.timeout_seconds

    @property
    def explicit_deadline(self) -> str | None:
        """What was set that becomes a CronJob's startingDeadlineSeconds; None for the default."""
        if "catch_up_seconds" in self.explicit_fields:
            return "catch_up_seconds"
        return "catch_up=none" if self.catch_up is CatchUp.NONE else None

    def cronjob_schedule(self) -> CronJobSchedule:
        """Return the schedule of its CronJob. Raises ScheduleError below 60 seconds."""
        if isinstance(self.schedule, Interval):
            return cronjob_schedule(self.schedule.seconds)
        exact = not self.schedule.text.startswith(PREFIX)
        return CronJobSchedule(self.schedule.text, self.schedule.timezone, exact=exact)


def define_task(
    name: str,
    handler: Handler,
    interval_seconds: int | None,
    *,
    run_on_start: bool,
    settings: Settings,
    source: str = "register_task",
) -> TaskDefinition:
    """Resolve a task's fields: environment, then class, then TASK_INTERVAL_SECONDS, then 60.

    `interval_seconds` may repeat the task's attribute; None leaves it to the task and the defaults.
    Raises TaskDefinitionError or ScheduleError, which name the task.
    """
    check_name(name)
    if not callable(handler):
        raise TaskDefinitionError(
            f"task {name!r}: the handler {plain_repr(handler, 200)} cannot be called"
        )
    check_task_class(name, handler)
    declared = declared_fields(name, handler)
    if interval_seconds is not None and not _repeats_the_task(handler, interval_seconds):
        if "schedule" in declared:
            raise TaskDefinitionError(
                f"task {name!r}: registered with interval_seconds="
                f"{plain_repr(interval_seconds, 200)}, and has a schedule itself; keep one"
            )
        declared["interval_seconds"] = interval_seconds
    declared["run_on_start"] = run_on_start or None
    overrides = settings.overrides_for(name) or TaskOverrides()
    merged = _merge(name, _validated(name, declared), overrides)
    if merged.interval_seconds is None and merged.schedule is None:
        default = settings.task_interval_seconds or DEFAULT_INTERVAL_SECONDS
        merged = merged.model_copy(update={"interval_seconds": default})
    try:
        task = _resolve(name, handler, merged, release=settings.release, source=source)
    except ScheduleError as error:
        raise ScheduleError(f"task {name!r}: {error}") from None
    return replace(
        task, concurrency=settings.fan_out_concurrency, formerly=_formerly(name, handler)
    )


def _formerly(name: str, handler: Handler) -> tuple[str, ...]:
    # Registered under another name it is another task.
    if not is_task(handler) or getattr(handler, "name", None) != name:
        return ()
    return check_formerly(name, getattr(handler, "formerly", ()))


def _repeats_the_task(handler: Handler, interval_seconds: int) -> bool:
    # The seed's register_tasks passes task.interval_seconds, set or inherited: only another value
    # is a decision of the code that registers the task.
    return is_task(handler) and interval_seconds == getattr(handler, "interval_seconds", None)


def _validated(name: str, declared: Mapping[str, Any]) -> TaskOverrides:
    try:
        return TaskOverrides.model_validate(declared)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise TaskDefinitionError(
            f"task {name!r}: {field} = {plain_repr(declared.get(field), 200)} is not allowed: "
            f"{first['msg'].lower()}"
        ) from None


def _merge(name: str, declared: TaskOverrides, overrides: TaskOverrides) -> TaskOverrides:
    if overrides.interval_seconds is not None and overrides.schedule is not None:
        raise TaskDefinitionError(
            f"task {name!r}: the environment sets both INTERVAL_SECONDS and SCHEDULE; keep one"
        )
    merged = declared.model_copy(update=overrides.model_dump(exclude_none=True))
    if overrides.interval_seconds is not None:
        merged = merged.model_copy(update={"schedule": None, "timezone": overrides.timezone})
    if overrides.schedule is not None:
        merged = merged.model_copy(update={"interval_seconds": None})
    if merged.timezone is not None and merged.schedule is None:
        raise TaskDefinitionError(
            f"task {name!r}: timezone requires cron text in `schedule`, since an interval has no "
            "time zone"
        )
    return merged


def _resolve(
    name: str, handler: Handler, fields: TaskOverrides, *, release: str, source: str
) -> TaskDefinition:
    schedule, interval = _schedule_of(name, fields, release)
    values = {
        field.name: field.default if value is None else value
        for field in NON_SCHEDULE_FIELDS
        for value in [getattr(fields, field.name)]
    }
    if values["catch_up"] is CatchUp.ALL and values["overlap"] is not Overlap.FORBID:
        raise TaskDefinitionError(
            f"task {name!r}: catch_up=all starts one slot after the other, so it requires "
            f"overlap=forbid, not overlap={values['overlap'].value}"
        )
    if fields.timeout_seconds is None:
        values["timeout_seconds"] = default_timeout_seconds(interval)
    return TaskDefinition(
        name=name,
        handler=handler,
        schedule=schedule,
        interval_seconds=interval,
        **values,
        explicit_fields=_shared(frozenset(fields.model_dump(exclude_none=True))),
        source=source,
    )


@lru_cache
def _shared(fields: frozenset[str]) -> frozenset[str]:
    """Return the one set with these members: thousands of tasks set the same few fields."""
    return fields


def _schedule_of(
    name: str, fields: TaskOverrides, release: str
) -> tuple[Cron | Interval, int | None]:
    if fields.schedule is None:
        seconds = fields.interval_seconds or DEFAULT_INTERVAL_SECONDS
    else:
        parsed = parse_schedule(
            fields.schedule, "Etc/UTC" if fields.timezone is None else fields.timezone
        )
        if not isinstance(parsed, Every):
            if fields.splay_minutes:
                raise ScheduleError(
                    "splay_minutes requires an interval that has a five-field text; "
                    f"move the minute in {fields.schedule!r} instead"
                )
            return parsed, None
        seconds = parsed.delay_seconds
    if fields.splay_minutes:
        splayed = splayed_cronjob_schedule(
            seconds, release=release, task=name, splay_minutes=fields.splay_minutes
        )
        return Cron(splayed.text, splayed.timezone), seconds
    return schedule_for_interval(seconds), seconds


def default_timeout_seconds(interval_seconds: int | None) -> float:
    """Return the timeout of a task that states none; None stands for one with cron text."""
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
    waits_seconds = sum(map(retry_wait_seconds, range(backoff_limit)))
    return _START_SECONDS + (backoff_limit + 1) * attempt_seconds + waits_seconds


def retry_wait_seconds(failures: int) -> int:
    """Return how long the Job controller waits before it replaces a pod, after earlier failures."""
    return min(_FIRST_WAIT_SECONDS << failures, _LONGEST_WAIT_SECONDS)
