"""`/runs/{id}`: one run from its slot to its end."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.protocol import MOST_RUNS_READ
from rota.ledger.records import RecordedRun
from rota.ledger.run_filter import RunFilter
from rota.model.exit_codes import meaning_of
from rota.status.board import Board
from rota.status.lateness import lateness_of
from rota.web.pages.commands import run_commands
from rota.web.pages.links import run_path, trace_of
from rota.web.pages.mistakes import NoSuchPageError
from rota.web.pages.rendering import Pages


def run_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with one run; its link works for as long as the history has it."""
    run_id = request.path_params["run_id"]
    run = board.run(run_id)
    if run is None:
        raise NoSuchPageError(
            f"No run {run_id} is known. Its record may have been deleted to keep the history "
            "small.",
            ("runs", "The runs that are known"),
        )
    known = run.task in board.task_names
    runs = board.runs(RunFilter(run.task), limit=MOST_RUNS_READ) if known else ()
    previous, following = _around(run, runs)
    return pages.render(
        request,
        "run.html",
        here="none",
        twin=f"api/v1/{run_path(run_id)}",
        run=run,
        previous=previous,
        following=following,
        durations=board.task(run.task).durations if known else None,
        meaning=None if run.exit_code is None else meaning_of(run.exit_code),
        attempts=[(each, each.facts()["meaning"]) for each in run.attempts],
        lateness=lateness_of(run),
        trace=trace_of(run_id, pages.about.settings),
        commands=run_commands(run, pages.about),
    )


def _around(
    run: RecordedRun, newest_first: Sequence[RecordedRun]
) -> tuple[RecordedRun | None, RecordedRun | None]:
    ids = [each.run_id for each in newest_first]
    if run.run_id not in ids:
        return None, None
    at = ids.index(run.run_id)
    previous = newest_first[at + 1] if at + 1 < len(ids) else None
    return previous, newest_first[at - 1] if at else None
