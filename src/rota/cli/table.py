"""Columns for people."""

from collections.abc import Sequence

import click


def echo_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell, headings in bold on a terminal."""
    widths = [max(len(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    click.secho(_line(headings, widths), bold=True)
    for row in rows:
        click.echo(_line(row, widths))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
