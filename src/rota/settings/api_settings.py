"""Settings of the Business API and its client."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rota.model.errors import ConfigError
from rota.net.addresses import parse_base_url
from rota.settings.values import NamedFile, Seconds, seed_name


def _canonical_url(value: str) -> str:
    try:
        return parse_base_url(value)
    except ConfigError as error:
        raise ValueError(str(error)) from None


class ApiSettings(BaseSettings):
    """Where the Business API is, who calls it, and how patiently."""

    model_config = SettingsConfigDict(defer_build=True)

    business_api_url: Annotated[
        str, AfterValidator(_canonical_url), seed_name("BUSINESS_API_URL")
    ] = "http://localhost:8000"
    """URL of the Business API: http or https, a host, optionally a port and a base path."""
    api_client: str = ""
    """`module:attribute` of a BusinessApiClient subclass; empty: an entry point's, or the base."""
    api_token: SecretStr | None = None
    """Bearer token. Prefer the file: an environment is easier to read than a mounted Secret."""
    api_token_file: NamedFile = None
    """File with the bearer token; read again when it changes, and once after a 401."""
    api_ca_file: NamedFile = None
    """PEM bundle that signs the Business API's certificate; unset: the public CAs."""
    api_client_cert_file: NamedFile = None
    """PEM client certificate for mutual TLS."""
    api_client_key_file: NamedFile = None
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

    @model_validator(mode="after")
    def _one_identity(self) -> Self:
        if self.api_token is not None and self.api_token_file is not None:
            raise ValueError("set ROTA_API_TOKEN or ROTA_API_TOKEN_FILE, not both")
        if self.api_client_key_file is not None and self.api_client_cert_file is None:
            raise ValueError("ROTA_API_CLIENT_KEY_FILE needs ROTA_API_CLIENT_CERT_FILE")
        return self
