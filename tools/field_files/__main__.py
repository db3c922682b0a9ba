"""`python -m field_files` writes the derived files. With `--check` a diff and exit code 1."""

import difflib
import sys
from pathlib import Path

from field_files import chart, pages, python_code
from field_files.blocks import MARKDOWN, PYTHON, YAML, with_block

ROOT = Path(__file__).parents[2]

_BLOCKS = {
    "src/rota/settings/task_overrides.py": (python_code.overrides, PYTHON),
    "src/rota/tasks/base.py": (python_code.task_attributes, PYTHON),
    "src/rota/tasks/definition.py": (python_code.decided, PYTHON),
    "docs/writing-tasks.md": (pages.attributes, MARKDOWN),
    "docs/settings.md": (pages.names, MARKDOWN),
    "deploy/helm/rota/values.yaml": (chart.task_defaults, YAML),
}


def derived_files() -> dict[Path, str]:
    """Return what each derived file should hold."""
    files = {
        ROOT / name: with_block((ROOT / name).read_text(encoding="utf-8"), body(), marks)
        for name, (body, marks) in _BLOCKS.items()
    }
    return files | {
        ROOT / "deploy/helm/rota/templates/_task_settings.tpl": chart.settings_template()
    }


def main() -> int:
    """Write the files, or compare them; return the exit code."""
    code = 0
    for path, wanted in derived_files().items():
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if found == wanted:
            continue
        if "--check" not in sys.argv[1:]:
            path.write_text(wanted, encoding="utf-8")
            continue
        code = 1
        lines = difflib.unified_diff(
            found.splitlines(), wanted.splitlines(), path.name, "from task_fields", lineterm=""
        )
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.write(f"{path.name} is not what `make generate` writes\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
