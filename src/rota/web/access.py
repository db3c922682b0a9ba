"""Who may see the pages: nobody is asked, a password, a token, or a proxy that has asked."""

import base64
import hmac
import ipaddress
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from rota.logs.redaction import MOST_OF_A_KIND, SecretKind, hide
from rota.model.errors import ConfigError, SettingsError
from rota.net.file_identity import FileIdentity, file_identity
from rota.settings import WebAccess
from rota.web.problems import problem

PROXY_SECRET_HEADER = "x-rota-proxy-secret"  # noqa: S105 (a header's name)
# Probes and scrapes come without a password, and reveal nothing that a run has written.
OPEN_PATHS = ("/livez", "/readyz", "/healthz", "/metrics")
_LOOPBACK_NAMES = ("localhost",)
_MOST_SECRET_BYTES = 64 * 1024
_MOST_ACTOR_CHARACTERS = 100
_ACTOR = "rota.actor"


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """`secret_file` holds `user:password` lines (basic), a token (bearer) or the proxy's secret.

    With `proxy`, requests from `proxies` (addresses or CIDR networks) that carry the secret and a
    user in `user_header` are answered.
    """

    access: WebAccess = WebAccess.LOOPBACK
    secret_file: Path | None = None
    proxies: Collection[str] = ()
    user_header: str = "x-forwarded-user"


def check_access(options: AccessOptions, host: str, *, actions: bool = False) -> None:
    """Refuse what would leave the pages open by mistake, or closed to all. Raises SettingsError.

    `actions`: whether readers may also have something done.
    """
    access = options.access
    if actions and access is WebAccess.NONE and not _is_loopback(host):
        raise SettingsError(
            f"ROTA_WEB_ACTIONS: with ROTA_WEB_ACCESS=none everybody who reaches {host} could run "
            "and pause tasks: set ROTA_WEB_ACCESS to basic, bearer or proxy"
        )
    if access is WebAccess.LOOPBACK and not _is_loopback(host):
        raise SettingsError(
            f"ROTA_WEB_ADDRESS: {host} can be reached from other machines: set ROTA_WEB_ACCESS to "
            "basic, bearer or proxy, or to none where everybody who reaches it may read"
        )
    if access in (WebAccess.BASIC, WebAccess.BEARER, WebAccess.PROXY):
        if options.secret_file is None:
            raise SettingsError(f"ROTA_WEB_ACCESS={access} needs ROTA_WEB_SECRET_FILE")
        Secrets(options.secret_file).lines()
    if access is WebAccess.PROXY:
        if not options.proxies:
            raise SettingsError("ROTA_WEB_ACCESS=proxy needs ROTA_WEB_PROXIES")
        _networks(options.proxies)


class Secrets:
    """The lines of a file, read again when it is replaced or written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: FileIdentity | None = None
        self._lines: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return the lines that are not empty; SettingsError where there are none to be had."""
        try:
            identity = file_identity(self._path.stat())
            if identity != self._identity:
                text = self._path.read_text("utf-8")[:_MOST_SECRET_BYTES]
                self._lines = tuple(line.strip() for line in text.splitlines() if line.strip())
                self._identity = identity
                for line in self._lines[:MOST_OF_A_KIND]:
                    hide(line.partition(":")[2] or line, SecretKind.PAGES)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "is not UTF-8"
            raise SettingsError(f"ROTA_WEB_SECRET_FILE: {self._path}: {reason}") from None
        if not self._lines:
            raise SettingsError(f"ROTA_WEB_SECRET_FILE: {self._path} is empty")
        return self._lines


class Guard:
    """Answers 401 or 403 to requests that do not prove who they are; the others have an actor.

    A check returns the user, an empty name where it has none, or None for who may not read.
    """

    def __init__(self, app: ASGIApp, options: AccessOptions) -> None:
        self._app = app
        self._access = options.access
        self._secrets = None if options.secret_file is None else Secrets(options.secret_file)
        self._networks = _networks(options.proxies)
        self._user_header = options.user_header
        checks: Mapping[WebAccess, Callable[[Headers, Scope], str | None]] = {
            WebAccess.BASIC: self._user_with_password,
            WebAccess.BEARER: self._bearer,
            WebAccess.PROXY: self._proxied_user,
        }
        self._check = checks.get(self._access)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be answered."""
        if scope["type"] != "http" or self._check is None or _is_open(scope):
            await self._app(scope, receive, send)
            return
        try:
            user = self._check(Headers(scope=scope), scope)
        except ConfigError:
            user = None
        if user is not None:
            scope[_ACTOR] = _shown(user) or None
            await self._app(scope, receive, send)
            return
        await self._refusal()(scope, receive, send)

    def _refusal(self) -> ASGIApp:
        if self._access is WebAccess.PROXY:
            return problem(HTTPStatus.FORBIDDEN, "this page is reached through its proxy")
        refused = problem(HTTPStatus.UNAUTHORIZED, "this page asks who you are")
        scheme = (
            'Basic realm="rota", charset="UTF-8"' if self._access is WebAccess.BASIC else "Bearer"
        )
        refused.headers["www-authenticate"] = scheme
        return refused

    def _user_with_password(self, headers: Headers, _: Scope) -> str | None:
        given = _credentials(headers, "basic")
        try:
            decoded = base64.b64decode(given or "", validate=True)
        except ValueError:
            return None
        # A line without a colon has no user; what stood in it would be shown as one.
        if given is None or b":" not in decoded or not self._is_secret(decoded):
            return None
        return decoded.partition(b":")[0].decode("utf-8", "replace")

    def _bearer(self, headers: Headers, _: Scope) -> str | None:
        given = _credentials(headers, "bearer")
        return "" if given is not None and self._is_secret(given.encode()) else None

    def _proxied_user(self, headers: Headers, scope: Scope) -> str | None:
        client = scope.get("client")
        secret = headers.get(PROXY_SECRET_HEADER)
        # Of two, one may be the reader's own, behind a proxy that adds one and removes none.
        users = headers.getlist(self._user_header)
        if client is None or secret is None or len(users) != 1 or not users[0]:
            return None
        try:
            # Of the socket itself: a header can say anything.
            peer = ipaddress.ip_address(client[0].partition("%")[0])
        except ValueError:
            return None
        peer = getattr(peer, "ipv4_mapped", None) or peer
        near = any(peer in network for network in self._networks)
        return users[0] if near and self._is_secret(secret.encode()) else None

    def _is_secret(self, given: bytes) -> bool:
        lines = self._secrets.lines() if self._secrets is not None else ()
        # Each of them, so that the time tells nothing.
        return any([hmac.compare_digest(given, line.encode()) for line in lines])  # noqa: C419 (as above)


def actor_of(request: Request) -> str | None:
    """Return who has proved to be the reader; None where that is not asked, or has no name."""
    actor = request.scope.get(_ACTOR)
    return actor if isinstance(actor, str) else None


def _shown(user: str) -> str:
    """Return a user's name as it may stand in a log line."""
    printable = "".join(each if each.isprintable() else "?" for each in user)
    return printable.strip()[:_MOST_ACTOR_CHARACTERS]


def _credentials(headers: Headers, scheme: str) -> str | None:
    found, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if found.lower() == scheme and value.strip() else None


def _is_open(scope: Scope) -> bool:
    return scope["path"] in OPEN_PATHS


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOOPBACK_NAMES


def _networks(
    texts: Collection[str],
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(text) for text in texts]
    except ValueError as error:
        raise SettingsError(
            f"ROTA_WEB_PROXIES: {error}; write addresses or networks, as in 10.0.0.0/8"
        ) from None
