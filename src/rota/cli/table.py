"""Prints tables, and the marks in them."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from rota.runtime import streams
from rota.status.table import Column, make_table

if TYPE_CHECKING:
    from rota.status.marks import Mark

_NEVER_CUT = 10_000


def echo_table(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, to_stderr: bool = False
) -> None:
    """Print rows, headings in bold on a terminal, whose width alone cuts or leaves out something.

    A cell is a text, or one of rich's with styles.
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
    table, left_out = make_table(columns, rows, console.width)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), err=to_stderr)
    if left_out:
        names = ", ".join(left_out)
        click.secho(f"(a wider terminal shows: {names})", dim=True, err=to_stderr)


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
