"""`/runs`: a search over all runs, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.records import RecordedRun
from rota.ledger.run_filter import RunFilter
from rota.model.clock import instant, rfc3339
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.board import Board
from rota.web.pages.links import query
from rota.web.pages.rendering import Pages

PAGE_LENGTH = 100
STATES = [state.value for state in SlotState if state not in (SlotState.DUE, SlotState.SKIPPED)]
TRIGGERS = [trigger.value for trigger in Trigger]
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for, as the address says. `before` is the id of the run that was shown last.

    `since` and `until` are UTC without saying so, as a browser's field has them.
    """

    task: str = ""
    state: str = ""
    trigger: str = ""
    exit_code: str = ""
    q: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Search":
        """Return what a query asks for; values without a meaning are left out."""
        state, trigger = parameters.get("state", ""), parameters.get("trigger", "")
        code = parameters.get("exit_code", "").strip()
        is_code = code.isascii() and code.isdigit() and len(code) <= _MOST_DIGITS
        return cls(
            task=parameters.get("task", "").strip(),
            state=state if state in STATES else "",
            trigger=trigger if trigger in TRIGGERS else "",
            exit_code=code if is_code else "",
            q=parameters.get("q", "").strip(),
            since=_field_of(parameters.get("since", "")),
            until=_field_of(parameters.get("until", "")),
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
            "since": self.since,
            "until": self.until,
        }

    def twin(self) -> str:
        """Return where the same is as JSON."""
        times = {name: _instant_text(getattr(self, name)) for name in ("since", "until")}
        return f"api/v1/runs{query({**self.parameters(), **times})}".rstrip("?")

    def csv(self) -> str:
        """Return where all of them are as CSV."""
        return f"runs.csv{query(self.parameters())}".rstrip("?")

    def filter(self) -> RunFilter:
        """Return what the history is asked for."""
        return RunFilter(
            task=self.task or None,
            states=(SlotState(self.state),) if self.state else (),
            triggers=(Trigger(self.trigger),) if self.trigger else (),
            since=_epoch_of(self.since),
            until=_epoch_of(self.until),
            exit_code=int(self.exit_code) if self.exit_code else None,
            text=self.q,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A page of runs. `more_before`: where to go on, None at the end."""

    runs: Sequence[RecordedRun]
    more_before: str | None


def runs_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with the runs that are asked for."""
    search = Search.of(request.query_params)
    return pages.render(
        request,
        "runs.html",
        here="runs",
        twin=search.twin(),
        search=search,
        found=find(board, search),
        names=list(board.task_names),
        states=STATES,
        triggers=TRIGGERS,
    )


def find(board: Board, search: Search, length: int = PAGE_LENGTH) -> Found:
    """Return the newest runs that are like that; none of a task that is not known."""
    if search.task and search.task not in board.task_names:
        return Found((), None)
    runs = board.runs(search.filter(), before=search.before or None, limit=length + 1)
    if len(runs) <= length:
        return Found(runs, None)
    return Found(runs[:length], runs[length - 1].run_id)


def _field_of(text: str) -> str:
    """Return a time as a field has it, in UTC; empty for what is none."""
    try:
        # A plus sign that nobody has encoded arrives as a space.
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return found.replace(tzinfo=None).isoformat(timespec="seconds" if found.second else "minutes")


def _epoch_of(field: str) -> float | None:
    return datetime.fromisoformat(field).replace(tzinfo=UTC).timestamp() if field else None


def _instant_text(field: str) -> str:
    epoch = _epoch_of(field)
    return "" if epoch is None else rfc3339(instant(epoch))
