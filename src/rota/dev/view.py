"""Where `rota dev` shows what happens: plain lines here, a live table in `rota.dev.screen`."""

import sys
from typing import Protocol, TextIO

from rota.dev.board import Board


class View(Protocol):
    """What the loop writes to."""

    def line(self, text: str) -> None:
        """Show a line that the child has written."""
        ...

    def note(self, text: str) -> None:
        """Show a line of `rota dev` itself."""
        ...

    def show(self, board: Board) -> None:
        """Show the tasks as they are now."""
        ...

    def close(self) -> None:
        """Show no more tasks; lines and notes may still come."""
        ...


class PlainView:
    """Lines to stderr, as a scheduler writes them, for a file, a pipe or `docker compose up`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def line(self, text: str) -> None:
        """Write the line as it is."""
        print(text, file=self._stream, flush=True)

    def note(self, text: str) -> None:
        """Write the line with its origin in front."""
        print(f"rota dev: {text}", file=self._stream, flush=True)

    def show(self, board: Board) -> None:
        """Write nothing: the log has each run."""

    def close(self) -> None:
        """Do nothing."""
