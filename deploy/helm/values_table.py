"""Write the table of values in the chart's README.md from the comments in values.yaml.

`python deploy/helm/values_table.py` writes, `--check` exits 1 with a diff where it would. The
comments are in helm-docs' form: `# -- text` above a key, `(type)` at its beginning where the
default is null, `# @default -- text` where the default does not speak for itself.
"""  # noqa: INP001 (a script, not a package)

import difflib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CHART = Path(__file__).parent / "rota"
BEGIN = "<!-- values: written by deploy/helm/values_table.py -->"
END = "<!-- end of values -->"

_KEY = re.compile(r"^( *)([A-Za-z][A-Za-z0-9]*):")
_TYPES = {bool: "bool", int: "int", str: "string", list: "list", dict: "object"}
_INDENT_SPACES = 2


class Value(NamedTuple):
    """One documented value: its dotted path, type, default and description, as Markdown."""

    path: str
    type: str
    default: str
    description: str


def documented_values(text: str) -> Iterator[Value]:
    """Yield the values of a values.yaml that carry a `# --` comment, in order."""
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
        if key is None:
            comment = []
            continue
        parents = [*parents[: len(key[1]) // _INDENT_SPACES], key[2]]
        if comment:
            yield _value(parents, comment, values)
        comment = []


def _value(path: list[str], comment: list[str], values: Any) -> Value:
    for key in path:
        values = values[key]
    lines = [line.removeprefix("# ") for line in comment]
    defaults = [line for line in lines if line.startswith("@default -- ")]
    description = " ".join(line for line in lines if line not in defaults).removeprefix("-- ")
    stated = re.match(r"\(([a-z ]+)\) ", description)
    return Value(
        ".".join(path),
        stated[1] if stated else _TYPES[type(values)],
        defaults[0].removeprefix("@default -- ") if defaults else f"`{json.dumps(values)}`",
        description[stated.end() :] if stated else description,
    )


def table(text: str) -> str:
    """Return the Markdown table of a values.yaml."""
    rows = [("Key", "Type", "Default", "Description"), ("---",) * 4, *documented_values(text)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows
    )


def with_table(readme: str, values: str) -> str:
    """Return `readme` with the table between its markers made anew."""
    before, _, rest = readme.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{table(values)}\n\n{END}{after}"


def main() -> int:
    """Write the README, or compare it; return the exit code."""
    path = CHART / "README.md"
    readme = path.read_text(encoding="utf-8")
    wanted = with_table(readme, (CHART / "values.yaml").read_text(encoding="utf-8"))
    if "--check" not in sys.argv[1:]:
        path.write_text(wanted, encoding="utf-8")
        return 0
    diff = difflib.unified_diff(
        readme.splitlines(), wanted.splitlines(), "README.md", "from values.yaml", lineterm=""
    )
    sys.stdout.writelines(f"{line}\n" for line in diff)
    return int(readme != wanted)


if __name__ == "__main__":
    sys.exit(main())
