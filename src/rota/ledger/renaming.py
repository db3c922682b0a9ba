"""What a ledger has of a task under a former name, given to the name that it has now."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

Formerly = Mapping[str, Sequence[str]]
"""The former names of tasks, by the name that each has now."""

NO_RENAMES: Formerly = {}

# Where both names are known, an older version of the application ran in between: what was met last
# counts, so that no slot runs again.
_FORGET_OLDER = """
DELETE FROM tasks WHERE name = :new
    AND accounted < (SELECT accounted FROM tasks WHERE name = :old)
"""
_MOVES = (
    "UPDATE OR IGNORE tasks SET name = :new WHERE name = :old",
    "DELETE FROM tasks WHERE name = :old",
    "UPDATE OR IGNORE owed_slots SET task = :new WHERE task = :old",
    "DELETE FROM owed_slots WHERE task = :old",
    "UPDATE OR IGNORE pauses SET task = :new WHERE task = :old",
    "DELETE FROM pauses WHERE task = :old",
    "UPDATE runs SET task = :new WHERE task = :old",
    "UPDATE skips SET task = :new WHERE task = :old",
)


def renames(formerly: Formerly) -> Iterator[tuple[str, str]]:
    """Yield each former name with the name that it is now."""
    for new, names in formerly.items():
        for old in names:
            yield old, new


def rename_rows(connection: sqlite3.Connection, formerly: Formerly) -> None:
    """Give the rows of former names to the new ones, in the transaction that has begun."""
    for old, new in renames(formerly):
        names = {"old": old, "new": new}
        connection.execute(_FORGET_OLDER, names)
        for move in _MOVES:
            connection.execute(move, names)
