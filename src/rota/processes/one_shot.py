"""`rota run TASK`: one run of one task as a process, from its settings to its exit code."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from rota.app import App
from rota.logs.protection import protected_loggers
from rota.model.context import Stop
from rota.model.exit_codes import ExitCode
from rota.model.run import Run, RunRecord
from rota.observers.termination_message import TerminationMessage
from rota.processes import HARD_STOP_SECONDS
from rota.runs.active_run import CANCEL_GRACE_SECONDS, ActiveRun
from rota.runs.blocked_loop import BlockedLoop
from rota.runs.pod import run_of_pod, wait_before_retry_seconds
from rota.runs.runner import Runner
from rota.runtime.process import run_process
from rota.runtime.signals import StopSignals
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition

_logger = logging.getLogger(__name__)


def run_task(
    task: TaskDefinition,
    settings: Settings,
    *,
    slot: str | None = None,
    arguments: Sequence[str] = (),
) -> ExitCode:
    """Run `task` to completion and return the code that the process should end with.

    `slot` is an instant in RFC 3339, `arguments` are texts `name=value`; UsageError for either.

    A task that blocks the event loop beyond its timeout ends the process from here.
    """
    # The message first: it needs no lock that a task which blocks the loop may hold.
    app = App(settings, observers=[TerminationMessage(Path(settings.termination_message_path))])
    run = run_of_pod(task, settings, app.clock)
    if slot is not None or arguments:
        from rota.runs.manual import manual_run  # noqa: PLC0415 (a CronJob's pod needs none)

        run = manual_run(run, task, slot, arguments, app.clock)
    stop = Stop()
    runner = app.runner(stop)
    blocked = BlockedLoop(runner, app.close_observers).end_process_after(
        task.timeout_seconds + CANCEL_GRACE_SECONDS + HARD_STOP_SECONDS
    )
    with protected_loggers():
        try:
            return run_process(_run(task, run, runner, app=app, stop=stop, blocked=blocked))
        finally:
            blocked.disarm()


async def _run(
    task: TaskDefinition,
    run: Run,
    runner: Runner,
    *,
    app: App,
    stop: Stop,
    blocked: BlockedLoop,
) -> ExitCode:
    grace_seconds = app.settings.grace_seconds
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[RunRecord] = loop.create_future()

    def stop_soon(signal_number: int) -> None:
        loop.call_soon_threadsafe(stop.request, signal_number)

    signals = StopSignals(
        stop_soon,
        hard_stop_seconds=grace_seconds + HARD_STOP_SECONDS,
        on_hard_stop=blocked.stop,
    )

    def decide(_: ActiveRun, record: RunRecord) -> None:
        signals.decide(record.exit_code)
        blocked.disarm()

    with signals:
        active = runner.start(
            task, run, on_decided=decide, on_ended=lambda _, record: ended.set_result(record)
        )
        stopping = asyncio.create_task(_interrupt_after(stop, grace_seconds, active))
        record = await ended
        stopping.cancel()
        signals.settle(record.exit_code)
        await app.close(client=not record.stuck)
        if app.settings.job_name and not stop.requested:
            await _wait_before_retry(task, record, app.clock.timestamp())
    return record.exit_code


async def _wait_before_retry(task: TaskDefinition, record: RunRecord, now: float) -> None:
    """Let the Job make its next attempt later; a signal ends the process meanwhile."""
    seconds = wait_before_retry_seconds(task, record, now)
    if seconds:
        _logger.info("run.retry_waits", extra={"seconds": round(seconds, 3)})
        await asyncio.sleep(seconds)


async def _interrupt_after(stop: Stop, grace_seconds: float, active: ActiveRun) -> None:
    await stop.wait()
    _logger.info("stop.requested", extra={"grace_seconds": grace_seconds})
    await asyncio.sleep(grace_seconds)
    active.interrupt("stopped")
