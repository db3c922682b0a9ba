"""Which page is where."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rota.model.clock import Clock, SystemClock
from rota.web.pages import mistakes
from rota.web.pages.about import About
from rota.web.pages.assets import asset
from rota.web.pages.calendar import calendar_page
from rota.web.pages.overview import overview_page
from rota.web.pages.rendering import Answers, Handler, PageHandler, Pages
from rota.web.pages.run import run_page
from rota.web.pages.run_csv import runs_csv
from rota.web.pages.runs import runs_page
from rota.web.pages.slot import slot_page
from rota.web.pages.system import system_page
from rota.web.pages.task import task_page
from rota.web.pages.timeline import timeline_page
from rota.web.questions import is_search

# They may read all runs that are kept, whatever they are asked for.
_SEARCHES = (calendar_page, runs_csv)

_PAGES: Sequence[tuple[str, PageHandler]] = (
    ("/", overview_page),
    ("/tasks/{task}", task_page),
    ("/tasks/{task}/slots/{slot}", slot_page),
    ("/runs/{run_id}", run_page),
    ("/runs", runs_page),
    ("/runs.csv", runs_csv),
    ("/timeline", timeline_page),
    ("/calendar", calendar_page),
    ("/system", system_page),
    # Behind all else, whatever is asked for.
    ("/{path:path}", mistakes.unknown_page),
)


def page_routes(
    answers: Answers, *, clock: Clock | None = None, about: About | None = None
) -> Sequence[BaseRoute]:
    """Return all pages. The last answers every path with 404, so these routes are the last ones."""
    pages = Pages(answers, clock or SystemClock(), about or About())
    routes: list[BaseRoute] = [Route("/static/{name}", asset)]
    return [*routes, *(Route(path, _endpoint(pages, handler)) for path, handler in _PAGES)]


def _endpoint(pages: Pages, handler: PageHandler) -> Handler:
    async def answer(request: Request) -> Response:
        not_yet = None if handler is system_page else pages.about.not_yet()
        if not_yet is not None:
            return mistakes.not_yet_page(pages, request, not_yet)
        search = handler in _SEARCHES or (handler is runs_page and is_search(request))
        return await mistakes.explained(pages, handler, request, search=search)

    return answer
