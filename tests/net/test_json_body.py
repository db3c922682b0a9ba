import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.net.json_body import BodyKind, parse_body

BREAKS_OFF = "the JSON ends or breaks off in the middle"

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["utf-8", "utf-8-sig"]))
def test_json_is_read_as_it_was_written(value, encoding):
    parsed = parse_body(json.dumps(value).encode(encoding))
    assert (parsed.kind, parsed.value) == (BodyKind.JSON, value)


@pytest.mark.fault(29)
@given(
    st.lists(JSON, min_size=1, max_size=4) | st.dictionaries(st.text(), JSON, min_size=1),
    st.data(),
)
def test_a_cut_object_or_list_is_never_taken_for_a_whole_one(value, data):
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    cut = data.draw(st.integers(1, len(body) - 1))
    assert parse_body(body[:cut]).kind is BodyKind.CUT


@pytest.mark.fault(37)
@given(st.binary(max_size=200))
def test_no_body_raises(body):
    assert isinstance(parse_body(body).kind, BodyKind)


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        (b"", BodyKind.EMPTY, "the body is empty"),
        (b" " * 100 + b"\n", BodyKind.EMPTY, "the body is empty"),
        (b"\xef\xbb\xbf", BodyKind.EMPTY, "the body is empty"),
        (b" " * 100 + b"[]", BodyKind.JSON, ""),
        (b" \r\n\t[]", BodyKind.JSON, ""),
        (b"\xef\xbb\xbf []", BodyKind.JSON, ""),
        (b" [1", BodyKind.CUT, BREAKS_OFF),
        (b"<html>", BodyKind.REFUSED, "the body is not JSON"),
        (b"'a'", BodyKind.REFUSED, "the body is not JSON"),
        (b"[NaN]", BodyKind.REFUSED, "not interoperable JSON: NaN is not JSON"),
        (b"[-Infinity]", BodyKind.REFUSED, "not interoperable JSON: -Infinity is not JSON"),
        (b"-Infinity", BodyKind.REFUSED, "not interoperable JSON: -Infinity is not JSON"),
        (b"[-1e999]", BodyKind.REFUSED, "not interoperable JSON: a number is too large"),
        (
            b'[{"a":1,"a":1}]',
            BodyKind.REFUSED,
            "not interoperable JSON: a key appears twice in one object",
        ),
        (b"[" * 10**5, BodyKind.REFUSED, "the JSON is nested too deeply"),
        (b'{"a":' * 10**5, BodyKind.REFUSED, "the JSON is nested too deeply"),
        (b"1" * 5000, BodyKind.REFUSED, "a number has too many digits"),
        (b'{"a": "\xff"}', BodyKind.CUT, "the body cannot be decoded as text"),
        ('{"a": 1}'.encode("utf-16-le"), BodyKind.REFUSED, "the body is not JSON"),
        (b"{'a': 1}", BodyKind.REFUSED, "the body is not JSON"),
        (b'{"a": 1} trailing', BodyKind.REFUSED, "the body is not JSON"),
        (b"forbidden", BodyKind.REFUSED, "the body is not JSON"),
        (b"not found", BodyKind.REFUSED, "the body is not JSON"),
        (b"12:30 o'clock", BodyKind.REFUSED, "the body is not JSON"),
        (b"tru", BodyKind.CUT, BREAKS_OFF),
        (b"[1.", BodyKind.CUT, BREAKS_OFF),
        (b"[1.5e-", BodyKind.CUT, BREAKS_OFF),
        (b'["\\u00', BodyKind.CUT, BREAKS_OFF),
        (b'"\\ud800"', BodyKind.JSON, ""),
    ],
)
def test_what_a_body_is(body, kind, problem):
    parsed = parse_body(body)
    assert (parsed.kind, parsed.problem) == (kind, problem)
