"""Which names of a host are answered: against DNS rebinding, where another site has ours."""

import ipaddress
from collections.abc import Collection
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from rota.web.problems import problem

# Names that no public zone can have, or that are the machine's own.
_ALWAYS = ("localhost",)
_ALWAYS_SUFFIXES = (".localhost", ".local", ".svc", ".svc.cluster.local")


class AllowedHosts:
    """Refuses requests whose Host is neither an IP address nor local nor one of `names`.

    A page of another site whose name is made to point here is sent with that site's name.
    """

    def __init__(self, app: ASGIApp, names: Collection[str] = ()) -> None:
        self._app = app
        self._names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 421."""
        if scope["type"] == "http" and not self.allows(_host(scope)):
            refused = problem(
                HTTPStatus.MISDIRECTED_REQUEST,
                f"the host {_host(scope)!r} is not served here: name it in ROTA_WEB_HOSTS",
            )
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def allows(self, host: str) -> bool:
        """Whether a Host header, without its port, may be answered."""
        name = host.lower().rstrip(".")
        if name in _ALWAYS or name in self._names or name.endswith(_ALWAYS_SUFFIXES):
            return True
        # A name of a Service in its own namespace; a public name has a dot.
        if name and "." not in name and ":" not in name:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            text = str(value, "latin-1")
            head, colon, port = text.rpartition(":")
            return head if colon and port.isdecimal() else text
    return ""
