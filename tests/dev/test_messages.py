import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.dev.messages import ChildOptions, LineSplitter, World, decoded, encoded


def test_options_pass_through_an_argument_unchanged():
    world = World(demo="http://127.0.0.1:1", at=1_795_478_400.0, speed=60)
    options = ChildOptions(messages=7, again=True, world=world)

    assert ChildOptions.parsed(options.text()) == options


@pytest.mark.parametrize("line", ["", "{", "3", '"run"', "[1]", "null"])
def test_a_line_that_is_no_message_is_none(line):
    assert decoded(line) is None


def test_a_message_is_one_line_even_if_its_texts_have_several():
    line = encoded({"event": "refused", "text": "one\ntwo"})

    assert line.count(b"\n") == 1
    assert decoded(line.decode()) == {"event": "refused", "text": "one\ntwo"}


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"))), st.data())
def test_lines_are_whole_however_they_are_cut_into_chunks(lines, data):
    sent = "".join(f"{line}\n" for line in lines).encode()
    splitter = LineSplitter()
    found = []
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        found += splitter.feed(sent[:size])
        sent = sent[size:]

    assert found == lines
    assert splitter.rest() == []


def test_what_comes_after_the_last_end_of_a_line_is_kept():
    splitter = LineSplitter()

    assert splitter.feed(b"one\r\ntwo") == ["one"]
    assert splitter.rest() == ["two"]


def test_a_line_without_an_end_does_not_fill_the_memory():
    splitter = LineSplitter()
    found = [line for _ in range(40) for line in splitter.feed(b"x" * 65_536)]

    assert len(found) >= 2
    assert json.dumps(splitter.rest())
