"""Rules for task names: each must be a Kubernetes name, a variable name and a command argument."""

import difflib
import re
from collections.abc import Iterable

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


def kubernetes_name(name: str) -> str:
    """Return the name as Kubernetes objects have it: `_` becomes `-`."""
    return name.replace("_", "-")


def suggestion(name: str, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """Return `, did you mean …?` with the nearest known name, or nothing.

    `cutoff`: how near it must be, from 0 to 1, as difflib measures.
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f", did you mean {near[0]!r}?" if near else ""
