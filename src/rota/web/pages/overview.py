"""`/`: how all tasks are doing, problems first."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.records import RecordedRun
from rota.status.board import Board
from rota.status.labels import label_texts
from rota.status.selection import Selection
from rota.status.task_status import PROBLEMS, SEVERITY, STRIP_LENGTH, TaskState, TaskStatus, doc_of
from rota.status.words import schedule_text, schedule_words
from rota.web.pages.commands import first_command
from rota.web.pages.links import query
from rota.web.pages.rendering import Pages
from rota.web.questions import is_whole

PAGE_LENGTH = 50
_MOST_PROBLEMS = 5
_NEVER = math.inf


@dataclass(frozen=True, slots=True)
class View:
    """What part of the tasks is shown, as the address says: nothing else keeps it."""

    q: str = ""
    state: str = ""
    label: str = ""
    sort: str = "state"
    page: int = 1

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "View":
        """Return what a query asks for; values without a meaning are left out."""
        state, sort = parameters.get("state", ""), parameters.get("sort", "")
        number = parameters.get("page", "1")
        return cls(
            q=parameters.get("q", "").strip(),
            state=state if state in {each.value for each in TaskState} else "",
            label=parameters.get("label", "").strip(),
            sort=sort if sort in _ORDERS else "state",
            page=max(1, int(number)) if is_whole(number) else 1,
        )

    def parameters(self) -> dict[str, object]:
        """Return it as a query has it, less the defaults."""
        sort = "" if self.sort == "state" else self.sort
        return {
            "q": self.q,
            "state": self.state,
            "label": self.label,
            "sort": sort,
            "page": self.page,
        }

    def twin(self) -> str:
        """Return where the same tasks are as JSON, in an order of its own."""
        asked = {"q": self.q, "state": self.state, "label": self.label}
        return f"api/v1/tasks{query(asked)}".rstrip("?")

    def select(self, tasks: Sequence[TaskStatus]) -> list[TaskStatus]:
        """Return the tasks that are asked for, in the order that is asked for."""
        selection = Selection(
            self.q,
            (TaskState(self.state),) if self.state else (),
            (self.label,) if self.label else (),
        )
        return sorted(selection.of(tasks), key=_ORDERS[self.sort])


def _started(run: RecordedRun | None) -> float:
    return _NEVER if run is None else -run.started_at


def _duration(status: TaskStatus) -> float:
    last = status.last_run
    return -(last.duration_seconds or 0.0) if last is not None else _NEVER


_ORDERS: Mapping[str, Callable[[TaskStatus], Any]] = {
    "state": lambda status: (SEVERITY[status.state], status.task.name),
    "name": lambda status: status.task.name,
    "last": lambda status: (_started(status.last_run), status.task.name),
    "duration": lambda status: (_duration(status), status.task.name),
    "next": lambda status: (
        _NEVER if status.next_slot is None else status.next_slot,
        status.task.name,
    ),
}


def overview_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with the state of all tasks, and what needs attention."""
    view = View.of(request.query_params)
    overview = board.overview(strip_length=0)
    found = view.select(overview.tasks)
    last_page = max(1, -(-len(found) // PAGE_LENGTH))
    page = min(view.page, last_page)
    shown = found[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH]
    problems = overview.problems
    return pages.render(
        request,
        "overview.html",
        here="",
        twin=view.twin(),
        now=overview.as_of,
        view=view,
        counts=overview.counts,
        total=len(overview.tasks),
        found=len(found),
        tasks=board.tasks([each.task.name for each in shown], strip_length=STRIP_LENGTH),
        page=page,
        last_page=last_page,
        problems=[(each, first_command(each)) for each in problems[:_MOST_PROBLEMS]],
        more_problems=max(0, len(problems) - _MOST_PROBLEMS),
        problem_states={state.value for state in PROBLEMS},
        states=[state.value for state in TaskState],
        labels=sorted({text for each in overview.tasks for text in label_texts(each.task)}),
        words=schedule_words,
        schedule_text=schedule_text,
        doc=doc_of,
    )
