"""`/metrics` for Prometheus, in its text format or, where that is accepted, as OpenMetrics."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

_UNAVAILABLE = 503

Render = Callable[[str], Awaitable[tuple[bytes, str] | None]]
"""From the `Accept` header to a text and its content type; None while there is nothing to show."""


def metrics_routes(render: Render) -> Sequence[BaseRoute]:
    """Return the route of the metrics, for any application to mount. Needs no authentication.

    503 while nothing can be shown: no sample is better than a false one.
    """

    async def metrics(request: Request) -> Response:
        rendered = await render(request.headers.get("accept", ""))
        if rendered is None:
            return PlainTextResponse("the process is starting\n", _UNAVAILABLE)
        text, content_type = rendered
        # As a header, since a media type would get a charset once more.
        return Response(text, headers={"content-type": content_type})

    return [Route("/metrics", metrics)]
