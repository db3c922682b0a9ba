"""The end of a process: Python's own shutdown in its order, but bounded. Standard library only.

Python waits without a limit for threads and for `atexit` functions, and resets the signal handlers
before it is done. Here each step has a time limit, and nothing changes the exit code.
"""

import atexit
import contextlib
import gc
import io
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Never

from rota.runtime import streams

# Time limits for threads and child processes, and then for `atexit` functions.
_LEFTOVER_SECONDS = 1.0
_AT_EXIT_SECONDS = 1.5
# After the end of the children, for the threads that wait for them.
_AFTER_CHILDREN_SECONDS = 0.2
_BRIEFLY_SECONDS = 1.0
# Even after the deadline of a stop there is this long to flush.
_SHORTEST_END_SECONDS = 0.2
_STANDARD_STREAMS = 3


class Deadline:
    """An action for a point in time, unless it is cancelled before."""

    def __init__(self, at: float, action: Callable[[], object]) -> None:
        self.at = at
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """Do not run the action."""
        self.cancelled = True


class Deadlines:
    """Runs actions at their time, in one daemon thread.

    Start it before a task runs, which may use up all threads. `call_after` may be called from a
    signal handler, since SimpleQueue is reentrant.
    """

    def __init__(self) -> None:
        self._added: queue.SimpleQueue[Deadline] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def start(self) -> bool:
        """Start the thread, if it does not run yet; return whether it runs."""
        if self._thread is None:
            thread = threading.Thread(target=self._work, name="rota-deadlines", daemon=True)
            try:
                thread.start()
            except (RuntimeError, MemoryError):
                return False
            self._thread = thread
        return True

    def call_after(self, seconds: float, action: Callable[[], object]) -> Deadline:
        """Call `action` after `seconds`, in the thread, or without one in a signal handler."""
        deadline = Deadline(time.monotonic() + seconds, action)
        if self.start():
            self._added.put(deadline)
        else:
            _call_on_alarm(seconds, deadline)
        return deadline

    def forget(self) -> None:
        """Start afresh in a forked child, which does not have the thread."""
        self.__init__()  # type: ignore[misc]  # nothing of the old one may be kept

    def _work(self) -> None:
        waiting: list[Deadline] = []
        while True:
            waiting = [each for each in waiting if not each.cancelled]
            soonest = min((each.at for each in waiting), default=None)
            timeout = None if soonest is None else max(0.0, soonest - time.monotonic())
            with contextlib.suppress(queue.Empty):
                waiting.append(self._added.get(timeout=timeout))
                continue
            due = [each for each in waiting if each.at <= time.monotonic()]
            waiting = [each for each in waiting if each not in due]
            for each in due:
                if not each.cancelled:
                    _attempt(each.action)


deadlines = Deadlines()
os.register_at_fork(after_in_child=deadlines.forget)

_latest_end = float("inf")


def end_within(seconds: float) -> None:
    """Limit the end of this process to `seconds` from now."""
    global _latest_end  # noqa: PLW0603 (there is one process)
    _latest_end = time.monotonic() + seconds


def end_process(exit_code: int) -> Never:
    """Shut Python down in its usual order, with time limits, and exit. Main thread only.

    First it waits for non-daemon threads and the workers of executors, then it runs `atexit`
    functions, then it flushes. What exceeds its time limit is abandoned; child processes of
    `multiprocessing` are terminated.
    """
    allowed = _LEFTOVER_SECONDS + _AT_EXIT_SECONDS
    allowed = max(_SHORTEST_END_SECONDS, min(allowed, _latest_end - time.monotonic()))
    # The last one first: without a thread there is only one alarm, and it is for this.
    deadlines.call_after(allowed, lambda: end_now(exit_code))
    leftover = allowed * _LEFTOVER_SECONDS / (_LEFTOVER_SECONDS + _AT_EXIT_SECONDS)
    if deadlines.start():
        deadlines.call_after(leftover, end_children)
    _end_threads(leftover + _AFTER_CHILDREN_SECONDS)
    _attempt(atexit._run_exitfuncs)  # noqa: SLF001 (what Python itself calls, and multiprocessing)
    _attempt(_flush_files)
    end_children(signal.SIGKILL)
    _attempt(streams.flush)
    os._exit(exit_code)


def end_now(exit_code: int) -> Never:
    """End the process from any thread, after trying to flush."""
    logging = sys.modules.get("logging")
    if logging is not None:
        do_briefly(logging.shutdown)
    do_briefly(streams.flush)
    end_children(signal.SIGKILL)
    os._exit(exit_code)


def do_briefly(action: Callable[[], object]) -> None:
    """Call `action`; return when it is done, or after a moment if it hangs.

    If the reader of the logs stalls, the main thread holds the locks that a log line needs.
    """
    thread = threading.Thread(target=_attempt, args=(action,), daemon=True)
    try:
        thread.start()
    except (RuntimeError, MemoryError):
        # There is no thread left: better without a limit than not at all.
        _attempt(action)
        return
    thread.join(_BRIEFLY_SECONDS)


def end_children(signal_number: int = signal.SIGTERM) -> None:
    """Send a signal to the running child processes of `multiprocessing`.

    The workers of a process pool would otherwise wait for their parent for ever.
    """
    multiprocessing = sys.modules.get("multiprocessing.process")
    if multiprocessing is None:
        return
    for child in multiprocessing.active_children():
        with contextlib.suppress(OSError, ValueError, TypeError):
            os.kill(child.pid, signal_number)


def _end_threads(seconds: float) -> None:
    waiting = threading.Thread(target=_attempt, args=(_wait_for_threads,), daemon=True)
    try:
        waiting.start()
    except (RuntimeError, MemoryError):
        for thread in _threads_left():
            thread.join(seconds / threading.active_count())
        return
    waiting.join(seconds)


def _wait_for_threads() -> None:
    """Do what threading._shutdown does, which would also wait for the main thread.

    First it asks the workers of executors to end.
    """
    for callback in reversed(threading._threading_atexits):  # type: ignore[attr-defined]  # noqa: SLF001 (has no public name)
        _attempt(callback)
    for thread in _threads_left():
        thread.join()


def _threads_left() -> list[threading.Thread]:
    own = (threading.main_thread(), threading.current_thread())
    return [each for each in threading.enumerate() if not each.daemon and each not in own]


def _attempt(action: Callable[[], object]) -> None:
    """Call `action`; print what it raises, and go on."""
    try:
        action()
    except BaseException:  # noqa: BLE001 (even SystemExit: the exit code is decided)
        with contextlib.suppress(Exception):
            traceback.print_exc()


def _call_on_alarm(seconds: float, deadline: Deadline) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def ring(_: int, __: object) -> None:
        if not deadline.cancelled:
            deadline.action()

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))


def _flush_files() -> None:
    """Flush files that were left open, as Python does when it finalizes them."""
    if not _has_files():
        return
    gc.unfreeze()
    kinds = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
    left = [each for each in gc.get_objects() if issubclass(type(each), kinds)]
    # Text files first, since they write to the buffered files below.
    for each in sorted(left, key=lambda file: not isinstance(file, io.TextIOWrapper)):
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            each.flush()


def _has_files() -> bool:
    """Whether a file or a pipe is open besides the three standard streams."""
    folder = Path("/proc/self/fd")
    try:
        numbers = [int(name) for name in os.listdir(folder)]  # noqa: PTH208 (names alone)
    except OSError:
        return True
    for number in numbers:
        if number >= _STANDARD_STREAMS:
            with contextlib.suppress(OSError):
                if str((folder / str(number)).readlink()).startswith(("/", "pipe:")):
                    return True
    return False
