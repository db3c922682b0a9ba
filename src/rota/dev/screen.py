"""A live table of the tasks below the lines of the log, on a terminal."""

import contextlib

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from rota.dev.board import Board, Phase, Row
from rota.dev.keys import key_of
from rota.model.clock import duration_text
from rota.status.table import Column, make_table, printable

_COLUMNS = (
    Column("KEY"),
    Column("TASK", least=12),
    Column("SCHEDULE", least=12, leaves=2),
    Column("NEXT", leaves=5),
    Column("RUNS", leaves=1),
    Column("LAST RUN", leaves=4),
    Column("TOOK", leaves=3),
    Column("RESULT", least=24),
)
_COLOURS = {
    Phase.STARTING: "cyan",
    Phase.RUNNING: "green",
    Phase.RELOADING: "cyan",
    Phase.BROKEN: "red",
    Phase.STOPPING: "yellow",
}
_SUCCEEDED = "succeeded"


class Screen:
    """A `View` on a terminal. `keys`: whether pressing one does something.

    What a terminal that was closed does not take is dropped.
    """

    def __init__(self, console: Console, *, keys: bool) -> None:
        self._keys = keys
        self._live = Live(console=console, auto_refresh=False)
        self._live.start()

    def line(self, text: str) -> None:
        """Print the line above the table."""
        with contextlib.suppress(OSError):
            self._live.console.print(Text(printable(text)))

    def note(self, text: str) -> None:
        """Print the line above the table, where the log's lines do not look like it."""
        with contextlib.suppress(OSError):
            self._live.console.print(Text(f"rota dev: {printable(text)}", "bold"))

    def show(self, board: Board) -> None:
        """Draw the table anew."""
        now, width = board.clock.timestamp(), self._live.console.width
        picture = picture_of(board, now, width, keys=self._keys)
        with contextlib.suppress(OSError):
            self._live.update(picture, refresh=True)

    def close(self) -> None:
        """Leave the table as it is, above what comes."""
        with contextlib.suppress(OSError):
            self._live.stop()


def picture_of(board: Board, now: float, width: int, *, keys: bool) -> Group:
    """Return what is shown at `now`, an epoch time, on a terminal of `width` characters."""
    rows = [
        [*([Text(key_of(number), "bold")] if keys else []), *_cells(row, now)]
        for number, row in enumerate(board.rows.values())
    ]
    table, _ = make_table(_COLUMNS if keys else _COLUMNS[1:], rows, width)
    head = Text.assemble((board.phase.value, f"bold {_COLOURS[board.phase]}"))
    number = len(board.rows)
    head.append(f"  {number} task{'' if number == 1 else 's'}")
    if board.api:
        head.append(f", {board.where()}")
    parts = [Text(), head]
    parts += [Text(printable(line), "red") for line in board.problem.splitlines()]
    if board.phase is Phase.BROKEN:
        parts.append(Text("Waiting for a file to be saved."))
    if keys:
        parts.append(Text("a task's key: run it now   r: reload   q: quit", "bright_black"))
    return Group(*parts, table) if rows else Group(*parts)


def _cells(row: Row, now: float) -> list[Text]:
    result, colour = _result(row)
    return [
        Text(row.name),
        Text(row.schedule),
        Text(_next(row, now)),
        Text(str(row.runs)),
        Text("-" if row.ended_at is None else f"{_seconds(now - row.ended_at)} ago"),
        Text("-" if row.duration_seconds is None else f"{row.duration_seconds:.2f} s"),
        Text(printable(result), colour),
    ]


def _next(row: Row, now: float) -> str:
    if row.running:
        return "running"
    return "-" if row.next_slot is None else f"in {_seconds(row.next_slot - now)}"


def _seconds(seconds: float) -> str:
    return duration_text(max(0, int(seconds)))


def _result(row: Row) -> tuple[str, str]:
    if row.outcome is None:
        return "-", ""
    words = row.outcome.replace("_", " ")
    text = f"{words}: {row.detail}" if row.detail else words
    return text, "green" if row.outcome == _SUCCEEDED else "red"
