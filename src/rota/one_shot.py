"""`rota run TASK`: one run of one task as a process, from its settings to its exit code."""

import asyncio
import logging
import math
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, Self

from rota.api.factory import make_client
from rota.logs.own_loggers import kept_loggers
from rota.model.clock import Clock, SystemClock
from rota.model.context import Stop
from rota.model.errors import SettingsError
from rota.model.events import RunFinished, RunHook, RunStarted, tell
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, exit_code_of_signal
from rota.model.run import Run, RunRecord, Trigger
from rota.observers.run_log import log_run_event
from rota.observers.termination_message import TerminationMessage, write_message
from rota.runs.active_run import CANCEL_GRACE_SECONDS, ActiveRun, new_run
from rota.runs.slot import slot_of_job
from rota.runtime.process import run_process
from rota.runtime.shutdown import Deadline, deadlines, do_briefly, end_now
from rota.runtime.signals import StopSignals
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition
from rota.tasks.job_deadline import active_deadline_seconds

# Beyond the grace and the cancellation: still below terminationGracePeriodSeconds = grace + 5.
_HARD_STOP_SECONDS = CANCEL_GRACE_SECONDS + 1.0
_CLOSE_SECONDS = 1.0
# terminationGracePeriodSeconds beyond the grace.
_KUBERNETES_EXTRA_SECONDS = 5

_logger = logging.getLogger(__name__)


def run_task(task: TaskDefinition, settings: Settings) -> ExitCode:
    """Run `task` to completion and return the code that the process should end with.

    A task that blocks the event loop beyond its timeout ends the process from here.
    """
    clock = SystemClock()
    run = run_of_pod(task, settings, clock)
    hooks: list[RunHook] = [
        log_run_event,
        TerminationMessage(Path(settings.termination_message_path)),
    ]
    client = make_client(settings)
    with kept_loggers(), _BlockedLoop(run, task, settings) as watch:
        return run_process(
            _run(task, run, client, settings=settings, clock=clock, hooks=hooks, watch=watch)
        )


def run_of_pod(task: TaskDefinition, settings: Settings, clock: Clock) -> Run:
    """Return this process's run: scheduled where a Job's name tells a slot, else manual."""
    shard_index, shard_count = _shard_of_pod(task, settings.completion_index)
    slot = slot_of_job(
        settings.job_name,
        settings.cronjob_name,
        now=clock.timestamp(),
        longest_age_seconds=_longest_job_age_seconds(task, settings),
    )
    return new_run(
        task,
        Trigger.SCHEDULE if slot else Trigger.MANUAL,
        slot,
        clock=clock,
        identity=settings.job_uid or None,
        shard_index=shard_index,
        shard_count=shard_count,
        attempt=settings.job_attempt,
    )


def _shard_of_pod(task: TaskDefinition, completion_index: int | None) -> tuple[int, int]:
    if completion_index is None or task.shards == 1:
        # Nobody else does the rest: a run by hand does all of it.
        return 0, 1
    if completion_index >= task.shards:
        raise SettingsError(
            f"JOB_COMPLETION_INDEX: {completion_index} is no share of task {task.name!r}, which "
            f"has {task.shards} shards, counted from 0; let the Job have as many completions"
        )
    return completion_index, task.shards


def _longest_job_age_seconds(task: TaskDefinition, settings: Settings) -> float:
    """Return how long after its slot a pod of the task's CronJob can still be running."""
    # An `@every` has no startingDeadlineSeconds: its newest tick is younger than the interval.
    window_seconds = max(task.catch_up_seconds, task.interval_seconds or 0)
    return window_seconds + active_deadline_seconds(
        timeout_seconds=task.timeout_seconds,
        backoff_limit=task.backoff_limit,
        termination_grace_seconds=math.ceil(settings.grace_seconds) + _KUBERNETES_EXTRA_SECONDS,
    )


async def _run(
    task: TaskDefinition,
    run: Run,
    client: Any,
    *,
    settings: Settings,
    clock: Clock,
    hooks: list[RunHook],
    watch: "_BlockedLoop",
) -> ExitCode:
    loop = asyncio.get_running_loop()
    stop = Stop()
    result: asyncio.Future[RunRecord] = loop.create_future()

    def stop_soon(signal_number: int) -> None:
        loop.call_soon_threadsafe(stop.request, signal_number)

    signals = StopSignals(
        stop_soon,
        hard_stop_seconds=settings.grace_seconds + _HARD_STOP_SECONDS,
        on_hard_stop=watch.tell_of_stop,
    )
    with signals:
        lateness = max(0.0, clock.timestamp() - run.slot.timestamp()) if run.slot else 0.0
        tell(hooks, RunStarted(run, lateness))
        active = ActiveRun(
            task,
            run,
            client,
            clock=clock,
            stop=stop,
            on_result=lambda _, end: result.set_result(end),
        )
        stopping = asyncio.create_task(_interrupt_after(stop, settings.grace_seconds, active))
        end = await result
        signals.decide(end.exit_code)
        watch.disarm()
        stopping.cancel()
        tell(hooks, RunFinished(end))
        signals.settle(end.exit_code)
        if not end.stuck:
            await _close(client)
    return end.exit_code


async def _close(client: Any) -> None:
    # The work is done: an application's own close() must not make another end of it.
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await client.close()
    except (Exception, SystemExit):
        _logger.warning("client.close_failed", exc_info=True)


async def _interrupt_after(stop: Stop, grace_seconds: float, active: ActiveRun) -> None:
    await stop.wait()
    _logger.info("stop.requested", extra={"grace_seconds": grace_seconds})
    await asyncio.sleep(grace_seconds)
    active.interrupt("stopped")


class _BlockedLoop:
    """Tells, from other threads, of a task that blocks the event loop and so cannot be ended.

    While entered, such a task's process is ended soon after the task's timeout.
    """

    def __init__(self, run: Run, task: TaskDefinition, settings: Settings) -> None:
        self._run = run
        self._message_path = Path(settings.termination_message_path)
        self._loop_thread_id = threading.get_ident()
        self._after_seconds = task.timeout_seconds + CANCEL_GRACE_SECONDS + _HARD_STOP_SECONDS
        self._deadline: Deadline | None = None

    def __enter__(self) -> Self:
        self._deadline = deadlines.call_after(self._after_seconds, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        self.disarm()

    def disarm(self) -> None:
        """Let the process go on, since the end of the run is decided."""
        if self._deadline is not None:
            self._deadline.cancel()

    def tell_of_stop(self, signal_number: int) -> None:
        """Log the end of a run that a stop did not get through to."""
        self._tell(Outcome.INTERRUPTED, exit_code_of_signal(signal_number), "stopped")

    def _end(self) -> None:
        self._tell(Outcome.TIMED_OUT, ExitCode.TIMED_OUT, "timed out")
        end_now(ExitCode.TIMED_OUT)

    def _tell(self, outcome: Outcome, exit_code: ExitCode, reason: str) -> None:
        frame = sys._current_frames().get(self._loop_thread_id)  # noqa: SLF001 (the documented way)
        stack = "".join(traceback.format_stack(frame)) if frame else "unknown"
        facts = {
            **self._run.facts(),
            "outcome": outcome.value,
            "exit_code": int(exit_code),
            "reason": f"{reason}, and the task blocks the event loop",
        }
        write_message(self._message_path, facts)
        extra = {**facts, "blocked_by": stack, "stuck": True}
        do_briefly(lambda: _logger.error("run.finished", extra=extra))
