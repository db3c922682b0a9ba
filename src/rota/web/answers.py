"""Answers of a board, for pages that may not keep the event loop waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rota.status.board import Board

_T = TypeVar("_T")
# Questions are short, and SQLite's readers do not wait for each other.
_MOST_AT_ONCE = 2


class Answers:
    """Asks `board`: in a thread where that reads a file, else in the loop that also writes it."""

    def __init__(self, board: Board, *, reads_a_file: bool) -> None:
        self._board = board
        # Threads of its own: tasks may have taken all of the loop's.
        self._threads = (
            ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="rota-web")
            if reads_a_file
            else None
        )

    async def ask(self, question: Callable[[Board], _T]) -> _T:
        """Return what `question` makes of the board; raises what it raises."""
        if self._threads is None:
            return question(self._board)
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, question, self._board
        )

    def close(self) -> None:
        """Answer nothing more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
