"""Point 1: the files that the template has are there, and Python can read those that are code."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rota.ready.points import NotReadyError
from rota.scaffold.record import RECORD_NAME, find_project

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Project:
    """A generated project: `files` are the paths that `rota new` and `rota add` have written."""

    folder: Path
    package: str
    service: str
    files: Sequence[str]


def project_here(folder: Path) -> Project:
    """Return the project that `folder` is in. Raises UsageError if it is in none."""
    root, record = find_project(folder)
    names = record.wanted.names
    return Project(root, names.package, names.service, sorted(record.hashes))


def compare(project: Project) -> str:
    """Return how many files are there. NotReadyError names those that are missing or broken."""
    missing = [path for path in project.files if not (project.folder / path).is_file()]
    if missing:
        raise NotReadyError(
            f"missing, as `rota new` wrote them: {_named(missing)}; restore them, or take what you "
            f"do not want out of {RECORD_NAME}"
        )
    broken = [path for path in project.files if path.endswith(".py") and not _parses(project, path)]
    if broken:
        raise NotReadyError(f"not Python: {_named(broken)}")
    return f"{len(project.files)} files of the template are there"


def _parses(project: Project, path: str) -> bool:
    try:
        ast.parse((project.folder / path).read_bytes())
    except (SyntaxError, ValueError, OSError):
        return False
    return True


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more
