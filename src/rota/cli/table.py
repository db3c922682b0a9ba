"""Prints tables."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from rota.runtime import streams

if TYPE_CHECKING:
    from rota.status.marks import Mark

_NEVER_CUT = 10_000


def echo_table(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], *, to_stderr: bool = False
) -> None:
    """Print rows in columns as wide as their widest cell, headings in bold on a terminal.

    A cell is a text, or one of rich's with styles. Lines are cut at a terminal's width only, the
    widest columns first.
    """
    from rich.console import Console  # noqa: PLC0415 (--help works without)

    stream = sys.stderr if to_stderr else sys.stdout
    terminal = stream.isatty()
    console = Console(
        file=stream,
        width=None if terminal else _NEVER_CUT,
        no_color=True if streams.refuses_colour() else None,
        highlight=False,
    )
    with console.capture() as captured:
        console.print(make_table(headings, rows))
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), err=to_stderr)


def make_table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """Return the table as one of rich's."""
    from rich.table import Table  # noqa: PLC0415 (--help works without)
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(_on_one_line(Text(heading)))
    for row in rows:
        table.add_row(*(_on_one_line(Text(c) if isinstance(c, str) else c) for c in row))
    return table


def _on_one_line(cell: Any) -> Any:
    """Return the cell, to be cut rather than wrapped.

    Said of a whole column, it would make rich narrow all of them alike, numbers first to be lost.
    """
    cell.no_wrap, cell.overflow = True, "ellipsis"
    return cell


def marked(state: str) -> Any:
    """Return a cell with the mark and the word of a task's, a slot's or a run's state."""
    mark = _mark(state)
    return _styled([(f"{_glyph(mark)} {state.replace('_', ' ')}", mark.colour)])


def strip_text(cells: Sequence[Mapping[str, Any]]) -> Any:
    """Return a cell with one mark for each of the last slots."""
    marks = [_mark(cell["state"]) for cell in cells]
    return _styled([(_glyph(mark), mark.colour) for mark in marks])


def _mark(state: str) -> "Mark":
    from rota.status.marks import MARKS  # noqa: PLC0415 (--help works without)

    return MARKS.get(state) or MARKS["unobserved"]


def _glyph(mark: "Mark") -> str:
    try:
        mark.glyph.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return mark.ascii
    return mark.glyph


def _styled(parts: Sequence[tuple[str, str]]) -> Any:
    from rich.text import Text  # noqa: PLC0415 (as above)

    return Text.assemble(*parts)
