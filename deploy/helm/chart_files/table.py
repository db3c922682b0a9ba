"""The table of values in the chart's README.md."""

import json

from chart_files.comments import documented_values, groups

_BEGIN = "<!-- values: written by `make generate` from values.yaml -->"
_END = "<!-- end of values -->"


def table(text: str) -> str:
    """Return the Markdown table of a values.yaml."""
    values = list(documented_values(text))
    within = groups(values)
    rows = [("Key", "Type", "Default", "Description"), ("---",) * 4] + [
        (
            value.path,
            value.type,
            value.stated_default or f"`{json.dumps(value.default)}`",
            value.description,
        )
        for value in values
        if value.path not in within
    ]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows
    )


def with_table(readme: str, values: str) -> str:
    """Return `readme` with the table between its markers made anew."""
    before, _, rest = readme.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n\n{table(values)}\n\n{_END}{after}"
