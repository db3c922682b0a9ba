"""Process 1 of a container: it reaps orphans, and its one child does the work.

Orphans of a task's subprocesses become children of process 1, and stay zombies until it reaps them.
If the process that does the work did that, it could reap a child that `subprocess` or asyncio is
about to wait for. Standard library only.
"""

import os
import signal
import threading
from typing import Never

_EXIT_CODE_BASE = 128
# What the kernel sends itself (a terminal's Ctrl-C), it sends to the whole foreground group.
_FROM_KERNEL = 0x80
# Signals of a crash of this process itself are not forwarded.
_FAULTS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT}


def fork_as_init() -> set[signal.Signals]:
    """As process 1, go on in a child process and supervise it; else do nothing.

    Returns the signal mask to set once the signal handlers are installed; signals wait until then.
    """
    if os.getpid() != 1 or threading.active_count() > 1:
        return signal.pthread_sigmask(signal.SIG_BLOCK, ())  # type: ignore[return-value]
    forwarded = signal.valid_signals() - _FAULTS
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, forwarded)
    child = os.fork()
    if child:
        _look_after(child, forwarded)
    return mask  # type: ignore[return-value]  # of signals


def _look_after(child: int, forwarded: set[signal.Signals]) -> Never:
    while True:
        received = signal.sigwaitinfo(forwarded)
        if received.si_signo == signal.SIGCHLD:
            _reap(child)
        elif received.si_code != _FROM_KERNEL:
            os.kill(child, received.si_signo)


def _reap(child: int) -> None:
    """Reap all processes that have ended; exit with the child's exit code."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid == child:
            exit_code = os.waitstatus_to_exitcode(status)
            os._exit(exit_code if exit_code >= 0 else _EXIT_CODE_BASE - exit_code)
