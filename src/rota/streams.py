"""stdin, stdout and stderr, which may be closed, cut off or full. Standard library only."""

import os
import sys

_STANDARD_STREAMS = 3


def open_missing() -> None:
    """Give the process those of the three that it was started without; they lead nowhere.

    The next file or socket would otherwise get the number of a missing one, and what is meant for
    the stream.
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


def refuses_colour() -> bool:
    """Whether somebody said no (no-color.org), or the terminal has none."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def flush() -> None:
    """Write out what is buffered; drop what nobody can take any more.

    At exit Python would try once more, and make 120 of whatever the exit code is.
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
