"""The JSON API: what every page shows, for machines. See docs/json-api.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rota.ledger.protocol import MOST_RUNS_READ
from rota.ledger.run_filter import RunFilter
from rota.model.clock import instant, rfc3339
from rota.model.errors import ConfigError
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.board import Board
from rota.status.calendar import week_of
from rota.status.lateness import lateness_of
from rota.status.run_facts import run_facts
from rota.status.slots import MOST_SLOTS, Absence
from rota.status.suspects import suspects_of
from rota.web.answers import Answers
from rota.web.listing import listing, tagged
from rota.web.pages.about import About
from rota.web.pages.commands import Commands, run_commands, slot_commands, task_commands
from rota.web.pages.links import trace_of
from rota.web.pages.system import system_facts
from rota.web.problems import BadQuestionError, Endpoint, with_problems
from rota.web.questions import (
    epoch_of,
    exit_code_of,
    instant_of,
    is_search,
    number_of,
    refuse_unknown,
    words_of,
)
from rota.web.task_list import tasks_question

_DEFAULT_RUNS = 100
_DEFAULT_UPCOMING_HOURS, _MOST_UPCOMING_HOURS, _MOST_UPCOMING = 24, 24 * 31, 500
_DAY_SECONDS = 86_400
_RUN_PARAMETERS = (
    "task",
    "state",
    "trigger",
    "exit_code",
    "q",
    "since",
    "until",
    "limit",
    "cursor",
)


class Api:
    """The endpoints; each is a question to the board, and an answer with an ETag."""

    def __init__(self, answers: Answers, about: About) -> None:
        self._answers = answers
        self._about = about

    def routes(self) -> Sequence[Route]:
        """Return the routes, below `/api/v1`."""
        found = {
            "/tasks": self.tasks,
            "/tasks/{task}": self.task,
            "/tasks/{task}/slots": self.slots,
            "/tasks/{task}/slots/{slot}": self.slot,
            "/runs": self.runs,
            "/runs/{run_id}": self.run,
            "/upcoming": self.upcoming,
            "/calendar": self.calendar,
            "/summary": self.summary,
            "/system": self.system,
        }
        return [
            Route(path, with_problems(self._once_seen(endpoint)), name=f"api-{endpoint.__name__}")
            for path, endpoint in found.items()
        ]

    def _once_seen(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint that answers with 503 while there is nothing to tell yet."""

        async def answer(request: Request) -> Response:
            not_yet = None if endpoint == self.system else self._about.not_yet()
            if not_yet is not None:
                raise ConfigError(not_yet)
            return await endpoint(request)

        return answer

    async def tasks(self, request: Request) -> Response:
        """List how tasks are doing, problems first."""
        return tagged(request, await self._answers.ask(tasks_question(request)))

    async def task(self, request: Request) -> Response:
        """Show how one task is doing, with its last 200 slots."""
        refuse_unknown(request, ())
        name = request.path_params["task"]
        status = await self._answers.ask(lambda board: board.task(name))
        commands = _command_facts(task_commands(status.task, self._about, status.now))
        suspects = suspects_of(status)
        facts = {
            **status.facts(),
            "changed_before_failure": None
            if suspects is None
            else [each.facts() for each in suspects],
            "commands": commands,
        }
        return tagged(request, facts)

    async def slots(self, request: Request) -> Response:
        """List what became of each slot of a task between two instants."""
        refuse_unknown(request, ("from", "to"))
        name = request.path_params["task"]
        first, last = instant_of(request, "from"), instant_of(request, "to")

        def ask(board: Board) -> Mapping[str, Any]:
            until = board.now() if last is None else last
            since = until - _DAY_SECONDS if first is None else first
            found = board.slots(name, int(since), int(until))
            # The next page begins after the last of them.
            more = rfc3339(instant(found[-1].slot + 1)) if len(found) == MOST_SLOTS else None
            return listing(
                [status.facts() for status in found],
                board.now(),
                more=more,
                gaps=board.unseen(since, found[-1].slot if more else until),
                complete=all(status.state is not Absence.UNOBSERVED for status in found),
            )

        return tagged(request, await self._answers.ask(ask))

    async def slot(self, request: Request) -> Response:
        """Say what happened to one slot, and why."""
        refuse_unknown(request, ())
        name, text = request.path_params["task"], request.path_params["slot"]
        at = int(epoch_of(text, "slot"))
        facts = await self._answers.ask(lambda board: board.explain(name, at).facts())
        commands = _command_facts(slot_commands(name, at, self._about))
        return tagged(request, {**facts, "commands": commands})

    async def runs(self, request: Request) -> Response:
        """List runs, the newest first; `cursor` is the `next` of the page before."""
        refuse_unknown(request, _RUN_PARAMETERS)
        limit = number_of(request, "limit", _DEFAULT_RUNS, most=MOST_RUNS_READ)
        query = request.query_params
        wanted = RunFilter(
            task=query.get("task"),
            states=words_of(request, "state", SlotState),
            triggers=words_of(request, "trigger", Trigger),
            since=instant_of(request, "since"),
            until=instant_of(request, "until"),
            exit_code=exit_code_of(request, "exit_code"),
            text=query.get("q", "").strip(),
        )

        def ask(board: Board) -> Mapping[str, Any]:
            cursor = query.get("cursor")
            if cursor is not None and board.run(cursor) is None:
                raise BadQuestionError(f"cursor={cursor!r} is not known (any more): begin anew")
            found = board.runs(wanted, before=cursor, limit=limit)
            more = found[-1].run_id if len(found) == limit else None
            since = found[-1].started_at if more else wanted.since or 0.0
            until = board.now() if wanted.until is None else wanted.until
            gaps = board.unseen(since, found[0].started_at if cursor and found else until)
            return listing([run_facts(run) for run in found], board.now(), more=more, gaps=gaps)

        return tagged(request, await self._answers.ask(ask, search=is_search(request)))

    async def run(self, request: Request) -> Response:
        """Show one run, with its attempts: the pods of a Job."""
        refuse_unknown(request, ())
        run_id = request.path_params["run_id"]
        found = await self._answers.ask(lambda board: board.known_run(run_id))
        attempts = [attempt.facts() for attempt in found.attempts]
        commands = _command_facts(run_commands(found, self._about))
        lateness = lateness_of(found)
        trace = trace_of(run_id, self._about.settings)
        facts = {
            **run_facts(found),
            "lateness": None if lateness is None else lateness.facts(),
            "attempts": attempts,
            "commands": commands,
            "trace_id": None if trace is None else trace[0],
        }
        return tagged(request, facts)

    async def upcoming(self, request: Request) -> Response:
        """List the slots of all tasks that come next."""
        refuse_unknown(request, ("hours", "limit", "cursor"))
        hours = number_of(request, "hours", _DEFAULT_UPCOMING_HOURS, most=_MOST_UPCOMING_HOURS)
        limit = number_of(request, "limit", _DEFAULT_RUNS, most=_MOST_UPCOMING)
        after = _slot_cursor(request)

        def ask(board: Board) -> Mapping[str, Any]:
            found = board.upcoming(hours, limit, after=after)
            items = [{"at": rfc3339(instant(slot)), "task": task} for slot, task in found]
            more = f"{items[-1]['at']},{items[-1]['task']}" if len(found) == limit else None
            return listing(items, board.now(), more=more)

        return tagged(request, await self._answers.ask(ask))

    async def calendar(self, request: Request) -> Response:
        """Tell the load of the week, where tasks meet, and what splay would help."""
        refuse_unknown(request, ())

        def ask(board: Board) -> Mapping[str, Any]:
            tasks = [board.definition(name) for name in board.task_names]
            return week_of(tasks, board.now(), release=self._about.release).facts()

        return tagged(request, await self._answers.ask(ask))

    async def summary(self, request: Request) -> Response:
        """Count the tasks in each state, and name those with a problem."""
        refuse_unknown(request, ())

        def ask(board: Board) -> Mapping[str, Any]:
            overview = board.overview(strip_length=0)
            return {
                "counts": dict(overview.counts),
                "problems": {each.task.name: each.state.value for each in overview.problems},
            }

        return tagged(request, await self._answers.ask(ask))

    async def system(self, request: Request) -> Response:
        """Tell what serves this, from which ledger, and how a console's watches do."""
        refuse_unknown(request, ())
        facts = await self._answers.ask(lambda board: system_facts(self._about, board))
        return tagged(request, facts)


def _slot_cursor(request: Request) -> tuple[int, str] | None:
    text = request.query_params.get("cursor")
    if text is None:
        return None
    at, _, task = text.partition(",")
    return int(epoch_of(at, "cursor")), task


def _command_facts(commands: Commands) -> list[dict[str, str]]:
    return [{"purpose": purpose, "command": command} for purpose, command in commands]
