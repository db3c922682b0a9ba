"""`rota run TASK`: one run of one task as a process, from its settings to its exit code."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from rota.api.factory import make_client
from rota.logs.own_loggers import kept_loggers
from rota.model.clock import SystemClock
from rota.model.context import Stop
from rota.model.exit_codes import ExitCode
from rota.model.run import Run, RunRecord
from rota.observers.run_log import log_run_event
from rota.observers.termination_message import TerminationMessage
from rota.runs.active_run import CANCEL_GRACE_SECONDS, ActiveRun
from rota.runs.blocked_loop import BlockedLoop
from rota.runs.bus import EventBus
from rota.runs.pod import run_of_pod
from rota.runs.runner import Runner
from rota.runtime.process import run_process
from rota.runtime.signals import StopSignals
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition

# Beyond the grace and the cancellation: still below terminationGracePeriodSeconds = grace + 5.
_HARD_STOP_SECONDS = CANCEL_GRACE_SECONDS + 1.0
_CLOSE_SECONDS = 1.0

_logger = logging.getLogger(__name__)


def run_task(task: TaskDefinition, settings: Settings) -> ExitCode:
    """Run `task` to completion and return the code that the process should end with.

    A task that blocks the event loop beyond its timeout ends the process from here.
    """
    clock = SystemClock()
    run = run_of_pod(task, settings, clock)
    stop = Stop()
    client = make_client(settings)
    # The message first: it needs no lock that a task which blocks the loop may hold.
    message = TerminationMessage(Path(settings.termination_message_path))
    runner = Runner(client, clock=clock, stop=stop, bus=EventBus([message, log_run_event]))
    blocked = BlockedLoop(runner).end_process_after(
        task.timeout_seconds + CANCEL_GRACE_SECONDS + _HARD_STOP_SECONDS
    )
    with kept_loggers():
        try:
            main = _run(
                task, run, runner, client=client, stop=stop, blocked=blocked, settings=settings
            )
            return run_process(main)
        finally:
            blocked.disarm()


async def _run(
    task: TaskDefinition,
    run: Run,
    runner: Runner,
    *,
    client: Any,
    stop: Stop,
    blocked: BlockedLoop,
    settings: Settings,
) -> ExitCode:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[RunRecord] = loop.create_future()

    def stop_soon(signal_number: int) -> None:
        loop.call_soon_threadsafe(stop.request, signal_number)

    signals = StopSignals(
        stop_soon,
        hard_stop_seconds=settings.grace_seconds + _HARD_STOP_SECONDS,
        on_hard_stop=blocked.stop,
    )

    def decide(_: ActiveRun, record: RunRecord) -> None:
        signals.decide(record.exit_code)
        blocked.disarm()

    with signals:
        active = runner.start(
            task, run, on_decided=decide, on_ended=lambda _, record: ended.set_result(record)
        )
        stopping = asyncio.create_task(_interrupt_after(stop, settings.grace_seconds, active))
        record = await ended
        stopping.cancel()
        signals.settle(record.exit_code)
        if not record.stuck:
            await _close(client)
    return record.exit_code


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
