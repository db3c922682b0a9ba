"""Texts as ruff formats and sorts them, where names of any length are put into a template."""

import re

_WIDEST_LINE = 100
_EXCUSE = "  # noqa: E501"
# Imports, signatures, decorators: what stands before and after the part that gets its own lines.
_SPLITTABLE = [
    (re.compile(r"from (\S+) import (\w+)"), r"from \1 import (", ")"),
    (re.compile(r"(async def \w+)\((\w+: \w+)\)( -> .*)"), r"\1(", r")\3"),
    (re.compile(r"(class \w+)\((\w+\[\w+\])\)(:)"), r"\1(", r")\3"),
    (re.compile(r"(@task)\((.*)\)"), r"\1(", ")"),
]
_LONG_VALUE = re.compile(r"    \w+ = \".*\"")


def fitting(line: str) -> str:
    """Return a line that long names made too wide as ruff formats it."""
    if len(line) <= _WIDEST_LINE:
        return line
    if _LONG_VALUE.fullmatch(line):
        return line + _EXCUSE
    for pattern, opening, closing in _SPLITTABLE:
        match = pattern.fullmatch(line)
        if match is not None:
            parts = [f"    {part}," for part in match[2].split(", ")]
            return "\n".join(
                [*map(_excused, [match.expand(opening), *parts]), match.expand(closing)]
            )
    return line


def _excused(line: str) -> str:
    return line + _EXCUSE if len(line) > _WIDEST_LINE else line


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts `a2` before `a10`, as ruff sorts imports."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]
