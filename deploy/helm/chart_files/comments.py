"""Reads the documented values out of values.yaml.

Above a key stand, each optional but the first:
    # -- (type) text         description; the type where the default is null
    # @default -- text       where the default does not speak for itself
    # @schema {…}            keywords of JSON Schema, and those of `chart_files.schema`, in YAML
Each may go on over the next lines of comment.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

_KEY = re.compile(r"^( *)([A-Za-z][A-Za-z0-9]*):")
_INDENT_SPACES = 2
_TYPES = {bool: "bool", int: "int", float: "number", str: "string", list: "list", dict: "object"}
_MARKS = {"-- ": "description", "@default -- ": "default", "@schema ": "schema"}


class Value(NamedTuple):
    """One documented value. `stated_default` is Markdown in place of `default`, or empty."""

    path: str
    type: str
    default: Any
    stated_default: str
    description: str
    schema: dict[str, Any]


def documented_values(text: str) -> Iterator[Value]:
    """Yield the values of a values.yaml that carry a `# --` comment, groups too, in order."""
    values = yaml.safe_load(text)
    parents: list[str] = []
    comment: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("# "):
            starts = stripped.startswith("# -- ")
            comment = [stripped] if starts else [*comment, stripped] if comment else []
            continue
        key = _KEY.match(line)
        if key is not None:
            parents = [*parents[: len(key[1]) // _INDENT_SPACES], key[2]]
            if comment:
                yield _value(parents, comment, values)
        comment = []


def _value(path: list[str], comment: list[str], values: Any) -> Value:
    for key in path:
        values = values[key]
    parts: dict[str, list[str]] = {name: [] for name in _MARKS.values()}
    current = ""
    for line in comment:
        text = line.removeprefix("# ")
        for mark, name in _MARKS.items():
            if text.startswith(mark):
                current, text = name, text.removeprefix(mark)
        parts[current].append(text.strip())
    parsed = {name: " ".join(lines) for name, lines in parts.items()}
    type_name = re.match(r"\(([a-z ]+)\) ", parsed["description"])
    return Value(
        ".".join(path),
        type_name[1] if type_name else _TYPES[type(values)],
        values,
        parsed["default"],
        parsed["description"][type_name.end() :] if type_name else parsed["description"],
        yaml.safe_load(parsed["schema"]) or {},
    )


def groups(values: list[Value]) -> set[str]:
    """Return the paths of the values that others lie in."""
    return {path for value in values if (path := value.path.rpartition(".")[0])}
