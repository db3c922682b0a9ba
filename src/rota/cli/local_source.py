"""Answers from the ledger's file."""

from collections.abc import Mapping, Sequence
from typing import Any

from rota.ledger.run_filter import RunFilter
from rota.model.slot import SlotState
from rota.status.board import Board
from rota.status.run_facts import run_facts


class LocalSource:
    """What `rota.cli.sources.Source` says, from a board."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def overview(self) -> Mapping[str, Any]:
        """Return how all tasks are doing, problems first."""
        return self._board.overview().facts()

    def runs(
        self, *, task: str | None, states: Sequence[SlotState], limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Return runs, the newest first."""
        found = self._board.runs(RunFilter(task, states), limit=limit)
        return [run_facts(run) for run in found]

    def explain(self, task: str, slot: int) -> Mapping[str, Any]:
        """Say why a slot ran or did not."""
        return self._board.explain(task, slot).facts()
