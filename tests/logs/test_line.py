import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.logs.line import json_line

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
FINITE_NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(TEXTS, FINITE_NUMBERS | st.booleans() | st.none() | TEXTS))
def test_a_line_is_what_json_has_for_the_same_fields(event):
    expected = json.dumps(event, ensure_ascii=False)
    if expected.isprintable() and not {"timestamp", "level", "event"} & event.keys():
        assert json_line(event) == expected
    assert json.loads(json_line(event)) == event


@given(st.dictionaries(TEXTS, VALUES))
def test_every_line_can_be_read_by_a_strict_parser(event):
    def refuse(constant):
        raise ValueError(constant)

    read = json.loads(json_line(event), parse_constant=refuse)
    assert read.keys() == event.keys()


class Number(int):
    def __repr__(self):
        return "not JSON"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        pytest.param({1: "a", None: "b"}, '{"1": "a", "None": "b"}', id="keys that are no text"),
        pytest.param({"n": Number(3)}, '{"n": 3}', id="a number with a text of its own"),
        pytest.param({"n": float("inf")}, '{"n": "inf"}', id="a number that JSON has not"),
        pytest.param({"b": True, "n": None}, '{"b": true, "n": null}', id="constants"),
        pytest.param(
            {"event": "e", "a": 1, "level": "info", "timestamp": "t"},
            '{"timestamp": "t", "level": "info", "event": "e", "a": 1}',
            id="what is read first",
        ),
    ],
)
def test_a_line_has_all_fields_in_a_form_of_json(event, line):
    assert json_line(event) == line
