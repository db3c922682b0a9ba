"""One place that refuses everything which could change something, unless actions are on.

Where they are, it refuses what another site has a browser send: by Sec-Fetch-Site, which browsers
set and pages cannot, and by Origin. Beyond that `rota.web.bodies` wants JSON, which no form of
another site can send, or a form with a token that only our own pages have.
"""

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rota.web.problems import problem

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_OWN_SITES = (None, "same-origin", "none")


class Changes:
    """Answers 403 to every method but the safe ones, whatever the path.

    Where they are `allowed`, only if the request comes from elsewhere; `names` are those of
    ROTA_WEB_HOSTS, under which a proxy may be reached whose requests have another Host.
    """

    def __init__(self, app: ASGIApp, *, allowed: bool = False, names: Collection[str] = ()) -> None:
        self._app = app
        self._allowed = allowed
        self._names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a safe request on."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            refusal = self._refusal(Headers(scope=scope))
            if refusal is not None:
                await problem(HTTPStatus.FORBIDDEN, refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Headers) -> str | None:
        if not self._allowed:
            return "this page is read-only: actions need a scheduler with ROTA_WEB_ACTIONS=true"
        if headers.get("sec-fetch-site") not in _OWN_SITES:
            return "the request comes from another site (Sec-Fetch-Site)"
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, headers.get("host", "")):
            return (
                f"the request comes from another site ({origin!r}); a proxy that is reached under "
                "another name than it passes on has that name in ROTA_WEB_HOSTS"
            )
        return None

    def _is_own(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin.lower())
            name = parts.hostname
        except ValueError:
            return False
        # Not the scheme: a proxy may end TLS.
        return bool(name) and (parts.netloc == host.lower() or name in self._names)
