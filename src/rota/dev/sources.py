"""The files whose change means a new start, and how to notice that they have changed.

They are looked at again and again: bind mounts of containers and network folders report no events.
"""

import importlib.util
import os
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

# By path, the time of the last change (ns) and the size.
Snapshot = Mapping[str, tuple[int, int]]

MOST_FILES = 5000
_SETTINGS = (".env", "pyproject.toml")
_ROTA = Path(__file__).parents[1]
_INSTALLED = {"site-packages", "dist-packages"}
_NO_SOURCES = {"__pycache__", "node_modules"}


@dataclass(frozen=True, slots=True)
class Places:
    """What is watched: files, the modules in `folders` and all below, those in `flat` folders."""

    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    flat: frozenset[str] = frozenset()

    def __or__(self, other: "Places") -> "Places":
        return Places(
            self.files | other.files, self.folders | other.folders, self.flat | other.flat
        )

    def __sub__(self, other: "Places") -> "Places":
        return Places(
            self.files - other.files, self.folders - other.folders, self.flat - other.flat
        )


def places_here() -> Places:
    """Return what is watched before anything is known: settings and modules of this folder."""
    try:
        here = Path.cwd()
    except OSError:  # it is deleted, and the child will say so
        return Places()
    return Places(frozenset(str(here / name) for name in _SETTINGS), flat=frozenset([str(here)]))


def places_of_targets(targets: Iterable[str]) -> Places:
    """Return the packages and modules that `module:attribute` texts name, importing none."""
    folders, flat = set(), set()
    for name in {target.partition(":")[0].partition(".")[0] for target in targets}:
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            continue
        if spec is None:
            continue
        if spec.submodule_search_locations is not None:
            folders |= {str(each) for each in spec.submodule_search_locations if _is_own(each)}
        elif spec.origin is not None and _is_own(spec.origin):
            flat.add(str(Path(spec.origin).parent))
    return Places(folders=frozenset(folders), flat=frozenset(flat))


def places_of_modules(modules: Iterable[ModuleType]) -> Places:
    """Return the files of imported modules, less Python's, rota's and installed ones."""
    files = [getattr(module, "__file__", None) for module in modules]
    return Places(frozenset(each for each in files if isinstance(each, str) and _is_own(each)))


def _is_own(path: str) -> bool:
    place = Path(path)
    if _INSTALLED & set(place.parts) or place.is_relative_to(_ROTA):
        return False
    return not place.is_relative_to(sysconfig.get_path("stdlib")) and place.is_absolute()


def look(places: Places) -> Snapshot:
    """Return the state of all files in `places` that are there, at most `MOST_FILES` of them."""
    found: dict[str, tuple[int, int]] = {}
    for path in _paths(places):
        try:
            status = os.stat(path)  # noqa: PTH116 (of thousands of files, twice a second)
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
        if len(found) >= MOST_FILES:
            break
    return found


def _paths(places: Places) -> Iterator[str]:
    yield from sorted(places.files)
    for folder in sorted(places.flat):
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 (as above)
        except OSError:
            continue
        yield from (f"{folder}/{name}" for name in names if name.endswith(".py"))
    for top in sorted(places.folders):
        for folder, below, names in os.walk(top):
            below[:] = [each for each in below if each[0] != "." and each not in _NO_SOURCES]
            yield from (f"{folder}/{name}" for name in names if name.endswith(".py"))


def changes(before: Snapshot, after: Snapshot) -> list[str]:
    """Return the paths that are new, gone or different."""
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))


class Watcher:
    """Reports changed files once they have been the same in two looks: saving takes a moment."""

    def __init__(self, places: Places, look_at: Callable[[Places], Snapshot] = look) -> None:
        self._look_at = look_at
        self._places = places
        self._accepted = dict(look_at(places))
        self._last: Snapshot = self._accepted

    def widen(self, places: Places) -> None:
        """Watch `places` too, as they are now."""
        news = places - self._places
        self._places |= places
        for path, state in self._look_at(news).items():
            self._accepted.setdefault(path, state)

    def poll(self) -> list[str]:
        """Look; return the paths that have changed since the last ones were returned."""
        last, self._last = self._last, self._look_at(self._places)
        if last != self._last:
            return []
        found = changes(self._accepted, self._last)
        self._accepted = dict(self._last)
        return found
