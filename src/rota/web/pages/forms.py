"""What the forms on the pages of tasks and slots do; each ends with a redirect to what shows it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from rota.model.clock import Clock
from rota.model.errors import ConfigError, NotNowError, UnknownTaskError, UsageError
from rota.scheduler.by_hand import Order
from rota.web.access import actor_of
from rota.web.actions import Actions
from rota.web.bodies import read_form
from rota.web.form_tokens import FormTokens
from rota.web.pages.about import About
from rota.web.pages.links import root_of, run_path, task_path
from rota.web.pages.mistakes import not_done_page
from rota.web.pages.rendering import Pages
from rota.web.problems import BodyError

_HOUR_SECONDS = 3600
# What the form offers, in words.
PAUSES: Mapping[int, str] = {
    _HOUR_SECONDS // 2: "30 minutes",
    _HOUR_SECONDS: "1 hour",
    4 * _HOUR_SECONDS: "4 hours",
    12 * _HOUR_SECONDS: "12 hours",
    24 * _HOUR_SECONDS: "1 day",
    3 * 24 * _HOUR_SECONDS: "3 days",
    7 * 24 * _HOUR_SECONDS: "1 week",
    28 * 24 * _HOUR_SECONDS: "4 weeks",
}
_Fields = Mapping[str, str]
_Deed = Callable[[str, Order, _Fields], Awaitable[str]]


class Forms:
    """The endpoints. A deed returns the path, from the first page, of what shows it."""

    def __init__(self, actions: Actions, tokens: FormTokens, pages: Pages, clock: Clock) -> None:
        self._actions = actions
        self._tokens = tokens
        self._pages = pages
        self._clock = clock

    def routes(self) -> Sequence[Route]:
        """Return the routes, beside those of the pages."""
        deeds = {"run": self._run, "pause": self._pause, "resume": self._resume}
        return [
            Route(f"/tasks/{{task}}/{name}", self._endpoint(deed), methods=["POST"])
            for name, deed in deeds.items()
        ]

    def _endpoint(self, deed: _Deed) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            task = request.path_params["task"]
            try:
                fields = await read_form(request, self._tokens)
                order = Order(actor_of(request), fields.get("reason"))
                path = await deed(task, order, fields)
            except ConfigError as error:
                return not_done_page(self._pages, request, _status(error), str(error), task)
            return RedirectResponse(root_of(request) + path, HTTPStatus.SEE_OTHER)

        return answer

    async def _run(self, task: str, order: Order, fields: _Fields) -> str:
        slot = fields.get("slot", "").strip() or None
        run, known = await self._actions.run(task, order, slot=slot)
        return run_path(run.run_id) if known else task_path(task)

    async def _pause(self, task: str, order: Order, fields: _Fields) -> str:
        seconds = fields.get("seconds", "")
        if seconds not in map(str, PAUSES):
            raise UsageError(f"{seconds!r} is not one of the times that the form offers")
        until = int(self._clock.timestamp()) + int(seconds)
        await self._actions.pause(task, order, until=until)
        return task_path(task)

    async def _resume(self, task: str, order: Order, _: _Fields) -> str:
        await self._actions.resume(task, order)
        return task_path(task)


def form_token(about: About, request: Request) -> str | None:
    """Return what the reader's forms must have; None where there are no actions."""
    return None if about.tokens is None else about.tokens.token_for(actor_of(request))


def _status(error: ConfigError) -> HTTPStatus:
    if isinstance(error, BodyError):
        return error.status
    kinds: Mapping[type[ConfigError], HTTPStatus] = {
        NotNowError: HTTPStatus.CONFLICT,
        UnknownTaskError: HTTPStatus.NOT_FOUND,
        UsageError: HTTPStatus.BAD_REQUEST,
    }
    found = (status for kind, status in kinds.items() if isinstance(error, kind))
    return next(found, HTTPStatus.SERVICE_UNAVAILABLE)
