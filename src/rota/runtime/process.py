"""The event loop of a process, from its start to its end, whatever a task has left behind."""

import asyncio
import gc
import logging
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rota.model.exit_codes import ExitCode
from rota.model.plain import plain_repr
from rota.runtime.shutdown import deadlines

_logger = logging.getLogger(__name__)

# What tasks and asynchronous generators that are left get to end by themselves.
_LEFTOVER_SECONDS = 1.0


def run_process(main: Coroutine[Any, Any, ExitCode]) -> ExitCode:
    """Run `main` in a new event loop and return the exit code that it returns.

    A coroutine that is left and swallows its cancellation is passed over; threads that are left
    are the business of `shutdown.end_process`.
    """
    # What has been imported stays until the end, and need not be searched, not even at the end.
    gc.freeze()
    gc.enable()
    # Now, since later a task may have left no thread to be had.
    deadlines.start()
    # Not asyncio.Runner, which starts a thread at the end and waits for others without a limit.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(thread_name_prefix="rota-executor")
    loop.set_default_executor(executor)
    try:
        return _run_through(loop, main)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        _close(loop)


def _run_through(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, ExitCode]) -> ExitCode:
    task = loop.create_task(main)
    while True:
        try:
            return loop.run_until_complete(task)
        except (SystemExit, KeyboardInterrupt) as error:
            # asyncio lets these out of any task, such as one that a rota task has started; what
            # awaits that one is told too, and this is not the end of the process.
            if task.done():
                raise
            _logger.error("process.exit_refused", extra={"error": plain_repr(error)})  # noqa: TRY400 (told there)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End what is left in `loop`; the exit code is decided, and nothing here may change it."""
    try:
        if loop.run_until_complete(_tasks_end()):
            loop.close()
    except BaseException:
        _logger.warning("process.close_failed", exc_info=True)
    finally:
        asyncio.set_event_loop(None)


async def _tasks_end() -> bool:
    loop = asyncio.get_running_loop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    generators = asyncio.ensure_future(loop.shutdown_asyncgens())
    _, pending = await asyncio.wait({*others, generators}, timeout=_LEFTOVER_SECONDS)
    return not pending
