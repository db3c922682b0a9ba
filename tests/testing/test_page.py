"""The examples of docs/testing.md, from top to bottom, in one scope."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/testing.md"


def test_every_example_of_the_page_runs():
    text = PAGE.read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    scope = {"__name__": "shop"}

    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), scope)  # noqa: S102 (that it runs is what is tested)

    assert blocks
