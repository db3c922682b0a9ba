"""What becomes of a table whose lines are too long for the terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from rota.cli import history, status
from rota.cli import list as listing
from rota.status.table import Column, fitted, make_table, printable

COLUMNS = [Column("TASK", least=8), Column("AT", leaves=2), Column("RUN", leaves=1)]
REASON = "the printer is out of paper, and whoever knows where it is kept is on holiday until May"


def drawn(columns, rows, width):
    table, left_out = make_table(columns, rows, width)
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()], left_out


@pytest.mark.parametrize(
    ("width", "headings", "left_out"),
    [
        pytest.param(80, ["TASK", "AT", "RUN"], [], id="all"),
        pytest.param(31, ["TASK", "AT", "RUN"], [], id="cut rather than left out"),
        pytest.param(30, ["TASK", "AT"], ["RUN"], id="one"),
        pytest.param(18, ["TASK"], ["AT", "RUN"], id="two"),
    ],
)
def test_the_least_important_columns_are_left_out_where_cutting_is_not_enough(
    width, headings, left_out
):
    row = ("a-task-with-a-name", "2026-11-26", "6b0829da4")

    lines, out = drawn(COLUMNS, [row], width)

    assert (lines[0].split(), out) == (headings, left_out)
    assert all(len(line) <= width for line in lines)


def test_the_widest_of_what_may_be_cut_is_cut_first():
    columns = [Column("A", least=4), Column("B", least=4), Column("N")]

    assert fitted(columns, [10, 20, 6], 30) == {0: 10, 1: 10, 2: 6}
    assert fitted(columns, [10, 20, 6], 24) == {0: 7, 1: 7, 2: 6}


def test_where_nothing_else_helps_all_are_cut_rather_than_a_line_be_longer():
    assert fitted([Column("N"), Column("M")], [30, 30], 20) == {0: 9, 1: 9}


def test_a_text_that_wraps_is_cut_after_a_few_lines():
    columns = [Column("N"), Column("REASON", least=20, wraps=True)]

    lines, _ = drawn(columns, [("1", REASON)], 30)

    assert lines[1:] == [
        "1  the printer is out of",
        "   paper, and whoever knows",
        "   where it is kept is on",
        "   holiday un…",
    ]


def test_a_cell_is_one_line_whatever_is_in_it():
    lines, _ = drawn([Column("A"), Column("B")], [("a\nb", "\x1b[2Jc")], 80)

    assert lines == ["A    B", "a b   [2Jc"]
    assert printable("a\x1b[2Jb\tc") == "a [2Jb c"


@given(
    st.lists(
        st.tuples(
            st.integers(1, 60),
            st.none() | st.integers(1, 30),
            st.none() | st.integers(1, 5),
        ),
        min_size=1,
        max_size=9,
    ),
    st.integers(1, 200),
)
def test_a_line_fits_unless_what_must_stay_is_four_characters_each(shapes, width):
    columns = [Column("", least, leaves) for _, least, leaves in shapes]
    natural = [wide for wide, _, _ in shapes]

    widths = fitted(columns, natural, width)

    total = sum(widths.values()) + 2 * max(0, len(widths) - 1)
    assert total <= width or all(wide <= 4 for wide in widths.values())
    assert all(wide <= natural[place] for place, wide in widths.items())
    assert {place for place, each in enumerate(columns) if each.leaves is None} <= set(widths)
    if total < width and len(widths) == len(columns):
        assert list(widths.values()) == natural


RUN = {
    "state": "failed",
    "task": "send-the-bills",
    "slot": "2026-11-26T12:46:00Z",
    "started_at": "2026-11-26T12:46:00.125Z",
    "lateness_seconds": 0.125,
    "duration_seconds": 12.5,
    "exit_code": 130,
    "run_id": "77f0a2f1-0000-4000-8000-0000000000b1",
    "reason": REASON,
}
ITEM = {
    "state": "failing",
    "name": "send-the-bills",
    "words": "at 02:30, only on Monday",
    "strip": [{"state": "failed"}] * 12,
    "last_run": RUN,
    "retry_at": None,
    "next_slots": ["2026-11-26T13:46:00Z"],
    "reason": REASON,
}
NOW = 1_795_697_200
LISTED = (
    *("send-the-bills", "scheduled", "30 2 * * mon", "Europe/Berlin"),
    *("2026-11-30T01:30:00Z", "30 2 * * mon", "1h"),
)


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize(
    ("columns", "rows", "uncut"),
    [
        pytest.param(
            history._COLUMNS,
            history._rows([RUN]),
            ["failed", "send-the-bills", "2026-11-26T12:46:00Z", "130", "the printer"],
            id="history",
        ),
        pytest.param(
            status.COLUMNS,
            status.task_rows([ITEM], NOW),
            ["failing", "send-the-bills", "the printer is out"],
            id="status",
        ),
        pytest.param(
            listing._COLUMNS,
            [LISTED],
            ["send-the-bills", "scheduled", "30 2 * * mon"],
            id="list",
        ),
    ],
)
def test_what_is_important_can_be_read_at_every_width(columns, rows, uncut, width):
    lines, _ = drawn(columns, rows, width)

    assert all(len(line) <= width for line in lines)
    if width >= 80 or columns is not history._COLUMNS:
        assert [each for each in uncut if each not in lines[1]] == []


def test_a_retry_is_what_comes_next():
    item = {**ITEM, "retry_at": "2026-11-26T12:50:00Z"}
    now = 1_795_697_340  # a minute before

    [row] = status.task_rows([item], now)

    assert "retry in" in row[6]
