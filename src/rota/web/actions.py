"""What a request may have the scheduler do, and when the pages can show that it was done."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from rota.model.errors import ConfigError
from rota.model.pause import Pause
from rota.model.run import Run
from rota.scheduler.by_hand import ByHand, Order
from rota.status.board import Board
from rota.web.answers import Answers

# The ledger is written by a thread, a moment later.
_ASK_AGAIN_SECONDS = 0.05
_MOST_QUESTIONS = 60


class Actions:
    """Gives orders to a scheduler, in whose event loop it must be used."""

    def __init__(
        self,
        by_hand: ByHand,
        answers: Answers,
        *,
        tell: Callable[[str], object],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`tell` is given the name of each task whose pages have news."""
        self._by_hand = by_hand
        self._tell = tell
        self._answers = answers
        self._sleep = sleep

    async def run(
        self, task: str, order: Order, *, slot: str | None = None, arguments: Sequence[str] = ()
    ) -> tuple[Run, bool]:
        """Start a run now; return it, and whether it is known already, or replaces another first.

        Raises ConfigError, as `rota.scheduler.by_hand` does.
        """
        run = self._by_hand.run(task, order, slot=slot, arguments=arguments)
        return run, await self._shown(lambda board: board.run(run.run_id) is not None)

    async def pause(self, task: str, order: Order, *, until: float) -> Pause:
        """Pause a task until an epoch time. Raises ConfigError."""
        pause = self._by_hand.pause(task, order, until=until)
        await self._shown(lambda board: board.last_pause(task) == pause)
        self._tell(task)
        return pause

    async def resume(self, task: str, order: Order) -> Pause:
        """End a pause. Raises ConfigError."""
        pause = self._by_hand.resume(task, order)
        await self._shown(lambda board: board.last_pause(task) == pause)
        self._tell(task)
        return pause

    async def _shown(self, question: Callable[[Board], bool]) -> bool:
        for _ in range(_MOST_QUESTIONS):
            try:
                if await self._answers.ask(question):
                    return True
            except ConfigError:
                # It has been done, whether or not the history can be read.
                return False
            await self._sleep(_ASK_AGAIN_SECONDS)
        return False
