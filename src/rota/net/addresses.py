"""The Business API's base URL, and addresses to listen on, as texts. Used by settings, too."""

import re
from urllib.parse import SplitResult, urlsplit

from rota.model.errors import ConfigError, SettingsError

_EXAMPLE = "for example https://api.example.com or http://business-api:8000/v2"
_HIGHEST_PORT = 65_535
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Underscores are not allowed in a DNS name, but are common in Compose service names.
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?", re.ASCII)
_NOT_VISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\\]")


class _RefusedError(ValueError):
    """The text is the rule that a URL breaks."""


def parse_base_url(text: str, what: str = "the Business API's URL", example: str = _EXAMPLE) -> str:
    """Return `text` in its canonical form: lower-case scheme and host, no trailing slash.

    Only http and https, a host, a port and a path are allowed. Raises SettingsError, which says
    `what` is refused, and never repeats it, since it may contain a password or a token.
    """
    try:
        return _canonical_url(text)
    except _RefusedError as refused:
        raise SettingsError(f"{what} {refused}, {example}") from None


def _canonical_url(text: str) -> str:
    if _NOT_VISIBLE.search(text):
        raise _RefusedError("must not contain spaces, control characters or backslashes")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _RefusedError("must be a URL whose port is a number from 1 to 65535") from None
    _refuse_extras(text, parts)
    if parts.scheme not in _DEFAULT_PORTS:
        raise _RefusedError("must begin with http:// or https://")
    if port == 0:
        raise _RefusedError("must have a port from 1 to 65535")
    path = _canonical_path(parts.path)
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{_canonical_host(parts.hostname or '')}{shown_port}{path}"


def parse_address(text: str, where: str) -> tuple[str, int]:
    """Return host and port of `host:port`, an IPv6 host in brackets; ConfigError names `where`."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdecimal()):
        raise ConfigError(f"{where}: {text!r} is not of the form host:port, as in 0.0.0.0:8080")
    if int(port) > _HIGHEST_PORT:
        raise ConfigError(f"{where}: {text!r} has no port from 0 to {_HIGHEST_PORT}")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _refuse_extras(text: str, parts: SplitResult) -> None:
    if "@" in parts.netloc:
        raise _RefusedError("must not contain a user name or password (use a token instead)")
    if "?" in text or "#" in text:
        raise _RefusedError("must not contain a query or a fragment")


def _canonical_host(host: str) -> str:
    if not host:
        raise _RefusedError("must name a host")
    if ":" in host:
        return f"[{host}]"
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _RefusedError("must name a host that DNS allows") from None
    if not _HOST_NAME.fullmatch(ascii_host):
        raise _RefusedError("must name a host that DNS allows")
    return ascii_host


def _canonical_path(path: str) -> str:
    if any(segment.lower().replace("%2e", ".") in (".", "..") for segment in path.split("/")):
        raise _RefusedError("must not have '.' or '..' in its path")
    return path.rstrip("/")
