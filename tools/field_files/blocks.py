"""Blocks that are written by a machine, between two markers in files that people write."""

_BEGIN = "fields: written by `make generate` from rota.model.task_fields"
_END = "end of fields"

PYTHON = ("    # {}\n", "\n    # {}\n")
YAML = ("  # {}\n", "\n  # {}\n")
MARKDOWN = ("<!-- {} -->\n\n", "\n\n<!-- {} -->\n")


def with_block(text: str, body: str, marks: tuple[str, str]) -> str:
    """Return `text` with `body` between its markers; ValueError for a text without them."""
    begin, end = marks[0].format(_BEGIN), marks[1].format(_END)
    before, found, rest = text.partition(begin)
    # Two new lines more, so that an empty block has its end too.
    _, closed, after = f"\n\n{rest}".partition(end)
    if not found or not closed:
        raise ValueError(f"there is no block between {begin.strip()!r} and {end.strip()!r}")
    return f"{before}{begin}{body}{end}{after}"
