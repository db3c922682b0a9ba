"""`rota health`."""

import http.client

import click

from rota.model.errors import ConfigError
from rota.model.exit_codes import ExitCode
from rota.net.addresses import parse_address
from rota.settings import load_settings

_TIMEOUT_SECONDS = 3.0
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (a key to compare with)


@click.command("health", epilog="\b\nExample, as a container's health check:\n  rota health")
def health_command() -> int:
    """Ask the scheduler or console here if it is healthy; exit 0 if it is, else 1.

    It is asked at ROTA_HEALTH_ADDRESS, else at ROTA_WEB_ADDRESS.
    """
    settings = load_settings()
    address = settings.health_address or settings.web_address
    if not address:
        raise ConfigError(
            "neither ROTA_HEALTH_ADDRESS nor ROTA_WEB_ADDRESS is set: there is no health server"
        )
    host, port = parse_address(address, "address")
    connection = http.client.HTTPConnection(
        _EVERY_ADDRESS.get(host, host), port, timeout=_TIMEOUT_SECONDS
    )
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        click.echo(answer.read().decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException) as error:
        click.echo(f"rota: no answer at {address}: {error}", err=True)
        return ExitCode.TASK_FAILED
    finally:
        connection.close()
    return ExitCode.SUCCEEDED if answer.status == http.client.OK else ExitCode.TASK_FAILED
