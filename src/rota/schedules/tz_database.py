"""The tz databases of this machine, and zones out of the newest of them.

Python's own order (the system's, else the package `tzdata`) takes a database that is years old
where a newer one is at hand, and then a slot is an hour off wherever a government has changed its
mind since. The Kubernetes API server brings a database of its own.
"""

import re
import zoneinfo
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

_PACKAGE = "the package tzdata"
# A release is a year and letters: 2025b is older than 2026a.
_RELEASE = re.compile(r"\b(\d{4}[a-z]*)\b")
# What a folder of compiled zones may hold besides: Debian's and IANA's, and that of the BSDs.
_VERSION_FILES = ("tzdata.zi", "+VERSION")
_LONGEST_LINE_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class TzDatabase:
    """One database: `source` for people, `version` such as 2026f, empty if that is unknown."""

    source: str
    version: str
    folder: Path

    def zone(self, name: str) -> ZoneInfo:
        """Return a zone; OSError or ValueError where the database has none of that name."""
        with (self.folder / name).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)


@cache
def tz_databases() -> tuple[TzDatabase, ...]:
    """Return the databases in the order in which they are asked: the newest first.

    Of two that are equally new the system's comes first; one of an unknown version comes last.
    """
    folders = [Path(path) for path in zoneinfo.TZPATH]
    found = [TzDatabase(str(each), _version_in(each), each) for each in folders if each.is_dir()]
    found += _packaged()
    return tuple(sorted(found, key=lambda database: database.version, reverse=True))


def zone_info(name: str) -> ZoneInfo:
    """Return a zone from the newest database that has it; KeyError where none has."""
    for database in tz_databases():
        try:
            return database.zone(name)
        except (OSError, ValueError):  # no such file, a folder, or no file of a zone
            continue
    raise KeyError(name)


def _packaged() -> list[TzDatabase]:
    try:
        tzdata = import_module("tzdata")
    except ImportError:  # a distribution may leave it out in favour of its own
        return []
    folder = Path(tzdata.__path__[0]) / "zoneinfo"
    return [TzDatabase(_PACKAGE, tzdata.IANA_VERSION, folder)]


def _version_in(folder: Path) -> str:
    for name in _VERSION_FILES:
        try:
            with (folder / name).open(encoding="utf-8", errors="replace") as file:
                release = _RELEASE.search(file.readline(_LONGEST_LINE_CHARACTERS))
        except OSError:
            continue
        if release:
            return release[1]
    return ""
