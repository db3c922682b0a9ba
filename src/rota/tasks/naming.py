"""Rules for task names: each must be a Kubernetes name, a variable name and a command argument."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from rota.model.errors import TaskDefinitionError
from rota.model.plain import plain_repr

MAX_NAME_CHARACTERS = 40

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def check_name(name: object) -> str:
    """Return `name`. Raises TaskDefinitionError, which says what is allowed."""
    if isinstance(name, str) and len(name) <= MAX_NAME_CHARACTERS and _NAME.fullmatch(name):
        return name
    raise TaskDefinitionError(
        f"task name {plain_repr(name, 200)} is not allowed: use lower-case letters, "
        f"digits, single '-' and '_' between them, at most {MAX_NAME_CHARACTERS} characters"
    )


def check_formerly(name: str, formerly: object) -> tuple[str, ...]:
    """Return the former names of the task `name`. Raises TaskDefinitionError."""
    if isinstance(formerly, str) or not isinstance(formerly, Iterable):
        raise TaskDefinitionError(
            f"task {name!r}: formerly = {plain_repr(formerly, 80)} is not allowed: write the names "
            'that it had in brackets, as in ("old-name",)'
        )
    names = tuple(check_name(each) for each in formerly)
    if name in names:
        raise TaskDefinitionError(f"task {name!r}: formerly has the name that it has now")
    return names


def check_former_names(tasks: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Return `tasks`, the former names of each task by its name.

    Raises TaskDefinitionError where a former name is a task's own, or that of two tasks.
    """
    owners: dict[str, str] = {}
    for name, formerly in tasks.items():
        for former in formerly:
            if former in tasks:
                raise TaskDefinitionError(
                    f"task {name!r} was formerly {former!r}, and another task has that name now: "
                    "rename that one, or leave it out of formerly"
                )
            if owners.setdefault(former, name) != name:
                raise TaskDefinitionError(
                    f"tasks {owners[former]!r} and {name!r} were both formerly {former!r}: only "
                    "one of them can go on from what is known of it"
                )
    return tasks


def kubernetes_name(name: str) -> str:
    """Return the name as Kubernetes objects have it: `_` becomes `-`."""
    return name.replace("_", "-")


def suggestion(name: str, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """Return `, did you mean …?` with the nearest known name, or nothing.

    `cutoff`: how near it must be, from 0 to 1, as difflib measures.
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f", did you mean {near[0]!r}?" if near else ""
