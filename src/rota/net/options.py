"""What callers pass to a client: its options, and one request. Imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rota.model.clock import Clock
from rota.model.errors import SettingsError
from rota.net.exchange import Exchange


class SecretText(Protocol):
    """A secret that is shown only on request, such as pydantic's SecretStr."""

    def get_secret_value(self) -> str:
        """Return the secret."""
        ...


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """Limits and credentials of a client. Raises SettingsError for values that cannot work.

    `timeout_seconds` limits one operation (connect, read, write, wait for a free connection);
    `deadline_seconds` limits one whole attempt, against answers that drip. `attempts` includes the
    first one. Waits between attempts are random, up to `backoff_initial_seconds`, doubled each
    time, at most `backoff_max_seconds`; a Retry-After of the API is respected up to
    `retry_after_max_seconds`. With `idempotent=False` a POST or PATCH is never repeated once it
    was sent. `max_response_bytes` counts decoded bytes. `token_file` is read again when it changes.
    Without `ca_file` the public CAs of certifi are trusted. `release` and `namespace` are part of
    every idempotency key, so that two installations which share an API do not share keys.

    For tests: `exchange` answers requests in place of the network, and `clock` tells the time that
    waits and keys depend on.
    """

    timeout_seconds: float = 60.0
    deadline_seconds: float = 120.0
    attempts: int = 4
    backoff_initial_seconds: float = 0.5
    backoff_max_seconds: float = 30.0
    retry_after_max_seconds: float = 120.0
    idempotent: bool = True
    max_response_bytes: int = 16 * 2**20
    max_pages: int = 1000
    max_connections: int = 100
    token: "str | SecretText | None" = field(default=None, repr=False)
    token_file: Path | None = None
    ca_file: Path | None = None
    client_cert_file: Path | None = None
    client_key_file: Path | None = None
    release: str = "rota"
    namespace: str = ""
    exchange: Exchange | None = None
    clock: Clock | None = None

    def __post_init__(self) -> None:
        for name in ("timeout_seconds", "deadline_seconds"):
            if not getattr(self, name) > 0:
                raise SettingsError(f"{name} must be more than 0, not {getattr(self, name)}")
        for name in ("attempts", "max_response_bytes", "max_pages", "max_connections"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be at least 1, not {getattr(self, name)}")
        for name in ("backoff_initial_seconds", "backoff_max_seconds", "retry_after_max_seconds"):
            if not getattr(self, name) >= 0:
                raise SettingsError(f"{name} must be at least 0, not {getattr(self, name)}")
        if self.token is not None and self.token_file is not None:
            raise SettingsError("set the API token or its file, not both")
        if self.client_key_file is not None and self.client_cert_file is None:
            raise SettingsError("a client key file needs a client certificate file")


@dataclass(frozen=True, slots=True)
class JsonRequest:
    """A request for JSON. `path` is below the base URL; `key` is its Idempotency-Key, if any."""

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    json: Any = None
    key: str | None = None
