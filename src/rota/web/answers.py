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
    """Asks a board, made anew for each question: in a thread where its ledger is a file.

    A ledger in memory is read in the loop that also writes it.
    """

    def __init__(self, make_board: Callable[[], Board]) -> None:
        self._make_board = make_board
        # Threads of its own: tasks may have taken all of the loop's.
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="rota-web")

    async def ask(self, question: Callable[[Board], _T]) -> _T:
        """Return what `question` makes of the board; raises what it raises."""
        board = self._make_board()
        if board.in_memory:
            return question(board)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, question, board)

    def close(self) -> None:
        """Answer nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
