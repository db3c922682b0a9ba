"""`.rota-new.json`: what a project was made from, so that later commands know what is edited."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rota import __version__
from rota.model.errors import UsageError
from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput
from rota.scaffold.task_stub import parse_task

RECORD_NAME = ".rota-new.json"


@dataclass(frozen=True, slots=True)
class Record:
    """The version of rota that wrote a project, the input, and the SHA-256 of each file by path."""

    version: str
    wanted: ProjectInput
    hashes: Mapping[str, str]


def digest(text: str) -> str:
    """Return the SHA-256 of a file's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def record_text(wanted: ProjectInput, files: Mapping[str, str]) -> str:
    """Return the record of a project that this version of rota makes."""
    facts = {
        "rota": __version__,
        "context": wanted.names.context,
        "tasks": [stub.text for stub in wanted.tasks],
        "class_tasks": wanted.class_tasks,
        "files": {path: digest(text) for path, text in sorted(files.items())},
    }
    return json.dumps(facts, indent=2) + "\n"


def read_record(folder: Path) -> Record | None:
    """Return the record of the project in a folder; None if it has none.

    Raises UsageError if the file is not what `record_text` writes.
    """
    path = folder / RECORD_NAME
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        wanted = ProjectInput(
            parse_context(facts["context"]),
            tuple(parse_task(text) for text in facts["tasks"]),
            bool(facts["class_tasks"]),
        )
        return Record(str(facts["rota"]), wanted, {**facts["files"]})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path}: not as `rota new` writes it; restore it, or delete it") from None
