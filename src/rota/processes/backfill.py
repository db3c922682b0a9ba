"""`rota backfill`: one run for each of some slots, one after another, in one process."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from rota.app import App
from rota.ledger.records import RecordedRun, recorded_end
from rota.logs.protection import protected_loggers
from rota.model.clock import instant
from rota.model.context import Stop
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, exit_code_of_signal
from rota.model.run import RunRecord, Trigger
from rota.processes import HARD_STOP_SECONDS
from rota.runs.active_run import CANCEL_GRACE_SECONDS, ActiveRun
from rota.runs.blocked_loop import BlockedLoop
from rota.runs.runner import new_run
from rota.runtime.process import run_process
from rota.runtime.signals import StopSignals
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition

_logger = logging.getLogger(__name__)


def run_slots(
    task: TaskDefinition,
    settings: Settings,
    slots: Sequence[int],
    *,
    keep_going: bool,
    on_ended: Callable[[RecordedRun], None],
) -> ExitCode:
    """Run `task` for each of `slots`, epoch times, in their order; return the first failure's code.

    A run that fails ends it, unless `keep_going`; one that is interrupted or stuck always does. A
    stop is that of a single run: 130 or 143 if slots are left. `on_ended` is called with each run.
    """
    backfill = _Backfill(task, App(settings), keep_going=keep_going, on_ended=on_ended)
    with protected_loggers():
        return run_process(backfill.run(slots))


class _Backfill:
    def __init__(
        self,
        task: TaskDefinition,
        app: App,
        *,
        keep_going: bool,
        on_ended: Callable[[RecordedRun], None],
    ) -> None:
        self._task = task
        self._app = app
        self._keep_going = keep_going
        self._on_ended = on_ended
        self._stop = Stop()
        self._runner = app.runner(self._stop)
        self._blocked = BlockedLoop(self._runner, app.close_observers)

    async def run(self, slots: Sequence[int]) -> ExitCode:
        grace_seconds = self._app.settings.grace_seconds
        loop = asyncio.get_running_loop()

        def stop_soon(number: int) -> None:
            loop.call_soon_threadsafe(self._stop.request, number)

        signals = StopSignals(
            stop_soon,
            hard_stop_seconds=grace_seconds + HARD_STOP_SECONDS,
            on_hard_stop=self._blocked.stop,
        )
        with signals:
            stuck, exit_code = await self._run_each(slots)
            signals.settle(exit_code)
            await self._app.close(client=not stuck)
        return exit_code

    async def _run_each(self, slots: Sequence[int]) -> tuple[bool, ExitCode]:
        """Return whether a run is stuck, and the exit code."""
        first = ExitCode.SUCCEEDED
        for slot in slots:
            if self._stop.requested:
                return False, first or exit_code_of_signal(self._stop.signal_number)
            record = await self._run_one(slot)
            self._on_ended(recorded_end(record))
            first = first or record.exit_code
            if record.stuck or record.outcome is Outcome.INTERRUPTED:
                return record.stuck, first
            if record.exit_code and not self._keep_going:
                break
        return False, first

    async def _run_one(self, slot: int) -> RunRecord:
        ended: asyncio.Future[RunRecord] = asyncio.get_running_loop().create_future()
        run = new_run(self._task, Trigger.BACKFILL, instant(slot), clock=self._app.clock)
        self._blocked.end_process_after(
            self._task.timeout_seconds + CANCEL_GRACE_SECONDS + HARD_STOP_SECONDS
        )
        try:
            active = self._runner.start(
                self._task,
                run,
                on_decided=lambda *_: self._blocked.disarm(),
                on_ended=lambda _, record: ended.set_result(record),
            )
            stopping = asyncio.create_task(self._interrupt_after_a_stop(active))
            record = await ended
            stopping.cancel()
        finally:
            self._blocked.disarm()
        return record

    async def _interrupt_after_a_stop(self, active: ActiveRun) -> None:
        await self._stop.wait()
        grace_seconds = self._app.settings.grace_seconds
        _logger.info("stop.requested", extra={"grace_seconds": grace_seconds})
        await asyncio.sleep(grace_seconds)
        active.interrupt("stopped")
