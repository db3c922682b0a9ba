"""`.rota-new.json`: what a project was made from, so that later commands know what is edited."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rota import __version__
from rota.model.errors import UsageError
from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput
from rota.scaffold.reading import file_text
from rota.scaffold.task_stub import TaskStub, parse_task

RECORD_NAME = ".rota-new.json"


@dataclass(frozen=True, slots=True)
class Record:
    """The version of rota that wrote a project, the input, and the SHA-256 of each file by path.

    `added` are the tasks that `rota add` has written since, each with whether it is a class.
    """

    version: str
    wanted: ProjectInput
    hashes: Mapping[str, str]
    added: Sequence[tuple[TaskStub, bool]] = ()

    @property
    def text(self) -> str:
        """The record as a file holds it."""
        facts: dict[str, Any] = {
            "rota": self.version,
            "context": self.wanted.names.context,
            "tasks": [stub.text for stub in self.wanted.tasks],
            "class_tasks": self.wanted.class_tasks,
        }
        if self.added:
            facts["added"] = [
                {"task": stub.text, "class": class_task} for stub, class_task in self.added
            ]
        facts["files"] = dict(sorted(self.hashes.items()))
        return json.dumps(facts, indent=2) + "\n"


def find_project(folder: Path) -> tuple[Path, Record]:
    """Return the folder of the project that `folder` is in, and its record.

    Raises UsageError if it is in none.
    """
    for each in (folder, *folder.parents):
        record = read_record(each)
        if record is not None:
            return each, record
    raise UsageError(
        f"{folder} is not in a project of `rota new`: there is no {RECORD_NAME} here or above; "
        "change to the project's folder"
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a file's text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def record_text(wanted: ProjectInput, files: Mapping[str, str]) -> str:
    """Return the record of a project that this version of rota makes."""
    hashes = {path: digest(text) for path, text in files.items()}
    return Record(__version__, wanted, hashes).text


def read_record(folder: Path) -> Record | None:
    """Return the record of the project in a folder; None if it has none.

    Raises UsageError if the file is not what `record_text` writes.
    """
    path = folder / RECORD_NAME
    text = file_text(path)
    if text is None:
        return None
    try:
        facts = json.loads(text)
        wanted = ProjectInput(
            parse_context(facts["context"]),
            tuple(map(parse_task, facts["tasks"])),
            bool(facts["class_tasks"]),
        )
        added = [(parse_task(each["task"]), bool(each["class"])) for each in facts.get("added", ())]
        return Record(str(facts["rota"]), wanted, {**facts["files"]}, tuple(added))
    except (UsageError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path}: not as `rota new` writes it; restore it, or delete it") from None
