"""The entry points of installed packages: an application's tasks, observers and API client."""

import functools
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any


def installed(group: str) -> list[EntryPoint]:
    """Return the entry points of a group, by name."""
    return sorted(_read(tuple(sys.path)).select(group=group), key=lambda point: point.name)


# At once and once, since each reading opens a file of every installed package: milliseconds, which
# a one-shot run would wait for three times, and a simulation for every process in it.
@functools.lru_cache(maxsize=1)
def _read(path: tuple[str, ...]) -> Any:
    del path  # what is installed depends on it
    return entry_points()  # another class in Python 3.11 than later; both have `select`


forget = _read.cache_clear
