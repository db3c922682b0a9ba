import io
import os
import pty
import sys
import termios

import pytest

from rota.dev.keys import (
    TASK_KEYS,
    Quit,
    Reload,
    RunTask,
    key_of,
    pressed_at_once,
    read_keys,
    wish_of,
)

NAMES = [f"task-{number}" for number in range(40)]


@pytest.mark.parametrize(
    ("key", "wish"),
    [
        ("1", RunTask("task-0")),
        ("9", RunTask("task-8")),
        ("a", RunTask("task-9")),
        ("r", Reload()),
        ("R", Reload()),
        ("q", Quit()),
        ("0", None),
        ("?", None),
        ("", None),
    ],
)
def test_what_a_key_asks_for(key, wish):
    assert wish_of(key, NAMES) == wish


def test_a_key_without_a_task_asks_for_nothing():
    assert wish_of("3", NAMES[:2]) is None


def test_the_key_that_is_shown_of_a_task_runs_it():
    for number, name in enumerate(NAMES[: len(TASK_KEYS)]):
        assert wish_of(key_of(number), NAMES) == RunTask(name)


def test_tasks_beyond_the_keys_have_none():
    assert key_of(len(TASK_KEYS)) == ""


def test_a_terminal_reports_keys_at_once_and_is_afterwards_as_it_was(monkeypatch):
    own, side = pty.openpty()
    with os.fdopen(side, "r+b", buffering=0) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        before = termios.tcgetattr(side)
        with pressed_at_once() as number:
            os.write(own, b"12")
            assert read_keys(number) == "12"
            assert not termios.tcgetattr(side)[3] & termios.ECHO
            assert termios.tcgetattr(side)[3] & termios.ISIG
        assert termios.tcgetattr(side) == before
    os.close(own)


def test_without_a_terminal_there_are_no_keys(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    with pressed_at_once() as number:
        assert number is None


def test_a_terminal_that_is_gone_has_no_more_keys():
    reader, writer = os.pipe()
    os.close(writer)
    os.close(reader)

    assert read_keys(reader) == ""
