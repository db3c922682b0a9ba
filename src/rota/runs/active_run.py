"""One run under way: the task's coroutine, its timeout, its cancellation and its end.

The end is decided here, from outside the coroutine, so that a task which swallows its cancellation
or never returns still ends as a fact, with its slot free for what the overlap policy allows.
"""

import asyncio
import contextvars
import logging
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from rota.model.clock import Clock, instant, rfc3339
from rota.model.context import Execution, Stop, StopRequested, enter
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, exit_code_of_signal
from rota.model.plain import plain_counts, plain_repr
from rota.model.run import Run, RunRecord, Trigger
from rota.runs.leftovers import note_end
from rota.runs.verdict import TIMED_OUT, Verdict, verdict_on
from rota.runtime.forks import ending_children
from rota.tasks.definition import TaskDefinition

# What a cancelled task gets to clean up in; with the grace it stays below Kubernetes' own limit.
CANCEL_GRACE_SECONDS = 3.0

_logger = logging.getLogger(__name__)

# For names, not for secrets. Its own, since a task may seed the random module's.
_random = random.Random()  # noqa: S311


class TaskExitedError(Exception):
    """The task called sys.exit, or raised KeyboardInterrupt: the run's end, not the process's."""


class ActiveRun:
    """A run from its start to its result. Make it inside a running event loop."""

    def __init__(
        self,
        task: TaskDefinition,
        run: Run,
        api_client: Any,
        *,
        clock: Clock,
        stop: Stop,
        on_result: Callable[["ActiveRun", RunRecord], None],
        on_gone: Callable[["ActiveRun"], None] | None = None,
    ) -> None:
        """Start the task now.

        `on_result` is called once, when the end is decided; `on_gone` once the task's coroutine
        has really ended, which for a stuck one is later or never.
        """
        loop = asyncio.get_running_loop()
        self.run = run
        self.stuck = False
        self._loop = loop
        self._on_result = on_result
        self._on_gone = on_gone
        self._started_at = clock.timestamp()
        self._started_loop_seconds = loop.time()
        self._decided = False
        self._cause: tuple[Outcome, str | None] | None = None
        deadline = self._started_loop_seconds + task.timeout_seconds
        self._execution = Execution(run, stop, deadline, task.concurrency, self._started_at)
        context = contextvars.copy_context()
        context.run(enter, self._execution)
        self._coroutine = loop.create_task(
            _guard(task, api_client), name=f"rota:{task.name}", context=context
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
        self.stuck = True
        self._decide(None)

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
                self._decide(error, coroutine)
            elif was_stuck:
                fields = {"task": self.run.task, "run_id": self.run.run_id}
                _logger.info("run.unstuck", extra=fields)
        finally:
            if self._on_gone is not None:
                self._on_gone(self)

    def _decide(
        self, error: BaseException | None, coroutine: asyncio.Task[Any] | None = None
    ) -> None:
        self._decided = True
        if coroutine is not None and error is None:
            self._count(coroutine.result())
        verdict = self._verdict(error)
        result = RunRecord(
            run=self.run,
            outcome=verdict.outcome,
            exit_code=verdict.exit_code,
            started_at=self._started_at,
            duration_seconds=self._loop.time() - self._started_loop_seconds,
            reason=verdict.reason,
            traceback=verdict.traceback,
            counts=plain_counts(self._execution.counts)[0],
            stuck=self.stuck,
        )
        self._on_result(self, result)

    def _count(self, returned: object) -> None:
        counts, problem = plain_counts(returned)
        self._execution.counts.update(counts)
        if problem is not None:
            fields = {"task": self.run.task, "run_id": self.run.run_id, "reason": problem}
            _logger.warning("run.counts_unreadable", extra=fields)

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
            return Verdict(Outcome.SUCCEEDED, ExitCode.SUCCEEDED)
        verdict = verdict_on(error)
        out_of_reach = verdict.exit_code is ExitCode.API_UNAVAILABLE
        if out_of_reach and not self._execution.remaining_seconds():
            # The client's last attempt ends at the run's own deadline, a moment before the timer.
            return TIMED_OUT
        return verdict


def _cancellation(coroutine: asyncio.Task[Any]) -> BaseException:
    try:
        coroutine.result()
    except asyncio.CancelledError as error:
        return error
    raise AssertionError("unreachable: the task was cancelled")


async def _guard(task: TaskDefinition, api_client: Any) -> Any:
    # asyncio lets these two through to whoever runs the loop (python/cpython#102572).
    try:
        with ending_children():
            return await task.handler(api_client)
    except SystemExit as error:
        raise TaskExitedError(f"the task called sys.exit({plain_repr(error.code)})") from error
    except KeyboardInterrupt as error:
        raise TaskExitedError("the task raised KeyboardInterrupt") from error


def new_run(
    task: TaskDefinition,
    trigger: Trigger,
    slot: datetime | None,
    *,
    clock: Clock,
    identity: str | None = None,
    **shard: Any,
) -> Run:
    """Return a Run with a fresh run id; `identity` stands in for a slot that there is not."""
    run_id = new_run_id(clock.timestamp())
    return Run(
        task=task.name,
        run_id=run_id,
        trigger=trigger,
        slot=slot,
        deadline=instant(clock.timestamp() + task.timeout_seconds),
        identity=rfc3339(slot) if slot else identity or run_id,
        **shard,
    )


def new_run_id(timestamp: float) -> str:
    """Return an id that sorts by time: seconds since the epoch and 40 random bits, in hex."""
    return f"{int(timestamp):08x}-{_random.getrandbits(40):010x}"
