"""`/runs.csv`: what `/runs` finds, for spreadsheets."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from rota.ledger.protocol import MOST_RUNS_READ
from rota.ledger.records import RecordedRun
from rota.status.board import Board
from rota.status.run_facts import run_facts
from rota.web.pages.links import query
from rota.web.pages.rendering import Pages
from rota.web.pages.runs import Search, find

COLUMNS = (
    "task",
    "run_id",
    "trigger",
    "slot",
    "state",
    "started_at",
    "ended_at",
    "lateness_seconds",
    "duration_seconds",
    "exit_code",
    "meaning",
    "reason",
    "counts",
)
MOST_ROWS = 10_000
# A spreadsheet takes a text that begins so for a formula, and a reason comes from elsewhere.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def runs_csv(_pages: Pages, board: Board, request: Request) -> Response:
    """Answer with the runs that are asked for, `MOST_ROWS` at most; a link leads to older ones."""
    search = Search.of(request.query_params)
    runs, more_before = _runs(board, search)
    headers = {
        "content-disposition": 'attachment; filename="runs.csv"',
        "cache-control": "no-store",
    }
    if more_before is not None:
        following = query(search.parameters(), before=more_before)
        headers["link"] = f'<runs.csv{following}>; rel="next"'
    return Response(csv_text(runs), media_type="text/csv; charset=utf-8", headers=headers)


def csv_text(runs: Sequence[RecordedRun]) -> str:
    """Return a line for each run, behind one with the names of the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(run) for run in runs)
    return text.getvalue()


def _row(run: RecordedRun) -> Iterator[object]:
    facts = {**run_facts(run), "counts": json.dumps(dict(run.counts)) if run.counts else ""}
    for name in COLUMNS:
        value = facts[name]
        is_text = isinstance(value, str) and value.startswith(_FORMULA)
        yield f"'{value}" if is_text else value


def _runs(board: Board, search: Search) -> tuple[Sequence[RecordedRun], str | None]:
    runs: list[RecordedRun] = []
    before: str | None = search.before
    while before is not None and len(runs) < MOST_ROWS:
        found = find(board, replace(search, before=before), MOST_RUNS_READ - 1)
        runs += found.runs
        before = found.more_before
    kept = runs[:MOST_ROWS]
    return kept, kept[-1].run_id if len(runs) > MOST_ROWS or before is not None else None
