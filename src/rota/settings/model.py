"""The settings, each documented in place: meaning, unit, off switch, reason for the default."""

import logging
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from rota.model.errors import ConfigError
from rota.net.addresses import parse_address, parse_base_url
from rota.net.ping_targets import parse_ping_targets
from rota.settings.task_overrides import IntervalSeconds, TaskOverrides
from rota.settings.task_variables import override_key

_NAME_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Names = Annotated[tuple[str, ...], NoDecode]


class LogLevel(StrEnum):
    """The levels of the logging module."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


# Unambiguous names and numbers of other tools.
LEVEL_ALIASES = {
    "TRACE": LogLevel.DEBUG,
    "INFORMATION": LogLevel.INFO,
    "WARN": LogLevel.WARNING,
    "ERR": LogLevel.ERROR,
    "CRIT": LogLevel.CRITICAL,
    "FATAL": LogLevel.CRITICAL,
    **{str(getattr(logging, level)): level for level in LogLevel},
}


class WebAccess(StrEnum):
    """How a reader of the console proves to be one."""

    LOOPBACK = "loopback"
    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"
    PROXY = "proxy"


class LogFormat(StrEnum):
    """How a log line looks."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def seed_name(name: str) -> Any:
    """Return a field that is read from `name`, without the prefix, as in the seed document."""
    return Field(validation_alias=AliasChoices(name))


class Settings(BaseSettings):
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
    )

    business_api_url: Annotated[str, seed_name("BUSINESS_API_URL")] = "http://localhost:8000"
    """URL of the Business API: http or https, a host, optionally a port and a base path."""
    task_interval_seconds: Annotated[IntervalSeconds | None, seed_name("TASK_INTERVAL_SECONDS")] = (
        None
    )
    """Interval of a task whose class does not set one; 60 s if this is unset too."""
    debug: Annotated[bool, seed_name("DEBUG")] = False
    """True: log at DEBUG, whatever LOG_LEVEL is."""
    log_level: Annotated[LogLevel, seed_name("LOG_LEVEL")] = LogLevel.INFO
    """Lowest level that is logged."""

    log_format: LogFormat = LogFormat.AUTO
    """`auto`: console on a terminal, JSON otherwise."""

    tasks: Names = ()
    """`module` or `module:attribute`, comma-separated: where tasks are, or one of them."""
    only: Names = ()
    """Exactly the tasks that may run, comma-separated; empty: all that are found and enabled."""
    observers: Names = ()
    """`module:attribute`, comma-separated: functions or classes to be called with every event."""
    ping_url: SecretStr | None = None
    """URL template for dead-man pings, of all tasks or in lines of `TASK URL`; a secret."""
    ping_url_file: Path | None = None
    """File with the same; read at the start."""
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

    api_client: str = ""
    """`module:attribute` of a BusinessApiClient subclass; empty: BusinessApiClient itself."""
    api_token: SecretStr | None = None
    """Bearer token. Prefer the file: an environment is easier to read than a mounted Secret."""
    api_token_file: Path | None = None
    """File with the bearer token; read again when it changes, and once after a 401."""
    api_ca_file: Path | None = None
    """PEM bundle that signs the Business API's certificate; unset: the public CAs."""
    api_client_cert_file: Path | None = None
    """PEM client certificate for mutual TLS."""
    api_client_key_file: Path | None = None
    """PEM key of the client certificate; unset: the key is in the certificate's file."""
    api_timeout_seconds: Seconds = 60.0
    """Longest silence of the API (connect, read or write), as in the seed."""
    api_deadline_seconds: Seconds = 120.0
    """Longest time of one attempt from first to last byte: against answers that drip."""
    api_attempts: Annotated[int, Field(ge=1, le=20)] = 4
    """Attempts of one request, the first included. A Job's backoffLimit multiplies them."""
    api_backoff_seconds: Annotated[float, Field(ge=0, le=3600)] = 0.5
    """Longest wait before the second attempt; doubled for each further one, up to 30 s."""
    api_idempotent: bool = True
    """False: a POST that has left is never repeated. See docs/business-api.md."""
    api_max_response_bytes: Annotated[int, Field(ge=1024, le=2**31)] = 16 * 2**20
    """Longest answer after decompression: against a bomb."""
    api_max_pages: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Longest list that `pages` follows: against a next link without end."""
    fan_out_concurrency: Annotated[int, Field(ge=1, le=1000)] = 10
    """Requests of one run at the same time."""

    grace_seconds: Annotated[float, Field(ge=0, le=3600)] = 25.0
    """Time after SIGTERM before active runs are cancelled; Kubernetes allows 30 s."""
    state_path: str = ""
    """SQLite file of the ledger; `off`: none; empty: below XDG_STATE_HOME."""
    max_concurrent_runs: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Runs of the scheduler at the same time; later ones wait and start late."""
    health_address: str = ""
    """`host:port` of /livez, /readyz, /healthz and /metrics; empty: no server."""

    web_address: str = ""
    """`host:port` of the pages and the JSON API, with health and metrics; empty: none."""
    web_access: WebAccess = WebAccess.LOOPBACK
    """Who may read: `loopback` (no password, at a loopback address only), `none`, `basic`, `bearer`
    or `proxy`."""
    web_secret_file: Path | None = None
    """`user:password` lines (basic), the token (bearer), or the secret that the proxy sends."""
    web_proxies: Names = ()
    """Addresses and networks of the proxies that are trusted, comma-separated."""
    web_user_header: str = "x-forwarded-user"
    """The header in which the proxy names the user."""
    web_hosts: Names = ()
    """Names under which the console is reached, comma-separated, besides local ones."""

    settings: Annotated[str, Field(repr=False)] = ""
    """More settings as lines of NAME=value; set by the chart."""
    settings_file: str = ""
    """A file of such lines, overridden by ROTA_SETTINGS; set by the chart for all tasks."""
    cronjob_name: str = ""
    """The CronJob that this pod belongs to; set by the chart."""
    job_name: str = ""
    """The pod's label batch.kubernetes.io/job-name; set by the chart."""
    job_uid: str = ""
    """The pod's label batch.kubernetes.io/controller-uid; set by the chart."""
    job_attempt: Annotated[int, Field(ge=0)] | None = None
    """The pod's annotation batch.kubernetes.io/job-index-failure-count, where there is one."""
    completion_index: Annotated[
        Annotated[int, Field(ge=0)] | None,
        Field(validation_alias=AliasChoices("JOB_COMPLETION_INDEX")),
    ] = None
    """This pod's shard; set by Kubernetes in an Indexed Job."""
    termination_message_path: str = "/dev/termination-log"
    """The file in which Kubernetes reads the end of a run; only written if it exists."""

    @field_validator("tasks", "only", "observers", "web_proxies", "web_hosts", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _known_by_another_name(cls, value: object) -> object:
        if isinstance(value, str):
            text = value.strip().upper()
            return LEVEL_ALIASES.get(text, text)
        return value

    @field_validator("log_format", "web_access", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("task", mode="before")
    @classmethod
    def _by_override_key(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        # A shell cannot set a name with a hyphen, but a Deployment can.
        return {override_key(name): fields for name, fields in value.items()}

    @field_validator("business_api_url")
    @classmethod
    def _canonical_url(cls, value: str) -> str:
        try:
            return parse_base_url(value)
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @field_validator(
        "api_token_file",
        "api_ca_file",
        "api_client_cert_file",
        "api_client_key_file",
        "web_secret_file",
        "ping_url_file",
        mode="before",
    )
    @classmethod
    def _named_file(cls, value: object) -> object:
        if value == "":
            raise ValueError("is empty: name a file, or leave the variable unset")
        return value

    @field_validator("ping_url")
    @classmethod
    def _usable_pings(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                parse_ping_targets(value.get_secret_value())
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("health_address", "web_address")
    @classmethod
    def _parsable_address(cls, value: str) -> str:
        if value:
            try:
                parse_address(value, "address")
            except ConfigError as error:
                raise ValueError(str(error)) from None
        return value

    @field_validator("job_attempt", mode="before")
    @classmethod
    def _empty_is_unknown(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _one_token(self) -> "Settings":
        if self.api_token is not None and self.api_token_file is not None:
            raise ValueError("set ROTA_API_TOKEN or ROTA_API_TOKEN_FILE, not both")
        if self.ping_url is not None and self.ping_url_file is not None:
            raise ValueError("set ROTA_PING_URL or ROTA_PING_URL_FILE, not both")
        if self.api_client_key_file is not None and self.api_client_cert_file is None:
            raise ValueError("ROTA_API_CLIENT_KEY_FILE needs ROTA_API_CLIENT_CERT_FILE")
        return self

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
