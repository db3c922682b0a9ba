"""Child processes that a task forks, in which nothing of rota may go on.

A forked child has a copy of the whole process, including the event loop and the current run. It
ends as soon as it leaves the task's code, in whatever way. Standard library only. The signal
handlers are reset in `rota.runtime.signals`.
"""

import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any, Never

from rota.runtime import streams

_FAILED = 1
_WENT_ON = (
    "rota: error: a forked child went on into the event loop of its parent, and was ended; "
    "end it with os._exit(), or use multiprocessing\n"
)


@contextlib.contextmanager
def ending_children() -> Iterator[None]:
    """End a child that was forked in the body when it leaves the body.

    Its exit code is that of its SystemExit, 1 for another error, else 0, as in Python.
    """
    process_id = os.getpid()
    try:
        yield
    except BaseException as error:
        if os.getpid() != process_id:
            _end_child(error)
        raise
    if os.getpid() != process_id:
        _end_child(None)


def _end_child(error: BaseException | None) -> Never:
    exit_code = 0
    with contextlib.suppress(Exception):
        if isinstance(error, SystemExit):
            exit_code = _code_of(error)
        elif error is not None:
            exit_code = _FAILED
            traceback.print_exception(error)
    streams.flush()
    os._exit(exit_code)


def _code_of(error: SystemExit) -> int:
    if error.code is None or isinstance(error.code, int):
        return (error.code or 0) & 0xFF
    print(error.code, file=sys.stderr)  # noqa: T201 (what Python does with it)
    return _FAILED


class _AtFork(threading.local):
    """What the forking thread knows, in both processes."""

    loop: Any = None

    def before(self) -> None:
        # Both processes would write what is buffered.
        streams.flush()
        asyncio = sys.modules.get("asyncio.events")
        self.loop = asyncio._get_running_loop() if asyncio else None  # noqa: SLF001 (asks, raises nothing)

    def in_child(self) -> None:
        if self.loop is not None:
            self.loop.call_soon(_end_in_loop)


def _end_in_loop() -> Never:
    os.write(2, _WENT_ON.encode())
    os._exit(_FAILED)


_at_fork = _AtFork()
os.register_at_fork(before=_at_fork.before, after_in_child=_at_fork.in_child)
