"""`python -m field_files` writes the derived files. With `--check` a diff and exit code 1."""

import sys
from pathlib import Path

from derived_files import write_or_compare

from field_files import chart, pages, python_code
from field_files.blocks import MARKDOWN, PYTHON, YAML, with_block

ROOT = Path(__file__).parents[2]

_BLOCKS = {
    "src/rota/settings/task_overrides.py": (python_code.overrides, PYTHON),
    "src/rota/tasks/base.py": (python_code.task_attributes, PYTHON),
    "src/rota/tasks/definition.py": (python_code.definition, PYTHON),
    "src/rota/tasks/function.py": (python_code.attributes, PYTHON),
    "src/rota/tasks/options.py": (python_code.options, PYTHON),
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
    return write_or_compare(derived_files(), "task_fields")


if __name__ == "__main__":
    sys.exit(main())
