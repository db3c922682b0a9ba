"""Answers of a board, for pages that may not keep the event loop waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rota.status.board import Board

_T = TypeVar("_T")
# SQLite's readers do not wait for each other. A search may read all that there is: one at a time,
# beside the other questions, which are short.
_MOST_AT_ONCE, _SEARCHES_AT_ONCE = 2, 1


class Answers:
    """Asks a board, made anew for each question: in a thread where its ledger is a file.

    A ledger in memory is read in the loop that also writes it.
    """

    def __init__(self, make_board: Callable[[], Board]) -> None:
        self._make_board = make_board
        # Threads of its own: tasks may have taken all of the loop's.
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="rota-web")
        self._searching = ThreadPoolExecutor(_SEARCHES_AT_ONCE, thread_name_prefix="rota-search")

    async def ask(self, question: Callable[[Board], _T], *, search: bool = False) -> _T:
        """Return what `question` makes of the board; raises what it raises.

        `search`: it may take long, and waits for others that do.
        """
        board = self._make_board()
        if board.in_memory:
            return question(board)
        loop = asyncio.get_running_loop()
        threads = self._searching if search else self._threads
        return await loop.run_in_executor(threads, question, board)

    def close(self) -> None:
        """Answer nothing more."""
        for threads in (self._threads, self._searching):
            threads.shutdown(wait=False, cancel_futures=True)
