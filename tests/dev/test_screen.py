import io

import pytest
from rich.console import Console

from rota.dev.board import Board, Phase, Row
from rota.dev.screen import Screen, picture_of, printable

NOW = 1_000_000.0


@pytest.fixture
def board():
    board = Board()
    board.phase = Phase.RUNNING
    board.api = "http://127.0.0.1:8000"
    board.rows = {
        "bills": Row("bills", "every 1 h", NOW + 90, 0, 3, NOW - 5, "succeeded", 0.5, "sent 2"),
        "cleanup": Row("cleanup", "0 3 * * *", None, 1),
        "late": Row("late", "every 1 s", NOW - 1, 0, 1, NOW, "timed_out", 2.0, "timed out"),
    }
    return board


def drawn(board, *, keys=True, width=120):
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    console.print(picture_of(board, NOW, width, keys=keys))
    return console.file.getvalue()


def line_of(board, name):
    [line] = [line for line in drawn(board).splitlines() if f" {name} " in line]
    return line.split()


def test_a_row_has_the_last_run_and_what_is_next(board):
    assert line_of(board, "bills") == [
        *["1", "bills", "every", "1", "h", "in", "1m30s", "3"],
        *["5s", "ago", "0.50", "s", "succeeded:", "sent", "2"],
    ]


def test_a_task_that_runs_for_the_first_time_has_no_last_run(board):
    assert line_of(board, "cleanup")[-5:] == ["running", "0", "-", "-", "-"]


def test_a_slot_that_is_due_is_not_in_the_past(board):
    assert line_of(board, "late")[5:7] == ["in", "0s"]


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        pytest.param(100, "KEY TASK SCHEDULE NEXT RUNS LAST RUN TOOK RESULT", id="100"),
        pytest.param(80, "KEY TASK SCHEDULE NEXT LAST RUN TOOK RESULT", id="80"),
        pytest.param(60, "KEY TASK NEXT LAST RUN RESULT", id="60"),
        pytest.param(40, "KEY TASK RESULT", id="40"),
    ],
)
def test_a_narrow_terminal_leaves_columns_out_and_cuts_no_number(board, width, headings):
    board.rows["bills"].detail = "sent 13, refused 0, failed 0"

    head, *rows = drawn(board, width=width).splitlines()[-4:]

    assert head.split() == headings.split()
    assert rows[0].split()[:2] == ["1", "bills"]
    assert "succeeded: sent" in rows[0]
    assert ("in 1m30s" in rows[0]) is (width >= 60)
    assert all(len(row.rstrip()) <= width for row in rows)


def test_without_keys_none_are_shown(board):
    picture = drawn(board, keys=False)

    assert "KEY" not in picture
    assert "quit" not in picture


def test_broken_code_is_shown_with_what_will_happen(board):
    board.problem = "shop.py, line 3:\nSyntaxError"
    board.ended(2)
    picture = drawn(board)

    assert "broken" in picture
    assert "SyntaxError" in picture
    assert "Waiting for a file to be saved." in picture

    board.rows.clear()
    assert "SCHEDULE" not in drawn(board)


def test_one_task_is_not_several(board):
    board.rows.popitem()
    board.rows.popitem()

    assert "1 task," in drawn(board)


def test_nothing_that_a_task_prints_moves_the_cursor():
    assert printable("a\x1b[2Jb\tc") == "a [2Jb c"


def test_lines_and_notes_stand_in_the_terminal_before_and_after_its_end(board):
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    screen = Screen(console, keys=True)
    screen.line("from [red]the[/red] child")
    screen.show(board)
    screen.note("reloading")
    screen.close()
    screen.note("stopping")
    shown = console.file.getvalue()

    for text in ("from [red]the[/red] child", "bills", "rota dev: reloading", "rota dev: stopping"):
        assert text in shown
