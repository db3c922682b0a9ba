"""`/timeline`: what ran when, what comes, and what overlaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rota.model.clock import instant
from rota.status.board import Board
from rota.status.task_status import next_slots
from rota.tasks.definition import TaskDefinition
from rota.web.pages.lanes import Lane, Window, at_once, blind_spots, lane_of
from rota.web.pages.rendering import Pages
from rota.web.questions import is_whole

HOURS = (1, 6, 24, 72, 168)
LANES = 40
_DEFAULT_HOURS = 6
_HOUR_SECONDS = 3600
_DAY_SECONDS = 86_400
_FUTURE_SHARE = 0.25
_MOST_RUNS_OF_A_TASK = 400
_MOST_ROWS = 200
_SLOTS_IN_VIEW = 20
_TICK_SECONDS = (600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, _DAY_SECONDS)
_MOST_TICKS = 9


@dataclass(frozen=True, slots=True)
class View:
    """Which lanes are shown, and how much of the past; 0 hours: what suits the schedules."""

    q: str = ""
    hours: int = 0
    page: int = 1

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "View":
        """Return what a query asks for; values without a meaning are left out."""
        hours = next((each for each in HOURS if str(each) == parameters.get("hours")), 0)
        page = parameters.get("page", "1")
        number = int(page) if is_whole(page) else 1
        return cls(parameters.get("q", "").strip(), hours, max(1, number))

    def parameters(self) -> dict[str, object]:
        """Return it as a query has it, less the defaults."""
        return {"q": self.q, "hours": self.hours or "", "page": self.page}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The lanes of a page of tasks, with the window and the past hours that they show."""

    lanes: Sequence[Lane]
    window: Window
    hours: int
    found: int
    page: int
    last_page: int


def timeline_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with a lane for each task."""
    view = View.of(request.query_params)
    now = pages.now()
    drawn = draw(board, view, now)
    columns = at_once(drawn.lanes, drawn.window)
    runs = [(lane.status.task, run) for lane in drawn.lanes for run in lane.runs]
    runs.sort(key=lambda each: each[1].started_at, reverse=True)
    return pages.render(
        request,
        "timeline.html",
        here="timeline",
        twin="api/v1/runs",
        now=now,
        view=view,
        drawn=drawn,
        choices=HOURS,
        ticks=ticks(drawn.window),
        blind=blind_spots(board.unseen(drawn.window.first, now), drawn.window),
        columns=columns,
        peak=max(columns),
        runs=[run for _, run in runs[:_MOST_ROWS]],
        all_runs=len(runs),
    )


def draw(board: Board, view: View, now: float) -> Drawn:
    """Return the lanes that are asked for, at the epoch time `now`."""
    names = [name for name in board.task_names if view.q.lower() in name]
    last_page = max(1, -(-len(names) // LANES))
    page = min(view.page, last_page)
    shown = names[(page - 1) * LANES : page * LANES]
    tasks = [board.definition(name) for name in shown]
    hours = view.hours or suitable_hours(tasks, int(now))
    past = hours * _HOUR_SECONDS
    window = Window(now - past, now + past * _FUTURE_SHARE, now)
    most = _MOST_RUNS_OF_A_TASK
    statuses = board.tasks(shown, strip_length=most)
    lanes = [lane_of(status, window, most_known=most) for status in statuses]
    return Drawn(lanes, window, hours, len(names), page, last_page)


def suitable_hours(tasks: Sequence[TaskDefinition], now: int) -> int:
    """Return the shortest window that shows some slots of the rarest of a few tasks."""
    if len(tasks) != 1:
        return _DEFAULT_HOURS
    slots = next_slots(tasks[0], now, 2)
    if len(slots) < 2:  # noqa: PLR2004 (a gap needs two)
        return HOURS[-1]
    wanted = (slots[1] - slots[0]) * _SLOTS_IN_VIEW / _HOUR_SECONDS
    return next((hours for hours in HOURS if hours >= wanted), HOURS[-1])


def ticks(window: Window) -> Sequence[tuple[float, str]]:
    """Return where whole times are, in percent, with their texts in UTC."""
    length = window.last - window.first
    step = next((each for each in _TICK_SECONDS if length / each <= _MOST_TICKS), _DAY_SECONDS)
    at = int(window.first) - int(window.first) % step + step
    found = []
    while at < window.last:
        moment = instant(at)
        midnight = at % _DAY_SECONDS == 0
        found.append((window.percent(at), f"{moment:%a %d}" if midnight else f"{moment:%H:%M}"))
        at += step
    return found
