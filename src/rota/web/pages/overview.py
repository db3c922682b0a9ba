"""`/`: how all tasks are doing, problems first."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.records import RecordedRun
from rota.status.board import Board
from rota.status.task_status import PROBLEMS, SEVERITY, STRIP_LENGTH, TaskState, TaskStatus, doc_of
from rota.status.words import schedule_text, schedule_words
from rota.web.pages.commands import first_command
from rota.web.pages.rendering import Pages

PAGE_LENGTH = 50
_MOST_PROBLEMS = 5
_NEVER = math.inf


@dataclass(frozen=True, slots=True)
class View:
    """What part of the tasks is shown, as the address says: nothing else keeps it."""

    q: str = ""
    state: str = ""
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
            sort=sort if sort in _ORDERS else "state",
            page=max(1, int(number)) if number.isascii() and number.isdigit() else 1,
        )

    def parameters(self) -> dict[str, object]:
        """Return it as a query has it, less the defaults."""
        sort = "" if self.sort == "state" else self.sort
        return {"q": self.q, "state": self.state, "sort": sort, "page": self.page}

    def select(self, tasks: Sequence[TaskStatus]) -> list[TaskStatus]:
        """Return the tasks that are asked for, in the order that is asked for."""
        wanted = self.q.lower()
        found = [
            status
            for status in tasks
            if self.state in ("", status.state.value) and (not wanted or wanted in _text_of(status))
        ]
        return sorted(found, key=_ORDERS[self.sort])


def _text_of(status: TaskStatus) -> str:
    task = status.task
    parts = (task.name, schedule_words(task), schedule_text(task), status.reason or "")
    return " ".join((*parts, doc_of(task) or "")).lower()


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
        twin="api/v1/tasks",
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
        words=schedule_words,
        schedule_text=schedule_text,
        doc=doc_of,
    )
