"""Texts as ruff formats and sorts them, where names of any length are put into a template."""

import re

_WIDEST_LINE = 100
# Imports and signatures: what stands before and after the part that gets a line of its own.
_SPLITTABLE = [
    (re.compile(r"from (\S+) import (\w+)"), r"from \1 import (", ")"),
    (re.compile(r"(async def \w+)\((\w+: \w+)\)( -> .*)"), r"\1(", r")\3"),
    (re.compile(r"(class \w+)\((\w+\[\w+\])\)(:)"), r"\1(", r")\3"),
]


def fitting(line: str) -> str:
    """Return a line that long names made too wide as ruff formats it."""
    if len(line) <= _WIDEST_LINE:
        return line
    for pattern, opening, closing in _SPLITTABLE:
        match = pattern.fullmatch(line)
        if match is not None:
            first = match.expand(opening)
            reason = "  # noqa: E501" if len(first) > _WIDEST_LINE else ""
            return f"{first}{reason}\n    {match[2]},\n{match.expand(closing)}"
    return line


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts `a2` before `a10`, as ruff sorts imports."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]
