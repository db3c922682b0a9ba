"""The files of the templates, as they stand in this package."""

from collections.abc import Mapping
from pathlib import Path

_HERE = Path(__file__).parent
WORKER = _HERE / "example_worker"
# Files that take the place of the worker's own where its tasks are classes.
CLASS_TASKS = _HERE / "class_tasks"
# Stubs of a task, for each that is named.
PARTS = _HERE / "parts"
# What tools leave in a checkout, and pip in an installation.
_LEFT_OUT = {
    "__pycache__",
    ".venv",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".env",
    "local.mk",
}


def worker_files(*, class_tasks: bool) -> Mapping[str, str]:
    """Return the template's files: their text by path, with `/` on every system."""
    files = files_of(WORKER)
    return files | files_of(CLASS_TASKS) if class_tasks else files


def part(name: str) -> str:
    """Return the text of a stub, such as `function_task.py`."""
    return (PARTS / name).read_text(encoding="utf-8")


def files_of(folder: Path) -> dict[str, str]:
    """Return the text of each file of a template's folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _LEFT_OUT.isdisjoint(path.relative_to(folder).parts)
    }
