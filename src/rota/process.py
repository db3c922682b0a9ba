"""The end of a process: with the right exit code, whatever a task has left behind."""

import asyncio
import gc
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rota import streams
from rota.exit_codes import ExitCode
from rota.plain import plain_repr

_logger = logging.getLogger(__name__)

# What tasks and threads that are left get to end by themselves.
_LEFTOVER_SECONDS = 1.0


def run_process(main: Coroutine[Any, Any, ExitCode]) -> ExitCode:
    """Run `main` in a new event loop and return the exit code that it returns.

    Where something would keep the process from ending (a coroutine that swallows its cancellation,
    a thread that goes on), the process is ended here and now, with that code.
    """
    # What has been imported stays until the end, and need not be searched, not even at the end.
    gc.freeze()
    gc.enable()
    with asyncio.Runner() as runner:
        # Our own, since Python 3.11 waits for the threads of asyncio's without a limit.
        executor = ThreadPoolExecutor(thread_name_prefix="rota-executor")
        runner.get_loop().set_default_executor(executor)
        exit_code = _run_through(runner.get_loop(), main)
        executor.shutdown(wait=False, cancel_futures=True)
        if not runner.run(_tasks_end()) or not _threads_end():
            end_process(exit_code)
    return exit_code


def _run_through(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, ExitCode]) -> ExitCode:
    task = loop.create_task(main)
    while True:
        try:
            return loop.run_until_complete(task)
        except (SystemExit, KeyboardInterrupt) as error:
            # asyncio lets these out of any task, such as one that a rota task has started; whoever
            # awaits that one is told too, and this is not the end of the process.
            if task.done():
                raise
            _logger.error("process.exit_refused", extra={"error": plain_repr(error)})  # noqa: TRY400 (told there)


def end_process(exit_code: int) -> None:
    """End the process at once, with what was written so far flushed."""
    do_briefly(logging.shutdown)
    do_briefly(streams.flush)
    os._exit(exit_code)


def do_briefly(action: Callable[[], None]) -> None:
    """Call `action` and return when it is done, or after a moment where it gets stuck.

    Whoever reads the logs may have stalled, and the main thread then holds the locks that a log
    line needs.
    """
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    thread.join(_LEFTOVER_SECONDS)


async def _tasks_end() -> bool:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if not others:
        return True
    for task in others:
        task.cancel()
    _, pending = await asyncio.wait(others, timeout=_LEFTOVER_SECONDS)
    return not pending


def _threads_end() -> bool:
    others = [
        thread
        for thread in threading.enumerate()
        if not thread.daemon and thread is not threading.main_thread()
    ]
    for thread in others:
        thread.join(_LEFTOVER_SECONDS / len(others))
    return not any(thread.is_alive() for thread in others)
