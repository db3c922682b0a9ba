"""Tables for a terminal: where a line is too short, columns are cut or left out, never numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_GAP = 2
# Of a column that may not be cut, on a terminal that is too narrow even for what is never left out.
_LEAST = 4
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and what becomes of the cells where a line is too short for all.

    `least`: how many characters they may be cut to; None if they are never cut. `leaves`: the
    column is left out before those with a greater number; None if it always stays. `wraps`: the
    cells go on in the next lines, about three, before they are cut.
    """

    heading: str
    least: int | None = None
    leaves: int | None = None
    wraps: bool = False


def make_table(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], width: int
) -> tuple["Table", Sequence[str]]:
    """Return one of rich's tables that fits `width` characters, and the headings left out.

    A cell is a text, or one of rich's with styles; each row has one for every column.
    """
    from rich.table import Table  # noqa: PLC0415 (--help works without)
    from rich.text import Text  # noqa: PLC0415 (as above)

    lines = [[Text(printable(c)) if isinstance(c, str) else c for c in row] for row in rows]
    natural = [
        max(cell.cell_len for cell in cells)
        for cells in zip(map(_heading, columns), *lines, strict=True)
    ]
    widths = fitted(columns, natural, width)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for place, column_width in widths.items():
        table.add_column(_on_one_line(_heading(columns[place])), width=column_width)
    for line in lines:
        table.add_row(*(_shaped(line[place], columns[place], widths[place]) for place in widths))
    left_out = [
        each.heading for place, each in enumerate(columns) if place not in widths and each.heading
    ]
    return table, left_out


def printable(text: str) -> str:
    """Return `text` on one line, without what would move the cursor or change colours."""
    return "".join(each if each.isprintable() else " " for each in text)


def fitted(columns: Sequence[Column], natural: Sequence[int], width: int) -> dict[int, int]:
    """Return the width of each column that stays, by its place. `natural` are the widest cells."""
    least = [
        wide if column.least is None else min(wide, max(column.least, len(column.heading)))
        for column, wide in zip(columns, natural, strict=True)
    ]
    places = list(range(len(columns)))
    leaving = [place for place in places if columns[place].leaves is not None]
    for place in sorted(leaving, key=lambda each: columns[each].leaves or 0):
        if _sum(least[each] for each in places) <= width:
            break
        places.remove(place)
    widths = {place: min(natural[place], max(width, least[place])) for place in places}
    _narrow(widths, least, width)
    _narrow(widths, [_LEAST] * len(columns), width)
    return widths


def _narrow(widths: dict[int, int], least: Sequence[int], width: int) -> None:
    """Cut the widest columns, those that are wider than `least`, until a line fits `width`."""
    excess = _sum(widths.values()) - width
    while excess > 0:
        wider = [place for place, wide in widths.items() if wide > least[place]]
        if not wider:
            return
        widths[max(wider, key=widths.__getitem__)] -= 1
        excess -= 1


def _sum(widths: Iterable[int]) -> int:
    found = list(widths)
    return sum(found) + _GAP * max(0, len(found) - 1)


def _heading(column: Column) -> "Text":
    from rich.text import Text  # noqa: PLC0415 (as above)

    return Text(column.heading)


def _shaped(cell: "Text", column: Column, width: int) -> "Text":
    if not column.wraps:
        return _on_one_line(cell)
    cell.truncate(_MOST_LINES * width, overflow="ellipsis")
    return cell


def _on_one_line(cell: "Text") -> "Text":
    cell.no_wrap, cell.overflow = True, "ellipsis"
    return cell
