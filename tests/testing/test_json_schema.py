"""The part of JSON Schema that contracts use, compared with the library that has all of it."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.testing.json_schema import Schemas

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "ab", 0.5, 2.0]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=4,
)
types = st.sampled_from(
    ["object", "array", "string", "boolean", "null", "number", "integer", ["null", "string"]]
)
small = st.integers(0, 3)
schemas = st.recursive(
    st.booleans()
    | st.fixed_dictionaries(
        {},
        optional={
            "type": types,
            "enum": st.lists(st.sampled_from([1, "a", None]), min_size=1, max_size=2),
            "const": st.sampled_from([2, "ab", None]),
            "minLength": small,
            "maxLength": small,
            "minItems": small,
            "maxItems": small,
            "minimum": small,
            "maximum": small,
            "exclusiveMinimum": small,
            "exclusiveMaximum": small,
            "pattern": st.sampled_from(["a", "^b"]),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
            "required": st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True),
            "additionalProperties": inner,
            "items": inner,
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
        },
    ),
    max_leaves=5,
)


@given(values, schemas)
def test_it_judges_as_the_whole_of_json_schema_does(value, schema):
    fits = jsonschema.Draft202012Validator(schema).is_valid(value)

    assert ([*Schemas({}).problems(value, schema, "it")] == []) is fits


@pytest.mark.parametrize("reference", ["#/nowhere", "other.json#/a", "#/a/b/c", ""])
def test_a_reference_that_leads_nowhere_is_named(reference):
    with pytest.raises(ValueError, match="leads to nothing in the document"):
        list(Schemas({"a": {"b": 1}}).problems(1, {"$ref": reference}, "it"))


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        ({"minimum": 3, "exclusiveMinimum": True}, False),
        ({"maximum": 3, "exclusiveMaximum": True}, False),
        ({"minimum": 3, "exclusiveMinimum": False}, True),
        ({"type": "string", "nullable": True}, False),
    ],
)
def test_the_words_of_openapi_3_0_are_known(schema, fits):
    assert ([*Schemas({}).problems(3, schema, "it")] == []) is fits


def test_a_value_may_be_null_where_3_0_says_so():
    assert [*Schemas({}).problems(None, {"type": "string", "nullable": True}, "it")] == []


def test_a_reference_that_leads_back_to_itself_is_named():
    schemas = Schemas({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}})

    with pytest.raises(ValueError, match="'#/a' leads back to itself"):
        schemas.resolve({"$ref": "#/a"})
