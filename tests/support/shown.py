"""Sessions at a terminal as a page shows them, and whether what happens is what is shown."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What is another one each time; where a command is told the time, nothing of it varies.
_VARIES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "INSTANT"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{10}"), "RUN"),
    (re.compile(r'(?<="duration_seconds": )[\d.]+'), "N"),
    (re.compile(r'(?<="lateness_seconds": )[\d.]+'), "N"),
    (re.compile(r"127\.0\.0\.1:\d{4,5}"), "ADDRESS"),
    (re.compile(r"tz database \d{4}[a-z] \([^)]*\)"), "TZDATA"),
)
_COLUMNS = re.compile(r" {2,}")


@dataclass(frozen=True)
class Shown:
    """One command of a page, and the lines that follow it there. `number` is that of its block."""

    page: str
    number: int
    command: str
    lines: tuple[str, ...]

    def __str__(self):
        return f"{self.page}: {self.command}"


def shown(page):
    """Return all commands of a page, in their order."""
    text = (ROOT / page).read_text("utf-8")
    found = []
    for number, block in enumerate(_BLOCK.findall(text)):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            found.append(Shown(page, number, command, tuple(lines)))
    return found


def is_like(printed, lines, *, varies):
    """Whether `printed` is what `lines` show; `…` stands for any text, or lines, or none.

    `varies`: instants, ids, durations, addresses and the widths of columns may be others.
    """
    pattern = "".join(_pattern(line, varies=varies) for line in lines)
    text = "".join(f"{_plain(line, varies=varies)}\n" for line in printed.splitlines())
    return re.fullmatch(pattern, text) is not None


def _pattern(line, *, varies):
    if line.strip() == "…":
        return r"(?:[^\n]*\n)*?"
    pieces = _plain(line, varies=varies).split("…")
    return r"[^\n]*?".join(re.escape(piece) for piece in pieces) + r"\n"


def _plain(line, *, varies):
    if varies:
        for pattern, name in _VARIES:
            line = pattern.sub(name, line)
        line = _COLUMNS.sub("  ", line)
    return line.rstrip()
