"""Answers from the ledger's file."""

from collections.abc import Mapping, Sequence
from typing import Any

from rota.ledger.backfill_log import BackfillLog
from rota.ledger.records import RecordedRun
from rota.ledger.run_filter import RunFilter
from rota.model.slot import SlotState
from rota.status.board import Board
from rota.status.run_facts import run_facts
from rota.status.slots import SlotStatus


class LocalSource:
    """What `rota.cli.sources.Source` says, from a board."""

    def __init__(self, board: Board, backfills: BackfillLog | None = None) -> None:
        """`backfills` are the runs that `rota backfill` made here.

        A scheduler has some of them in its ledger already.
        """
        self._board = board
        self._backfills = backfills

    def overview(self) -> Mapping[str, Any]:
        """Return how all tasks are doing, problems first."""
        return self._board.overview().facts()

    def runs(
        self, *, task: str | None, states: Sequence[SlotState], limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Return runs, the newest first."""
        wanted = RunFilter(task, states)
        runs = [*self._backfilled(wanted), *self._board.runs(wanted, limit=limit)]
        found = list({run.run_id: run for run in runs}.values())
        found.sort(key=lambda run: run.started_at, reverse=True)
        return [run_facts(run) for run in found[:limit]]

    def _backfilled(self, wanted: RunFilter) -> Sequence[RecordedRun]:
        if self._backfills is None:
            return ()
        runs = self._backfills.runs(self._board.task_names)
        return [run for run in runs if wanted.matches(run)]

    def slots(self, task: str, first: int, last: int) -> Sequence[Mapping[str, Any]]:
        """Return what became of a task's slots between two epoch times, both included."""
        found: list[SlotStatus] = []
        while page := self._board.slots(task, first, last):
            found += page
            first = page[-1].slot + 1
        return [status.facts() for status in found]

    def explain(self, task: str, slot: int) -> Mapping[str, Any]:
        """Say why a slot ran or did not."""
        return self._board.explain(task, slot).facts()
