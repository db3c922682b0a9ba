"""Settings of what is told of every run: observers and dead-man pings."""

from typing import Annotated, Self

from pydantic import AfterValidator, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rota.model.errors import ConfigError
from rota.net.ping_targets import parse_ping_targets
from rota.settings.values import NamedFile, Names


def _usable(value: SecretStr | None) -> SecretStr | None:
    try:
        if value is not None:
            parse_ping_targets(value.get_secret_value())
    except ConfigError as error:
        raise ValueError(str(error)) from None
    return value


class ObserverSettings(BaseSettings):
    """Who is told of every run, besides the log."""

    model_config = SettingsConfigDict(defer_build=True)

    observers: Names = ()
    """`module:attribute`, comma-separated: functions or classes to be called with every event."""
    ping_url: Annotated[SecretStr | None, AfterValidator(_usable)] = None
    """URL template for dead-man pings, of all tasks or in lines of `TASK URL`; a secret."""
    ping_url_file: NamedFile = None
    """File with the same; read again when it changes."""
    ping_ca_file: NamedFile = None
    """PEM bundle that signs the ping service's certificate; unset: the public CAs."""

    @model_validator(mode="after")
    def _one_list_of_pings(self) -> Self:
        if self.ping_url is not None and self.ping_url_file is not None:
            raise ValueError("set ROTA_PING_URL or ROTA_PING_URL_FILE, not both")
        return self
