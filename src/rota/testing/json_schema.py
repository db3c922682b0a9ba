"""Whether data are as a schema of OpenAPI 3 says: the part of JSON Schema that APIs use.

What is not known here, such as `format` and `discriminator`, is passed over. `$ref` is followed
within the document.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any] | bool

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        value.is_integer()
        if isinstance(value, float)
        else isinstance(value, int) and not isinstance(value, bool)
    ),
}


class Schemas:
    """The schemas of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def resolve(self, found: Any) -> Any:
        """Follow `$ref`. Raises ValueError for one that leads nowhere, or out of the document."""
        followed: list[str] = []
        while isinstance(found, Mapping) and "$ref" in found:
            reference = str(found["$ref"])
            if reference in followed:
                raise ValueError(f"$ref {reference!r} leads back to itself")
            followed.append(reference)
            found = self._document
            try:
                root, *parts = reference.split("/")
                for part in parts:
                    found = found[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError, IndexError):
                root = ""
            if root != "#":
                raise ValueError(f"$ref {reference!r} leads to nothing in the document")
        return found

    def problems(self, value: Any, schema: Schema, where: str) -> Iterator[str]:
        """Yield what is not as the schema says, each with its place in the data."""
        schema = self.resolve(schema)
        if isinstance(schema, bool):
            if not schema:
                yield f"{where} is not allowed"
            return
        if value is None and schema.get("nullable"):
            return
        wrong = _wrong_type(value, schema.get("type"))
        if wrong is not None:
            yield f"{where} is {wrong}"
            return
        yield from _of_values(value, schema, where)
        if isinstance(value, Mapping):
            yield from self._of_object(value, schema, where)
        if isinstance(value, list):
            yield from self._of_array(value, schema, where)
        yield from self._of_combinations(value, schema, where)

    def _of_object(
        self, value: Mapping[str, Any], schema: Mapping[str, Any], where: str
    ) -> Iterator[str]:
        known = schema.get("properties", {})
        others = schema.get("additionalProperties", True)
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where} has no {name!r}"
        for name, each in value.items():
            if name in known:
                yield from self.problems(each, known[name], f"{where}.{name}")
            elif others is False:
                yield f"{where} has {name!r}, which is not in the contract"
            else:
                yield from self.problems(each, others, f"{where}.{name}")

    def _of_array(
        self, value: Sequence[Any], schema: Mapping[str, Any], where: str
    ) -> Iterator[str]:
        for number, each in enumerate(value):
            yield from self.problems(each, schema.get("items", True), f"{where}[{number}]")

    def _of_combinations(self, value: Any, schema: Mapping[str, Any], where: str) -> Iterator[str]:
        for each in schema.get("allOf", ()):
            yield from self.problems(value, each, where)
        for name in ("anyOf", "oneOf"):
            choices = [[*self.problems(value, each, where)] for each in schema.get(name, ())]
            fitting = choices.count([])
            if choices and not fitting:
                yield f"{where} fits none of {name}: {min(choices, key=len)[0]}"
            if name == "oneOf" and fitting > 1:
                yield f"{where} fits {fitting} of oneOf"


def _wrong_type(value: Any, wanted: Any) -> str | None:
    names = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if not names or any(name in _TYPES and _TYPES[name](value) for name in names):
        return None
    return f"{_shown(value)}, not {' or '.join(names)}"


def _of_values(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if "enum" in schema and not any(_same(value, each) for each in schema["enum"]):
        yield f"{where} is {_shown(value)}, not one of {schema['enum']}"
    if "const" in schema and not _same(value, schema["const"]):
        yield f"{where} is {_shown(value)}, not {schema['const']!r}"
    if isinstance(value, str | list):
        unit = "characters" if isinstance(value, str) else "items"
        lower, upper = (
            ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
        )
        if not schema.get(lower, 0) <= len(value) <= schema.get(upper, math.inf):
            yield f"{where} has {len(value)} {unit}"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{where} is {_shown(value)}, which does not match {schema['pattern']!r}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _of_number(value, schema, where)


def _same(one: Any, other: Any) -> bool:
    # To Python True is 1.
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _of_number(value: float, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    lowest, highest = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    # A flag in 3.0, a number in 3.1.
    above, below = schema.get("exclusiveMinimum", False), schema.get("exclusiveMaximum", False)
    outside = (
        not lowest <= value <= highest
        or value <= (above if not isinstance(above, bool) else lowest if above else -math.inf)
        or value >= (below if not isinstance(below, bool) else highest if below else math.inf)
    )
    if outside:
        yield f"{where} is {value}, which is out of bounds"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 (characters of a message)
