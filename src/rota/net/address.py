"""An address to listen on."""

from rota.model.errors import ConfigError

_HIGHEST_PORT = 65_535


def parse_address(text: str, where: str) -> tuple[str, int]:
    """Return host and port of `host:port`, an IPv6 host in brackets; ConfigError names `where`."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdecimal()):
        raise ConfigError(f"{where}: {text!r} is not of the form host:port, as in 0.0.0.0:8080")
    if int(port) > _HIGHEST_PORT:
        raise ConfigError(f"{where}: {text!r} has no port from 0 to {_HIGHEST_PORT}")
    return host.removeprefix("[").removesuffix("]"), int(port)
