"""The part of the JSON API that changes something. See docs/json-api.md."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rota.model.clock import Clock, rfc3339
from rota.model.errors import UsageError
from rota.scheduler.by_hand import LONGEST_PAUSE_SECONDS, Order
from rota.web.access import actor_of
from rota.web.actions import Actions
from rota.web.bodies import read_json
from rota.web.problems import BadQuestionError, Endpoint, with_problems
from rota.web.questions import epoch_of

_NO_STORE = {"cache-control": "no-store"}


class ActionApi:
    """The endpoints; each answers when the other ones show what was done."""

    def __init__(self, actions: Actions, clock: Clock) -> None:
        self._actions = actions
        self._clock = clock

    def routes(self) -> Sequence[Route]:
        """Return the routes, below `/api/v1`."""
        found = {
            "/tasks/{task}/runs": self.run,
            "/tasks/{task}/pause": self.pause,
            "/tasks/{task}/resume": self.resume,
        }
        return [
            Route(
                path,
                with_problems(_with_usage(endpoint)),
                methods=["POST"],
                name=f"api-{endpoint.__name__}",
            )
            for path, endpoint in found.items()
        ]

    async def run(self, request: Request) -> Response:
        """Start a run now."""
        body = await read_json(request, ("slot", "arguments", "reason"))
        slot = _text(body, "slot")
        run, known = await self._actions.run(
            request.path_params["task"],
            _order(request, body),
            slot=slot,
            arguments=_arguments(body),
        )
        url = f"../../runs/{quote(run.run_id)}"
        facts = {
            "task": run.task,
            "run_id": run.run_id,
            "slot": None if run.slot is None else rfc3339(run.slot),
            "started": known,
            "url": url,
        }
        headers = {"location": url, **_NO_STORE}
        return JSONResponse(facts, HTTPStatus.ACCEPTED, headers=headers)

    async def pause(self, request: Request) -> Response:
        """Pause a task."""
        body = await read_json(request, ("until", "seconds", "reason"))
        task = request.path_params["task"]
        pause = await self._actions.pause(task, _order(request, body), until=self._end(body))
        return JSONResponse({"task": task, "pause": pause.facts()}, headers=_NO_STORE)

    async def resume(self, request: Request) -> Response:
        """End a pause."""
        body = await read_json(request, ("reason",))
        task = request.path_params["task"]
        await self._actions.resume(task, _order(request, body))
        return JSONResponse({"task": task, "pause": None}, headers=_NO_STORE)

    def _end(self, body: Mapping[str, Any]) -> float:
        until, seconds = _text(body, "until"), body.get("seconds")
        if (until is None) == (seconds is None):
            raise BadQuestionError("a pause needs either until (RFC 3339) or seconds")
        if until is not None:
            return epoch_of(until, "until")
        if type(seconds) is int and 1 <= seconds <= LONGEST_PAUSE_SECONDS:
            return int(self._clock.timestamp()) + seconds
        message = f"seconds must be a whole number from 1 to {LONGEST_PAUSE_SECONDS}"
        raise BadQuestionError(message)


def _with_usage(endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except UsageError as error:
            raise BadQuestionError(str(error)) from None

    return answer


def _order(request: Request, body: Mapping[str, Any]) -> Order:
    return Order(actor_of(request), _text(body, "reason"))


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadQuestionError(f"{name} must be a text or null")
    return value


def _arguments(body: Mapping[str, Any]) -> Sequence[str]:
    values = body.get("arguments") or {}
    if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
        raise BadQuestionError('arguments must be an object of texts, as in {"limit": "10"}')
    return [f"{name}={value}" for name, value in values.items()]
