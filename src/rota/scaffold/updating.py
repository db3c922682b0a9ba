"""What today's template would write otherwise than the one that a project was made from. Pure.

The wheel has today's template alone. Of the earlier one the record has the hash of each file, which
tells whether a file is still as it was written; its text is that file, or one that git has kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rota import __version__
from rota.scaffold.adding import add_task
from rota.scaffold.project import project_files
from rota.scaffold.record import RECORD_NAME, Record, digest

Find = Callable[[str], str | None]
FindWritten = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One file that the template has otherwise now; None where there was, or is, no such file."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """The changes, by path, and why others are left out. Without any there is nothing to do."""

    changes: Sequence[Change]
    left_out: Mapping[str, str]


def todays_files(record: Record) -> Mapping[str, str]:
    """Return what this version of rota writes for the same project, added tasks included."""
    files = dict(project_files(record.wanted))
    for stub, class_task in record.added:
        addition = add_task(files, record.wanted.names, stub, class_task=class_task)
        files |= {**addition.new, **addition.changed}
    return files


def plan(record: Record, today: Mapping[str, str], *, here: Find, written: FindWritten) -> Update:
    """Return how to get from the recorded files to `today`.

    `here` gives a file of the project; `written` gives the text of a path and a SHA-256, if it is
    known from elsewhere. The record itself is the last change.
    """
    changes: list[Change] = []
    left_out: dict[str, str] = {}
    hashes = dict(record.hashes)
    for path in sorted(record.hashes.keys() | today.keys()):
        recorded, new = record.hashes.get(path), today.get(path)
        if new is not None and recorded == digest(new):
            continue
        found = here(path)
        why = _why_left_out(recorded, found, new)
        before = found
        if why is None and recorded is not None and found is not None and found != new:
            before = found if digest(found) == recorded else written(path, recorded)
            why = None if before is not None else "edited, and git has not kept what it was"
        if why is not None:
            left_out[path] = why
            continue
        if found != new:
            changes.append(Change(path, before, new))
        if new is None:
            del hashes[path]
        else:
            hashes[path] = digest(new)
    before = here(RECORD_NAME)
    after = replace(record, version=__version__, hashes=hashes).text
    if before != after:
        changes.append(Change(RECORD_NAME, before, after))
    return Update(changes, left_out)


def _why_left_out(recorded: str | None, found: str | None, new: str | None) -> str | None:
    if recorded is None and found is not None and found != new:
        return "the template has one now, and you have one of your own"
    if recorded is not None and found is None and new is not None:
        return "you have deleted it"
    return None
