"""stdin, stdout and stderr, which may be closed, cut off or full. Standard library only."""

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator

_STANDARD_STREAMS = 3


def open_missing() -> None:
    """Open the missing ones of the three, on /dev/null.

    The next file or socket would otherwise get the number of a missing stream, and its output.
    """
    for number in range(_STANDARD_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 (no keyword)
    sys.stdin = sys.stdin or os.fdopen(0, "r", encoding="utf-8")
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8")


class _EditedStream(io.TextIOWrapper):
    """A text stream that passes what is written through a function first."""

    edit: Callable[[str], str]
    below: io.TextIOWrapper

    def write(self, text: str, /) -> int:
        super().write(self.edit(text))
        return len(text)


def edit_output(edit: Callable[[str], str]) -> None:
    """Pass everything that is written to stdout and stderr as text through `edit`.

    The safety net below logging: an application's handlers, formatters and print calls write here.
    What is written to the binary buffers, or by other processes, is not edited.
    """
    for name in ("stdout", "stderr"):
        old = getattr(sys, name)
        if not isinstance(old, io.TextIOWrapper) or isinstance(old, _EditedStream):
            continue
        old.flush()
        new = _EditedStream(
            old.buffer,
            encoding=old.encoding,
            # A terminal may take less than a task's reason has, or the end of a cell that was cut.
            errors="replace" if old.errors == "strict" else old.errors,
            line_buffering=old.line_buffering,
            write_through=old.write_through,
        )
        new.edit = edit
        new.below = old  # collected, it would close what both write to
        setattr(sys, name, new)


@contextlib.contextmanager
def stdout_on_stderr() -> Iterator[None]:
    """Redirect stdout to stderr in the body, for child processes too.

    A command's stdout has its result only, not what modules print while they are imported.
    """
    stdout = sys.stdout
    flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        flush()
        # Unless the body has replaced it.
        if sys.stdout is sys.stderr:
            sys.stdout = stdout
        os.dup2(kept, 1)
        os.close(kept)


def refuses_colour() -> bool:
    """Whether colour is switched off (no-color.org), or the terminal does not have it."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def flush() -> None:
    """Flush stdout and stderr; drop what cannot be written any more.

    Python would try again at exit, and then exit with 120.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, RuntimeError, AttributeError):
            _drop(stream)


def _drop(stream: object) -> None:
    try:
        number = stream.fileno()  # type: ignore[attr-defined]  # asked for, not assumed
    except (OSError, ValueError, AttributeError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
