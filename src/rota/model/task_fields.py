"""The one table of a task's fields; a new field is written here, then `make generate`.

A class sets a field as an attribute, the environment as `ROTA_TASK__<NAME>__<FIELD>`, the chart as
a key of `tasks` and `taskDefaults`. Allowed values, defaults, manifests, the comparison of
`rota diff` and the tables in the docs are all derived from this table.
"""

from enum import StrEnum
from typing import Any, NamedTuple

_TEN_YEARS_SECONDS = 10 * 366 * 86_400
_WEEK_SECONDS = 7 * 86_400


class Overlap(StrEnum):
    """What happens to a slot that comes due while the task still runs (as concurrencyPolicy)."""

    FORBID = "forbid"
    REPLACE = "replace"
    ALLOW = "allow"


class CatchUp(StrEnum):
    """Which missed slots start after all."""

    LATEST = "latest"
    ALL = "all"
    NONE = "none"


# Every run starts with this: a frozen dataclass takes three times as long to make.
class TaskField(NamedTuple):
    """One field. Texts are Markdown, without a full stop at the end.

    `type` is int, float, bool, str or a StrEnum, whose members are then the choices. `minimum` and
    `maximum` are inclusive, `above` is exclusive. A field that is not set has the value `default`,
    or what `derived` describes, or else None.
    """

    name: str
    type: type[Any]
    meaning: str
    unit: str = ""
    minimum: int | None = None
    above: int | None = None
    maximum: int | None = None
    bounds: str = ""
    """The bounds in words, if the numbers do not explain themselves."""
    default: Any = None
    derived: str = ""
    """How the default is computed, if it is not a constant."""
    class_value: Any = None
    """The attribute of BaseTask itself, as in the seed; inheriting it does not set the field."""

    part_of_schedule: bool = False
    """Whether it is part of the schedule, whose fields are resolved together."""
    in_settings: bool = True
    """Whether manifests pass it to a task's pods, as a setting."""
    exact_only: bool = False
    """Left out for an interval without a five-field text, unless it is set explicitly."""
    in_cronjob: str = ""
    """The field of a CronJob that it becomes, if Kubernetes itself acts on it."""

    chart_meaning: str = ""
    """`meaning` for the chart, in whole sentences, if it differs."""
    chart_default: str = ""
    """The default for the chart, if it differs."""
    chart_form: str = ""
    """The check of a string in templates/_validate_forms.tpl."""
    examples: str = ""
    """Examples for the chart's schema, as YAML; empty for a field with choices."""

    @property
    def chart_key(self) -> str:
        """The key in the chart's values: `run_on_start` → `runOnStart`."""
        first, *others = self.name.split("_")
        return first + "".join(map(str.capitalize, others))

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed strings, if only some are."""
        return tuple(self.type) if issubclass(self.type, StrEnum) else ()

    @property
    def always_set(self) -> bool:
        """Whether every task has a value for it."""
        return self.default is not None or bool(self.derived)


TASK_FIELDS = (
    TaskField(
        name="interval_seconds",
        type=int,
        unit="seconds",
        meaning="seconds between slots; not together with `schedule`",
        minimum=1,
        maximum=_TEN_YEARS_SECONDS,
        bounds="whole seconds, 1 to 316224000 (ten years)",
        derived="`TASK_INTERVAL_SECONDS`, else 60",
        class_value=60,
        part_of_schedule=True,
        in_cronjob="schedule",
        chart_meaning="Seconds between slots, for tasks that state neither this nor `schedule`.",
        chart_default="none",
        examples="[300]",
    ),
    TaskField(
        name="schedule",
        type=str,
        meaning="five-field cron text, a descriptor, or `@every <duration>`, instead of an "
        "interval",
        bounds="see [Schedules](schedules.md)",
        part_of_schedule=True,
        in_cronjob="schedule",
        chart_meaning="Five-field cron text or a descriptor such as `@daily`, for tasks that state "
        "neither this nor `intervalSeconds`.",
        chart_form="schedule",
        examples='["30 6 * * 1-5", "@daily"]',
    ),
    TaskField(
        name="timezone",
        type=str,
        meaning="time zone of `schedule`; not together with an interval",
        bounds="a name of the tz database",
        derived="`Etc/UTC`",
        part_of_schedule=True,
        in_cronjob="timeZone",
        chart_meaning="Time zone of every `schedule`, an IANA name.",
        chart_form="timezone",
        examples="[Europe/Berlin]",
    ),
    TaskField(
        name="splay_minutes",
        type=int,
        unit="minutes",
        meaning="maximum of a stable offset; only for intervals that five-field cron can express",
        minimum=0,
        maximum=10_080,
        default=0,
        in_cronjob="schedule",
        chart_meaning="Maximum in minutes of the stable offset of an interval's slots; only for "
        "intervals that five-field cron can express.",
        examples="[15]",
    ),
    TaskField(
        name="run_on_start",
        type=bool,
        meaning="also run once when the scheduler starts, unless a missed slot is caught up at "
        "that moment",
        default=False,
        class_value=False,
        chart_meaning="Also run once after the installation, and after each upgrade that changes "
        "the task.",
    ),
    TaskField(
        name="timeout_seconds",
        type=float,
        unit="seconds",
        meaning="when the run is cancelled and ends as `timed_out`",
        above=0,
        maximum=_WEEK_SECONDS,
        bounds="more than 0, at most 604800 (a week)",
        derived="the interval, at least 60 and at most 3600; 3600 for cron text",
        chart_meaning="When rota cancels a run.",
        examples="[120]",
    ),
    TaskField(
        name="overlap",
        type=Overlap,
        meaning="what happens to a slot that comes due while the task is still running",
        default=Overlap.FORBID,
        in_cronjob="concurrencyPolicy",
        chart_meaning="What happens to a slot that comes due while the task is still running: "
        "`forbid`, `replace` or `allow`.",
    ),
    TaskField(
        name="catch_up_seconds",
        type=int,
        unit="seconds",
        meaning="how late a missed slot may still start",
        minimum=10,
        maximum=_TEN_YEARS_SECONDS,
        default=3600,
        exact_only=True,
        in_cronjob="startingDeadlineSeconds",
        chart_meaning="How late a missed slot may still start: the CronJob's "
        "startingDeadlineSeconds. Not set for intervals that become `@every`, which never fire "
        "with a short deadline.",
        examples="[600]",
    ),
    TaskField(
        name="catch_up",
        type=CatchUp,
        meaning="which missed slots still start: the newest (`latest`), `all` in order (scheduler "
        "only), or `none` that is more than a minute late",
        default=CatchUp.LATEST,
        chart_meaning="Which missed slots still start: the newest (`latest`), `all` in order "
        "(scheduler only), or `none` that is more than a minute late.",
    ),
    TaskField(
        name="backoff_limit",
        type=int,
        unit="attempts",
        meaning="how often a Job retries; in the scheduler, how often a run is repeated that "
        "raised [`TryAgain`](exit-codes.md#trying-again)",
        minimum=0,
        maximum=100,
        default=2,
        in_cronjob="jobTemplate.spec.backoffLimit",
        chart_meaning="How often a Job retries; in scheduler mode, how often a run is repeated "
        "that raised `TryAgain`.",
        examples="[2]",
    ),
    TaskField(
        name="shards",
        type=int,
        unit="pods",
        meaning="pods that share one run in CronJob mode; the scheduler, and `rota run` by hand, "
        "run one, index 0 of 1",
        minimum=1,
        maximum=1000,
        default=1,
        in_cronjob="jobTemplate.spec.completions",
        chart_meaning="Pods that share one run, as an Indexed Job; only used by CronJobs.",
        examples="[4]",
    ),
    TaskField(
        name="enabled",
        type=bool,
        meaning="`False`: treat the task as if it did not exist",
        default=True,
        in_settings=False,
        chart_meaning="False: treat the task as if it did not exist.",
    ),
    TaskField(
        name="suspend",
        type=bool,
        meaning="`True`: listed, but not started by the scheduler; `rota run` still runs it",
        default=False,
        in_cronjob="suspend",
        chart_meaning="True: listed, but not started on schedule.",
    ),
)

NON_SCHEDULE_FIELDS = tuple(field for field in TASK_FIELDS if not field.part_of_schedule)
"""All except those of the schedule."""

TASK_FIELD_BY_NAME = {field.name: field for field in TASK_FIELDS}
