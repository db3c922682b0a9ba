"""What is shown in place of a page that there is not, or not now."""

import difflib
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.reader import LongSearchError
from rota.model.errors import ConfigError, UsageError
from rota.status.board import Board
from rota.tasks.definition import TaskDefinition
from rota.web.pages.links import task_path
from rota.web.pages.rendering import PageHandler, Pages

_NOT_FOUND = 404
_UNAVAILABLE = 503


class NoSuchPageError(Exception):
    """Something in a page's address is not there; `suggestions` are (path, text) to try instead."""

    def __init__(self, sentence: str, *suggestions: tuple[str, str]) -> None:
        super().__init__(sentence)
        self.suggestions = suggestions


def known_task(board: Board, name: str) -> TaskDefinition:
    """Return a task, or raise NoSuchPageError with the nearest one."""
    if name in board.task_names:
        return board.definition(name)
    near = difflib.get_close_matches(name, list(board.task_names), n=1, cutoff=0.5)
    sentence = f"No task is named {name}" + (". Did you mean this one?" if near else ".")
    raise NoSuchPageError(sentence, *((task_path(each), each) for each in near))


def not_yet_page(pages: Pages, request: Request, reason: str) -> Response:
    """Answer for every page that has nothing to show yet."""
    title, systems = "Not seen yet", ("system", "How the watches do")
    return _page(pages, request, _UNAVAILABLE, _sentence(reason), systems, title=title)


async def explained(
    pages: Pages, handler: PageHandler, request: Request, *, search: bool
) -> Response:
    """Return the handler's page, or one that says in a sentence why there is none."""
    try:
        return await pages.answers.ask(lambda board: handler(pages, board, request), search=search)
    except NoSuchPageError as error:
        return _page(pages, request, _NOT_FOUND, str(error), *error.suggestions)
    except UsageError as error:
        return _page(pages, request, _NOT_FOUND, _sentence(str(error)))
    except LongSearchError as error:
        title = "The search takes too long"
        return _page(pages, request, _UNAVAILABLE, _sentence(str(error)), title=title)
    except ConfigError as error:
        return _page(pages, request, _UNAVAILABLE, _sentence(str(error)))


def not_done_page(
    pages: Pages, request: Request, status: HTTPStatus, reason: str, task: str
) -> Response:
    """Answer to a form of a task's page that asks for what cannot be done."""
    back, title = (task_path(task), f"Back to {task}"), "Not done"
    return _page(pages, request, status, _sentence(reason), back, title=title)


def unknown_page(_pages: Pages, _board: Board, request: Request) -> Response:
    """Answer for a path that no page has."""
    path = request.path_params["path"]
    if path.startswith("api/"):
        raise HTTPException(_NOT_FOUND)
    raise NoSuchPageError(f"There is no page at /{path}.")


def _page(
    pages: Pages,
    request: Request,
    status: int,
    sentence: str,
    *suggestions: tuple[str, str],
    title: str | None = None,
) -> Response:
    if title is None:
        title = "Not found" if status == _NOT_FOUND else "The history cannot be read"
    return pages.render(
        request,
        "mistake.html",
        here="none",
        twin=None,
        status=status,
        title=title,
        sentence=sentence,
        suggestions=suggestions,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?", ")")) else ".")
