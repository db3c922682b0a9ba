"""One active run: the task's coroutine, its timeout, its cancellation and its end.

The end is decided here, from outside the coroutine, so that the run of a task which swallows its
cancellation or never returns ends too, and frees its slot for what the overlap policy allows.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from typing import Any

from rota.model.clock import Clock
from rota.model.context import Execution, Stop, StopRequested, Tracing, enter
from rota.model.events import RunEvent
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, exit_code_of_signal
from rota.model.plain import plain_counts, plain_repr
from rota.model.run import Run, RunRecord
from rota.runs.invocation import invoke
from rota.runs.leftovers import note_end
from rota.runs.verdict import (
    RETURNED_NOTHING,
    SUCCEEDED,
    TIMED_OUT,
    Returned,
    Verdict,
    read_returned,
    verdict_on,
)
from rota.runtime.forks import ending_children
from rota.tasks.definition import TaskDefinition

# A cancelled task has this long to clean up. With the grace it is below Kubernetes' limit.
CANCEL_GRACE_SECONDS = 3.0

_logger = logging.getLogger(__name__)


class TaskExitedError(Exception):
    """The task called sys.exit, or raised KeyboardInterrupt: it ends the run, not the process."""


class ActiveRun:
    """A run from its start to its end. Make it inside a running event loop."""

    def __init__(
        self,
        task: TaskDefinition,
        run: Run,
        api_client: Any,
        *,
        clock: Clock,
        stop: Stop,
        publish: Callable[[RunEvent], None],
        on_end: Callable[["ActiveRun", RunRecord], None],
        on_returned: Callable[["ActiveRun"], None],
        tracing: Tracing | None = None,
    ) -> None:
        """Start the task now.

        The run's HTTP client passes its attempts to `publish`. `on_end` is called once, when the
        end is decided; `on_returned` when the task has returned: later for a stuck one, or never.
        """
        loop = asyncio.get_running_loop()
        self.run = run
        self.stuck = False
        self._loop = loop
        self._on_end = on_end
        self._on_returned = on_returned
        self._started_at = clock.timestamp()
        scheduled = run.slot is not None and not run.trigger.is_by_hand
        slot_seconds = run.slot.timestamp() if run.slot and scheduled else self._started_at
        self.lateness_seconds = max(0.0, self._started_at - slot_seconds)
        self._started_loop_seconds = loop.time()
        self._decided = False
        self._cause: tuple[Outcome, str | None] | None = None
        deadline = self._started_loop_seconds + task.timeout_seconds
        self._execution = Execution(
            run, stop, deadline, task.concurrency, self._started_at, publish=publish, task=task
        )
        context = contextvars.copy_context()
        context.run(enter, self._execution)
        if tracing is not None:
            context.run(tracing.enter, self._execution)
        self._coroutine = loop.create_task(
            _guard(task, run, api_client), name=f"rota:{task.name}", context=context
        )
        self._coroutine.add_done_callback(self._ended)
        self._timer = loop.call_at(deadline, self._expire)

    def interrupt(self, reason: str) -> None:
        """Cancel the run; it ends as interrupted."""
        self._cancel(Outcome.INTERRUPTED, reason)

    def _expire(self) -> None:
        self._cancel(Outcome.TIMED_OUT, None)

    def _cancel(self, outcome: Outcome, reason: str | None) -> None:
        if self._cause is not None or self._coroutine.done():
            return
        self._cause = (outcome, reason)
        self._timer.cancel()
        self._timer = self._loop.call_later(CANCEL_GRACE_SECONDS, self._give_up)
        self._coroutine.cancel()

    def _give_up(self) -> None:
        if not self._decided:
            self.stuck = True
            self._finish(None)

    def _ended(self, coroutine: asyncio.Task[Any]) -> None:
        self._timer.cancel()
        was_stuck, self.stuck = self.stuck, False
        if coroutine.cancelled():
            error: BaseException | None = _cancellation(coroutine)
        else:
            error = coroutine.exception()
        note_end(self._execution)
        try:
            if not self._decided:
                self._finish(error, coroutine)
            elif was_stuck:
                fields = {"task": self.run.task, "run_id": self.run.run_id}
                _logger.info("run.unstuck", extra=fields)
        finally:
            self._on_returned(self)

    def end_from_outside(
        self, outcome: Outcome, exit_code: ExitCode, reason: str, blocked_by: str
    ) -> RunRecord | None:
        """Decide the end from another thread, since the event loop is blocked.

        Return None if it is already decided.
        """
        if self._decided:
            return None
        self._decided = self.stuck = True
        return RunRecord(
            run=self.run,
            outcome=outcome,
            exit_code=exit_code,
            started_at=self._started_at,
            duration_seconds=None,
            lateness_seconds=self.lateness_seconds,
            reason=reason,
            counts=plain_counts(self._execution.counts)[0],
            stuck=True,
            blocked_by=blocked_by,
        )

    def _finish(
        self, error: BaseException | None, coroutine: asyncio.Task[Any] | None = None
    ) -> None:
        self._decided = True
        returned = RETURNED_NOTHING
        if coroutine is not None and error is None:
            returned = self._read(coroutine.result())
        verdict = self._verdict(error)
        result = RunRecord(
            run=self.run,
            outcome=verdict.outcome,
            exit_code=verdict.exit_code,
            started_at=self._started_at,
            duration_seconds=self._loop.time() - self._started_loop_seconds,
            lateness_seconds=self.lateness_seconds,
            reason=verdict.reason,
            traceback=verdict.traceback,
            counts=plain_counts(self._execution.counts)[0],
            stuck=self.stuck,
            note=returned.note,
            retry_after_seconds=verdict.retry_after_seconds,
        )
        self._on_end(self, result)

    def _read(self, value: object) -> Returned:
        returned = read_returned(value)
        if returned is RETURNED_NOTHING:
            return returned
        self._execution.counts.update(returned.counts)
        fields = {"task": self.run.task, "run_id": self.run.run_id}
        if returned.problem is not None:
            extra = {**fields, "reason": returned.problem}
            _logger.warning("run.counts_unreadable", extra=extra)
        if returned.ignored is not None:
            extra = {**fields, "returned": returned.ignored}
            _logger.warning("run.result_ignored", extra=extra)
        return returned

    def _verdict(self, error: BaseException | None) -> Verdict:
        interrupted = exit_code_of_signal(self._execution.stop.signal_number)
        if self._cause is not None:
            outcome, reason = self._cause
            if outcome is Outcome.TIMED_OUT:
                return TIMED_OUT
            return Verdict(outcome, interrupted, reason)
        if self._execution.work_refused or isinstance(error, StopRequested):
            return Verdict(Outcome.INTERRUPTED, interrupted, "stopped")
        if error is None:
            return SUCCEEDED
        verdict = verdict_on(error)
        out_of_reach = verdict.exit_code is ExitCode.API_UNAVAILABLE
        if out_of_reach and not self._execution.remaining_seconds():
            # The client's last attempt ends at the run's deadline, a moment before the timer.
            return TIMED_OUT
        return verdict


def _cancellation(coroutine: asyncio.Task[Any]) -> BaseException:
    try:
        coroutine.result()
    except asyncio.CancelledError as error:
        return error
    raise AssertionError("unreachable: the task was cancelled")


async def _guard(task: TaskDefinition, run: Run, api_client: Any) -> Any:
    # asyncio lets these two through to the caller that runs the loop (python/cpython#102572).
    try:
        with ending_children():
            return await invoke(task, run, api_client)
    except SystemExit as error:
        raise TaskExitedError(f"the task called sys.exit({plain_repr(error.code)})") from error
    except KeyboardInterrupt as error:
        raise TaskExitedError("the task raised KeyboardInterrupt") from error
