"""Whatever an application hands over becomes data that JSON takes."""

import json
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.hostile import BrokenMapping
from rota.model.plain import plain_counts, plain_data, plain_text, shortened


class Text(str):
    __slots__ = ()

    def __str__(self):
        raise ValueError("no")

    def __len__(self):
        raise ValueError("no")


class Number(int):
    def __int__(self):
        raise ValueError("no")

    __repr__ = __str__ = bit_length = __int__


class Colour(IntEnum):
    RED = 3


class Liar:
    @property
    def __class__(self):
        raise SystemExit(7)


class Endless(BrokenMapping):
    def __iter__(self):
        number = 0
        while True:
            yield str(number)
            number += 1


RING = {}
RING["self"] = RING


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Number(3), 3),
        (Colour.RED, 3),
        (True, True),
        (10**400, "a number of 1329 bits"),
        (float("-inf"), "-inf"),
        ({1: (2, {3})}, {"1": [2, [3]]}),
        (b"x", "b'x'"),
    ],
    ids=["whole", "enum", "true", "long", "infinity", "nested", "bytes"],
)
def test_data_becomes_what_json_has(value, expected):
    assert plain_data(value) == expected
    assert type(plain_data(value)) in (int, float, bool, str, dict, list)


# Made in the test: pytest itself would look at them.
HOSTILE = {
    "str": lambda: Text("x"),
    "class": Liar,
    "broken": lambda: BrokenMapping(SystemExit(1)),
    "endless": lambda: Endless(None),
    "ring": lambda: RING,
    "key": lambda: {Text("a"): Liar()},
    "long": lambda: 10**5000,
}


@pytest.mark.fault(105)
@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_that_an_application_writes_breaks_it(kind):
    value = HOSTILE[kind]()
    assert len(json.dumps(plain_data(value), allow_nan=False)) < 100_000
    assert plain_text(value)
    assert json.dumps(plain_counts(value))


@pytest.mark.parametrize("error", [KeyError("a"), SystemExit(3), RecursionError()], ids=repr)
def test_counts_that_break_halfway_keep_what_was_read_and_say_why_it_ended(error):
    counts, problem = plain_counts(BrokenMapping(error, ["sent"]))
    assert counts == {"sent": 1}
    assert problem.startswith(type(error).__name__)


def test_counts_without_end_are_cut_off():
    counts, problem = plain_counts(Endless(None))
    assert (len(counts), problem) == (1000, "more than 1000 values")


@pytest.mark.parametrize("value", [None, "text", [1], 3])
def test_what_is_no_mapping_has_no_counts(value):
    assert plain_counts(value) == ({}, None)


@given(st.text(), st.integers(100, 200))
def test_a_shortened_text_has_no_more_characters_than_the_limit(text, limit):
    text = text * 50
    found = shortened(text, limit)
    assert len(found) <= limit
    assert (found == text) is (len(text) <= limit)
    head, _, rest = found.partition("… (")
    if rest:
        number, _, tail = rest.partition(" characters cut) …")
        assert len(head) + int(number) + len(tail) == len(text)
        assert text.startswith(head)
        assert text.endswith(tail)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.lists(json_values, max_size=5))
def test_plain_data_is_the_same_afterwards_but_for_infinities(value):
    text = json.dumps(value)
    if "Infinity" not in text and text.count("[") + text.count("{") < 5:
        assert plain_data(value) == value
