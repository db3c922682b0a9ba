"""One place that refuses everything which could change something."""

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from rota.web.problems import problem

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class ReadOnly:
    """Answers 403 to every method but the safe ones, whatever the path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a safe request on."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            await problem(HTTPStatus.FORBIDDEN, "this page is read-only")(scope, receive, send)
            return
        await self._app(scope, receive, send)
