"""The settings, each documented in place: meaning, unit, off switch, reason for the default."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field, field_validator
from pydantic_settings import SettingsConfigDict

from rota.settings.api_settings import ApiSettings
from rota.settings.observer_settings import ObserverSettings
from rota.settings.pod_settings import PodSettings
from rota.settings.task_overrides import IntervalSeconds, TaskOverrides
from rota.settings.task_variables import override_key
from rota.settings.trace_settings import TraceSettings
from rota.settings.values import Level, LogFormat, LogLevel, Names, any_case, seed_name
from rota.settings.web_settings import WebSettings

_NAME_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"


class Settings(PodSettings, WebSettings, TraceSettings, ObserverSettings, ApiSettings):
    """All settings of one process, read once from the environment, then frozen.

    Raises pydantic's ValidationError. `rota.settings.load_settings` adds ROTA_SETTINGS, the
    file of ROTA_SETTINGS_FILE and `.env`, in this order, and raises a SettingsError that names the
    variable and never shows a secret.
    """

    model_config = SettingsConfigDict(
        env_prefix="ROTA_",
        env_nested_delimiter="__",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
        env_ignore_empty=False,
        defer_build=False,
    )

    task_interval_seconds: Annotated[IntervalSeconds | None, seed_name("TASK_INTERVAL_SECONDS")] = (
        None
    )
    """Interval of a task whose class does not set one; 60 s if this is unset too."""
    debug: Annotated[bool, seed_name("DEBUG")] = False
    """True: log at DEBUG, whatever LOG_LEVEL is."""
    log_level: Annotated[Level, seed_name("LOG_LEVEL")] = LogLevel.INFO
    """Lowest level that is logged."""

    log_format: Annotated[LogFormat, BeforeValidator(any_case)] = LogFormat.AUTO
    """`auto`: console on a terminal, JSON otherwise."""

    tasks: Names = ()
    """`module` or `module:attribute`, comma-separated: where tasks are, or one of them."""
    only: Names = ()
    """Exactly the tasks that may run, comma-separated; empty: all that are found and enabled."""
    release: Annotated[str, Field(pattern=_NAME_PATTERN, max_length=63)] = "rota"
    """Name of this installation: part of each task's splay and of every idempotency key. The chart
    sets its release name."""
    namespace: str = ""
    """The Kubernetes namespace, part of every idempotency key, and watched by the console; set by
    the chart."""
    instance: str = ""
    """Label `app.kubernetes.io/instance` of what the console watches; empty: the release."""
    task: dict[str, TaskOverrides] = Field(default_factory=dict)
    """`ROTA_TASK__<NAME>__<FIELD>`: see `rota.settings.task_overrides`."""

    grace_seconds: Annotated[float, Field(ge=0, le=3600)] = 25.0
    """Time after SIGTERM before active runs are cancelled; Kubernetes allows 30 s."""
    state_path: str = ""
    """SQLite file of the ledger; `off`: none; empty: below XDG_STATE_HOME."""
    max_concurrent_runs: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Runs of the scheduler at the same time; later ones wait and start late."""
    settings: Annotated[str, Field(repr=False)] = ""
    """More settings as lines of NAME=value; set by the chart."""
    settings_file: str = ""
    """A file of such lines, overridden by ROTA_SETTINGS; set by the chart for all tasks."""

    @field_validator("task", mode="before")
    @classmethod
    def _by_override_key(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        # A shell cannot set a name with a hyphen, but a Deployment can.
        return {override_key(name): fields for name, fields in value.items()}

    def effective_log_level(self) -> LogLevel:
        """Return DEBUG if `debug` is set, else `log_level`."""
        return LogLevel.DEBUG if self.debug else self.log_level

    def overrides_for(self, task_name: str) -> TaskOverrides | None:
        """Return the overrides of a task in the environment, if any."""
        return self.task.get(override_key(task_name))

    def all_overrides(self) -> Mapping[str, TaskOverrides]:
        """Return the overrides by the key of their task's name (see `override_key`)."""
        return MappingProxyType(self.task)


def variable_name(field: str) -> str:
    """Return the environment variable of a field: `grace_seconds` → `ROTA_GRACE_SECONDS`."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"ROTA_{field}".upper()
