"""`/calendar`: the load of the week, past failures, where tasks meet, and a splay against it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.protocol import MOST_RUNS_READ
from rota.ledger.run_filter import RunFilter
from rota.model.slot import SlotState
from rota.settings.task_variables import task_variable
from rota.status.board import Board
from rota.status.calendar import Grid, by_weekday_and_hour, week_of
from rota.web.pages.rendering import Pages

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHADES = 4
_LEAST_STEP = 0.1
_FAILURES = (SlotState.FAILED, SlotState.TIMED_OUT)


def calendar_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with the week."""
    now = pages.now()
    tasks = [board.definition(name) for name in board.task_names]
    calendar = week_of(tasks, now, release=pages.about.release)
    failures = board.runs(RunFilter(states=_FAILURES), limit=MOST_RUNS_READ)
    failed = by_weekday_and_hour([run.due for run in failures])
    proposal = calendar.proposal
    variables = () if proposal is None else proposal.splay_minutes.items()
    return pages.render(
        request,
        "calendar.html",
        here="calendar",
        twin="api/v1/calendar",
        now=now,
        calendar=calendar,
        weekdays=WEEKDAYS,
        slots=shaded(calendar.slots),
        failed=shaded(failed),
        failures=failures,
        oldest=min((run.due for run in failures), default=None),
        settings=[f"{task_variable(name, 'splay_minutes')}={each}" for name, each in variables],
    )


def shaded(grid: Grid) -> Sequence[Sequence[tuple[int, int]]]:
    """Return each number with its shade: 0 for none, 1 for the fewest, up to 4 for the most.

    Where all are about the same, all have the first shade.
    """
    numbers = [number for day in grid for number in day if number]
    least, most = min(numbers, default=0), max(numbers, default=0)
    step = max((most - least) / (_SHADES - 1), most * _LEAST_STEP, 1)
    return [
        [(number, 1 + int((number - least) / step) if number else 0) for number in day]
        for day in grid
    ]
