"""The last slots of a task as a row of marks, each with a link.

Made here and not in a template: a page of fifty tasks has 1,500 of them, and nearly
all are those of the page before.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup

from rota.status.marks import MARKS
from rota.status.strip import Cell
from rota.web.pages.links import run_path, slot_path
from rota.web.pages.moments import full_text

_SHOWN_REASON_CHARACTERS = 160
_CELL = Markup('<a class="cell {}" href="{}{}" title="{}"{}>{}</a>')
_SKIPPED_BY_TAB = Markup(' tabindex="-1"')
_KEPT_CELLS = 8192


def strip_markup(task: str, cells: Sequence[Cell], root: str, *, last_by_tab: bool) -> Markup:
    """Return the cells, the oldest first. The Tab key stops at none of them, or at the last."""
    plain = cells[:-1] if last_by_tab else cells
    marks = [_cell(task, cell, root, tab=False) for cell in plain]
    marks += [_cell(task, cell, root, tab=True) for cell in cells[len(plain) :]]
    return Markup("").join(marks)


def strip_summary(cells: Sequence[Cell]) -> str:
    """Return what the cells say, for those who do not see them: `28 succeeded, 2 failed`."""
    counts: Counter[str] = Counter()
    for cell in cells:
        counts[cell.state.value.replace("_", " ")] += cell.count
    return ", ".join(f"{count} {word}" for word, count in counts.most_common()) or "none yet"


@lru_cache(maxsize=_KEPT_CELLS)
def _cell(task: str, cell: Cell, root: str, *, tab: bool) -> Markup:
    path = run_path(cell.run_id) if cell.run_id is not None else slot_path(task, cell.at)
    word = cell.state.value.replace("_", " ")
    title = f"{full_text(cell.at)}: {word}"
    if cell.count > 1:
        title += f", {cell.count} slots up to this one"
    if cell.reason:
        title += f" ({_cut(cell.reason)})"
    tabindex = Markup("") if tab else _SKIPPED_BY_TAB
    return _CELL.format(cell.state.value, root, path, title, tabindex, MARKS[cell.state].glyph)


def _cut(text: str) -> str:
    whole = " ".join(text.split())
    short = whole[:_SHOWN_REASON_CHARACTERS]
    return short if short == whole else f"{short}…"
