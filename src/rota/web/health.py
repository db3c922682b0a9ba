"""The answers to Kubernetes' probes: `/livez`, `/readyz`, and `/healthz` for people.

Served by the event loop of the scheduler or console itself, so that a loop which is stuck does not
answer at all. They are about this process alone: with the Business API or the API server down all
of them stay green, since a restart would not bring it back.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from rota.model import heartbeat

_OK = 200
_UNAVAILABLE = 503


class Probe(Protocol):
    """What a scheduler or console tells about itself. Called in its event loop; must not wait."""

    @property
    def process(self) -> str:
        """What the process is called."""
        ...

    @property
    def not_ready(self) -> str:
        """What it waits for while it is not ready."""
        ...

    def heartbeat_age_seconds(self) -> float:
        """Return how long ago it last looked for something to do; 0 before it has started."""
        ...

    def ready(self) -> bool:
        """Return whether it knows its tasks, and no stop has been requested."""
        ...

    def summary(self) -> Mapping[str, object]:
        """Return what else `/healthz` shows, ready for JSON (instants as RFC 3339)."""
        ...


def create_health_app(
    probe: Probe,
    *,
    heartbeat_limit_seconds: float = heartbeat.LIMIT_SECONDS,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return an app of the health endpoints, with more `routes` beside them."""
    own = health_routes(probe, heartbeat_limit_seconds=heartbeat_limit_seconds)
    return Starlette(routes=[*own, *routes])


def health_routes(
    probe: Probe, *, heartbeat_limit_seconds: float = heartbeat.LIMIT_SECONDS
) -> Sequence[BaseRoute]:
    """Return the routes. Each path answers GET and HEAD with 200, or with 503 and the reason.

    `/livez` fails once the heartbeat is older than the limit, `/readyz` while the probe is not
    ready, `/healthz` where either does: `{"status": "ok" | "failing", "reasons": […]}` and the
    probe's summary. Tasks that fail, are stuck or overdue are named there and turn nothing red.
    """

    def not_live() -> list[str]:
        age = probe.heartbeat_age_seconds()
        if age <= heartbeat_limit_seconds:
            return []
        limit = f"at most {heartbeat_limit_seconds:.0f} s are allowed"
        return [f"the {probe.process}'s last heartbeat was {age:.0f} s ago, {limit}"]

    def not_ready() -> list[str]:
        return [] if probe.ready() else [probe.not_ready]

    async def livez(_: Request) -> Response:
        return _plain(not_live())

    async def readyz(_: Request) -> Response:
        return _plain(not_ready())

    async def healthz(_: Request) -> Response:
        reasons = not_live() + not_ready()
        status = "failing" if reasons else "ok"
        body = {"status": status, "reasons": reasons, **probe.summary()}
        return JSONResponse(body, _status(reasons))

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/healthz", healthz)]


def _plain(reasons: list[str]) -> Response:
    return PlainTextResponse("; ".join(reasons or ["ok"]) + "\n", _status(reasons))


def _status(reasons: list[str]) -> int:
    return _UNAVAILABLE if reasons else _OK
