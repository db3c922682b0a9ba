"""The event loop of a process, from its start to its end, and its garbage collection."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rota.model.exit_codes import ExitCode
from rota.model.plain import plain_repr
from rota.runtime import signals
from rota.runtime.shutdown import deadlines

_logger = logging.getLogger(__name__)

# Remaining tasks and asynchronous generators have this long to end.
_LEFTOVER_SECONDS = 1.0
# New objects between two collections of the youngest generation. Python's 700 is reached with every
# fourth run of a task: a tenth of the CPU time of a scheduler with many tasks.
_YOUNG_OBJECTS = 5_000


def run_process(
    main: Coroutine[Any, Any, ExitCode],
    *,
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
) -> ExitCode:
    """Run `main` in a new event loop and return the exit code that it returns.

    A remaining coroutine that swallows its cancellation is abandoned; `shutdown.end_process`
    deals with remaining threads.
    """
    # Imported modules stay until the end: the collector need not look at them.
    gc.freeze()
    gc.enable()
    # Now, since later a task may have used up all threads.
    deadlines.start()
    # Not asyncio.Runner, which starts a thread at the end and waits for others without a limit.
    loop = new_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(thread_name_prefix="rota-executor")
    loop.set_default_executor(executor)
    try:
        with _woken_by_signals(loop):
            return _run_through(loop, main)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        _close(loop)


def settle_garbage_collector() -> None:
    """Exempt the objects of now from collection, and look at new objects less often.

    What a scheduler has planned stays until its end. Call it once that is done.
    """
    gc.collect()
    gc.freeze()
    _, *older = gc.get_threshold()
    gc.set_threshold(_YOUNG_OBJECTS, *older)


@contextlib.contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let every signal wake `loop`, and be known where it is blocked.

    A handler runs once the main thread executes Python again. A signal that comes just before that
    waits, for events or in a blocking call, or to another thread, would not make it: its handler
    would wait for the next timer, or for the end of the call. The signal itself writes its number
    to a socket, which a thread reads.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)  # noqa: FBT003 (has no name)

    def read() -> None:
        while numbers := reader.recv(4096):
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(_do_nothing)
            for number in numbers:
                signals.arrived(number)

    thread = threading.Thread(target=read, name="rota-signals", daemon=True)
    with reader, writer:
        with contextlib.suppress(RuntimeError, MemoryError):  # no thread is to be had
            thread.start()
        previous = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(previous)
            writer.shutdown(socket.SHUT_RDWR)
            if thread.ident is not None:
                thread.join()


def _do_nothing() -> None:
    """Wake the loop: that is all."""


def _run_through(loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, ExitCode]) -> ExitCode:
    task = loop.create_task(main)
    while True:
        try:
            return loop.run_until_complete(task)
        except (SystemExit, KeyboardInterrupt) as error:
            # asyncio lets these out of any task, such as one that a rota task has started; what
            # awaits that one gets it too, and this is not the end of the process.
            if task.done():
                raise
            _logger.error("process.exit_refused", extra={"error": plain_repr(error)})  # noqa: TRY400 (the task's own failure is logged there)


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
