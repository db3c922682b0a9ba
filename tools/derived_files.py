"""Files that `make generate` writes, and `make lint` compares."""

import difflib
import sys
from collections.abc import Mapping
from pathlib import Path


def write_or_compare(files: Mapping[Path, str], source: str) -> int:
    """Write what each file should hold; with `--check` print a diff instead. Returns the exit code.

    `source` names in the diff where the contents come from.
    """
    code = 0
    for path, wanted in files.items():
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if found == wanted:
            continue
        if "--check" not in sys.argv[1:]:
            path.write_text(wanted, encoding="utf-8")
            continue
        code = 1
        lines = difflib.unified_diff(
            found.splitlines(), wanted.splitlines(), path.name, f"from {source}", lineterm=""
        )
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.write(f"{path.name} is not what `make generate` writes\n")
    return code
