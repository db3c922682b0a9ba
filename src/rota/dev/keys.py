"""The keys of `rota dev`, and the terminal that reports each one as it is pressed."""

import contextlib
import os
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Of the tasks, in their order; `q` and `r` are taken.
TASK_KEYS = "123456789abcdefghijklmnopstuvwxyz"


@dataclass(frozen=True, slots=True)
class RunTask:
    """Run a task now."""

    name: str


@dataclass(frozen=True, slots=True)
class Reload:
    """Start the child anew; `changed` are the files that made it necessary."""

    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quit:
    """End."""


Wish = RunTask | Reload | Quit


def key_of(number: int) -> str:
    """Return the key of the task with this index, "" where there are no more keys."""
    return TASK_KEYS[number] if number < len(TASK_KEYS) else ""


def wish_of(key: str, names: Sequence[str]) -> Wish | None:
    """Return what a key asks for, None where it does not mean anything."""
    if key in ("q", "Q"):
        return Quit()
    if key in ("r", "R"):
        return Reload()
    number = TASK_KEYS.find(key) if key else -1
    return RunTask(names[number]) if 0 <= number < len(names) else None


@contextlib.contextmanager
def pressed_at_once() -> Iterator[int | None]:
    """Have the terminal hand over keys without Enter; yields its file, None without a terminal.

    Ctrl-C still sends SIGINT.
    """
    try:
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
    except (OSError, ValueError, termios.error):
        yield None
        return
    tty.setcbreak(number)
    try:
        yield number
    finally:
        with contextlib.suppress(termios.error):  # the terminal was closed
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def read_keys(number: int) -> str:
    """Return the keys that have been pressed, "" where there will be no more."""
    try:
        return os.read(number, 64).decode("utf-8", "replace")
    except OSError:
        return ""
