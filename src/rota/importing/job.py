"""One job of another scheduler, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

# `(after, until, count)` → the first `count` instants in `(after, until]`, in epoch seconds.
Instants = Callable[[int, int, int], list[int]]


class State(StrEnum):
    """What became of a job."""

    CONVERTED = "converted"
    BY_HAND = "by hand"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedJob:
    """A job, with the schedule and the fields of the task that takes its place.

    `where` finds it again, such as `line 3`. `old` is what it was, without secrets, for a comment.
    `reason` says why it is not converted; `notes` say what a converted one does differently.
    `fields` are further options of `@task`. `instants` computes when it runs by the rules of its
    source; None where these have no fixed instants.
    """

    where: str
    old: str
    name: str
    state: State
    reason: str = ""
    schedule: str | None = None
    timezone: str = "Etc/UTC"
    fields: tuple[tuple[str, str | int | bool], ...] = ()
    notes: tuple[str, ...] = ()
    instants: Instants | None = None
