"""`/runs`: a search over all runs, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.protocol import MOST_RUNS_READ
from rota.ledger.records import RecordedRun
from rota.ledger.run_filter import RunFilter
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.board import Board
from rota.web.pages.links import query
from rota.web.pages.rendering import Pages

PAGE_LENGTH = 100
# The history cannot be asked for codes or texts: so much is looked through at a time.
_MOST_LOOKED_THROUGH = 4 * MOST_RUNS_READ
STATES = [state.value for state in SlotState if state not in (SlotState.DUE, SlotState.SKIPPED)]
TRIGGERS = [trigger.value for trigger in Trigger]


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for, as the address says. `before` is the id of the run that was shown last."""

    task: str = ""
    state: str = ""
    trigger: str = ""
    exit_code: str = ""
    q: str = ""
    before: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Search":
        """Return what a query asks for; values without a meaning are left out."""
        state, trigger = parameters.get("state", ""), parameters.get("trigger", "")
        code = parameters.get("exit_code", "").strip()
        return cls(
            task=parameters.get("task", "").strip(),
            state=state if state in STATES else "",
            trigger=trigger if trigger in TRIGGERS else "",
            exit_code=code if code.isascii() and code.isdigit() else "",
            q=parameters.get("q", "").strip(),
            before=parameters.get("before", ""),
        )

    def parameters(self) -> dict[str, object]:
        """Return it as a query has it, from the newest run on."""
        return {
            "task": self.task,
            "state": self.state,
            "trigger": self.trigger,
            "exit_code": self.exit_code,
            "q": self.q,
        }

    def twin(self) -> str:
        """Return where the same is as JSON, which knows neither exit codes nor texts."""
        asked = {"task": self.task, "state": self.state, "trigger": self.trigger}
        return f"api/v1/runs{query(asked)}".rstrip("?")

    def filter(self) -> RunFilter:
        """Return what the history can be asked for."""
        return RunFilter(
            task=self.task or None,
            states=(SlotState(self.state),) if self.state else (),
            triggers=(Trigger(self.trigger),) if self.trigger else (),
        )

    def matches(self, run: RecordedRun) -> bool:
        """Return whether a run is like that in what the history cannot be asked for."""
        wanted = self.q.lower()
        return self.exit_code in ("", str(run.exit_code)) and (
            not wanted or wanted in f"{run.run_id} {run.task} {run.reason or ''}".lower()
        )

    def plain(self) -> bool:
        """Return whether the history answers all of it itself."""
        return not (self.exit_code or self.q)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of runs. `more_before`: where to go on, None at the end; `looked_through`: runs."""

    runs: Sequence[RecordedRun]
    more_before: str | None
    looked_through: int


def runs_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with the runs that are asked for."""
    search = Search.of(request.query_params)
    names = list(board.task_names)
    known = not search.task or search.task in names
    return pages.render(
        request,
        "runs.html",
        here="runs",
        twin=search.twin(),
        search=search,
        found=find(board, search) if known else Found((), None, 0),
        names=names,
        states=STATES,
        triggers=TRIGGERS,
    )


def find(board: Board, search: Search) -> Found:
    """Return the runs that are like that, a page at most, after looking through many at most."""
    before, wanted = search.before or None, search.filter()
    length = PAGE_LENGTH + 1 if search.plain() else MOST_RUNS_READ
    runs: list[RecordedRun] = []
    looked_through = 0
    while True:
        batch = board.runs(wanted, before=before, limit=length)
        for run in batch:
            if len(runs) == PAGE_LENGTH:
                return Found(runs, runs[-1].run_id, looked_through)
            looked_through += 1
            if search.matches(run):
                runs.append(run)
        if len(batch) < length:
            return Found(runs, None, looked_through)
        before = batch[-1].run_id
        if looked_through >= _MOST_LOOKED_THROUGH:
            return Found(runs, before, looked_through)
