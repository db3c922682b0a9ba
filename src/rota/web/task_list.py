"""`/api/v1/tasks`: how tasks are doing, a page at a time."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from rota.status.board import Board, blind_facts
from rota.status.selection import Selection
from rota.status.task_status import SEVERITY, STRIP_LENGTH, TaskState, TaskStatus
from rota.web.listing import listing
from rota.web.problems import BadQuestionError
from rota.web.questions import is_whole, number_of, refuse_unknown, words_of

MOST_TASKS = 500
MOST_CELLS = 200
_DEFAULT_TASKS = 100
_PARAMETERS = ("q", "state", "label", "sort", "strip", "limit", "cursor")
_SORTS = ("state", "name")
_SEVERITIES = len(SEVERITY)
_Place = tuple[int, str]


def tasks_question(request: Request) -> Callable[[Board], Mapping[str, Any]]:
    """Return what a request asks the board; raises BadQuestionError.

    The cursor is the place of a task in the order, not a count: tasks may come and go between two
    pages. One whose state changes may change its place too, unless the order is that of names.
    """
    refuse_unknown(request, _PARAMETERS)
    query = request.query_params
    selection = Selection(
        query.get("q", "").strip(), words_of(request, "state", TaskState), query.getlist("label")
    )
    by_name = _sort_of(request) == "name"
    limit = number_of(request, "limit", _DEFAULT_TASKS, most=MOST_TASKS)
    strip = number_of(request, "strip", STRIP_LENGTH, most=MOST_CELLS, least=0)
    after = _place_of(request)

    def ask(board: Board) -> Mapping[str, Any]:
        overview = board.overview(strip_length=0)

        def place(status: TaskStatus) -> _Place:
            return 0 if by_name else SEVERITY[status.state], status.task.name

        found = [each for each in selection.of(overview.tasks) if not after or place(each) > after]
        found.sort(key=place)
        names = [status.task.name for status in found[:limit]]
        # Read later: since then one may have begun to fail.
        shown = sorted(board.tasks(names, strip_length=strip), key=place)
        more = "{},{}".format(*place(found[limit - 1])) if len(found) > limit else None
        return {
            **listing([status.facts() for status in shown], overview.as_of, more=more),
            **blind_facts(overview.blind_since),
            "counts": dict(overview.counts),
        }

    return ask


def _sort_of(request: Request) -> str:
    sort = request.query_params.get("sort", "state")
    if sort not in _SORTS:
        raise BadQuestionError(f"sort={sort!r} is not one of {', '.join(_SORTS)}")
    return sort


def _place_of(request: Request) -> _Place | None:
    text = request.query_params.get("cursor")
    if text is None:
        return None
    severity, _, name = text.partition(",")
    if not (is_whole(severity) and int(severity) < _SEVERITIES):
        raise BadQuestionError(f"cursor={text!r} is not the `next` of an answer: begin anew")
    return int(severity), name
