"""Time zones as tables of UTC offsets, and the verdict of the API server on `.spec.timeZone`.

A zone is read from the newest tz database at hand, by asking `zoneinfo` for offsets and closing in
on the seconds at which they change. That needs no parser of its own and works for years far behind
the last transition that the database lists.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from rota.model.errors import ScheduleError
from rota.schedules.tz_database import TzDatabase, tz_databases, zone_info

SECONDS_PER_DAY = 86_400

_ALWAYS_SECONDS = 1 << 62
# The widest change of an offset is a whole day (Pacific/Apia, 2011-12-30). Within a day and an
# hour of a change, cron's answers depend on the way that the search takes.
_UNREST_SECONDS = SECONDS_PER_DAY + 3600
_BLOCK_BITS = 28  # offsets are looked up and kept for 2**28 seconds (8.5 years) at a time
_BLOCK_MARGIN_SECONDS = 400 * SECONDS_PER_DAY
# Shorter than the shortest time between two changes that undo each other since 1970 (Ramadan in
# Morocco and Egypt, about a month).
_PROBE_SECONDS = 7 * SECONDS_PER_DAY
_FIRST_PROBE = int(datetime(2, 1, 1, tzinfo=UTC).timestamp())
_LAST_PROBE = int(datetime(9998, 12, 31, tzinfo=UTC).timestamp())
FIRST_SECOND = int(datetime(1, 1, 2, tzinfo=UTC).timestamp())  # a date wherever it is read
FIRST_CALM_SECOND = _FIRST_PROBE
LAST_CALM_SECOND = _LAST_PROBE
# What the API server's validation asks of each part of a name between slashes.
_NAME_PART = re.compile(r"(?!-)(?!\.{1,2}$)[A-Za-z.\-_0-9+]{1,14}", re.ASCII)
# Files of a tz directory that mean something else on each machine, or count leap seconds.
_MACHINE_DEPENDENT = re.compile(r"(?:localtime|posixrules)$|(?:posix|right)/")


class Span(NamedTuple):
    """A time with one offset: `start <= epoch < end`; all three in seconds."""

    start: int
    end: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Block:
    """The spans that touch one block of time, and the days whose midnight is none or not one."""

    starts: tuple[int, ...]
    spans: tuple[Span, ...]
    calm_spans: tuple[Span, ...]
    odd_midnights: tuple[int, ...]


class Zone:
    """The UTC offsets of one time zone. Made by `load_zone`; tables fill as they are asked for."""

    __slots__ = ("_blocks", "_info", "constant_span", "name")

    def __init__(self, name: str, info: tzinfo) -> None:
        self.name = name
        self._info = info
        self._blocks: dict[int, _Block] = {}
        fixed = info.utcoffset(None)
        self.constant_span = fixed if fixed is None else _constant_span(fixed)

    def __reduce__(self) -> tuple[Any, ...]:
        # A zone that was read from a file cannot be pickled, and one object a zone is enough.
        return load_zone, (self.name,)

    def span(self, epoch: int) -> Span:
        """Return the span that `epoch` lies in."""
        block = self._block(epoch >> _BLOCK_BITS)
        return block.spans[bisect_right(block.starts, epoch) - 1]

    def calm_span(self, epoch: int) -> Span:
        """Return `span(epoch)` less what is near its ends, where `epoch` itself may be."""
        block = self._block(epoch >> _BLOCK_BITS)
        return block.calm_spans[bisect_right(block.starts, epoch) - 1]

    def local(self, epoch: int) -> int:
        """Return what the wall clock shows at `epoch`, counted as if it were UTC."""
        return epoch + self.span(epoch).offset

    def resolve(self, local: int) -> int:
        """Return the instant at which the wall clock shows `local`, as Go's `time.Date` chooses.

        Of two instants, and where there is none, the choice is odd but stable: the offset that
        holds at `local` read as UTC, if it still holds at the instant so found, else the one there.
        """
        start, end, offset = self.span(local)
        if not start <= local - offset < end:
            offset = self.span(local - offset).offset
        return local - offset

    def odd_midnights(self, first_day: int, last_day: int) -> list[int]:
        """Return the days, counted from the epoch, whose midnight is skipped, doubled or a change.

        Only those from `first_day` to `last_day`, some of them twice.
        """
        first_block = first_day * SECONDS_PER_DAY >> _BLOCK_BITS
        last_block = last_day * SECONDS_PER_DAY >> _BLOCK_BITS
        return [
            day
            for index in range(first_block, last_block + 1)
            for day in self._block(index).odd_midnights
            if first_day <= day <= last_day
        ]

    def changes(self, first: int, last: int) -> list[tuple[Span, Span]]:
        """Return the spans before and after each change of the offset in `[first, last]`."""
        found = []
        before = self.span(first)
        while (after := self.span(before.end)).start <= last and before.end < _ALWAYS_SECONDS:
            found.append((before, after))
            before = after
        return found

    def _block(self, index: int) -> _Block:
        block = self._blocks.get(index)
        if block is None:
            block = self._blocks[index] = _make_block(self._spans_around(index))
        return block

    def _spans_around(self, index: int) -> list[Span]:
        if self.constant_span is not None:
            return [Span(-_ALWAYS_SECONDS, _ALWAYS_SECONDS, self.constant_span.offset)]
        begin = (index << _BLOCK_BITS) - _BLOCK_MARGIN_SECONDS
        finish = ((index + 1) << _BLOCK_BITS) + _BLOCK_MARGIN_SECONDS
        spans = []
        start, offset = -_ALWAYS_SECONDS, self._offset(begin)
        for probe in range(begin, finish, _PROBE_SECONDS):
            while self._offset(probe + _PROBE_SECONDS) != offset:
                change = self._first_change(max(probe, start), probe + _PROBE_SECONDS, offset)
                spans.append(Span(start, change, offset))
                start, offset = change, self._offset(change)
        spans.append(Span(start, _ALWAYS_SECONDS, offset))
        return spans

    def _first_change(self, low: int, high: int, offset: int) -> int:
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high

    def _offset(self, epoch: int) -> int:
        moment = datetime.fromtimestamp(min(max(epoch, _FIRST_PROBE), _LAST_PROBE), self._info)
        return (moment.utcoffset() or timedelta()) // timedelta(seconds=1)


def _constant_span(offset: timedelta) -> Span:
    return Span(FIRST_CALM_SECOND, LAST_CALM_SECOND, offset // timedelta(seconds=1))


def _make_block(spans: list[Span]) -> _Block:
    calm = [
        Span(
            max(start + _UNREST_SECONDS, FIRST_CALM_SECOND),
            min(end - _UNREST_SECONDS, LAST_CALM_SECOND),
            offset,
        )
        for start, end, offset in spans
    ]
    odd_midnights: list[int] = []
    for before, after in pairwise(spans):
        low, high = sorted((after.start + before.offset, after.start + after.offset))
        odd_midnights += range(-(-low // SECONDS_PER_DAY), high // SECONDS_PER_DAY + 1)
    return _Block(
        starts=tuple(span.start for span in spans),
        spans=tuple(spans),
        calm_spans=tuple(calm),
        odd_midnights=tuple(odd_midnights),
    )


@lru_cache(maxsize=1024)
def load_zone(name: str | None) -> Zone:
    """Return the one zone object called `name`; ScheduleError where the name is refused."""
    if not isinstance(name, str) or not name:
        raise ScheduleError(
            "no time zone is given: name one of the tz database, such as Etc/UTC or Europe/Berlin"
        )
    if name.lower() == "local":
        raise ScheduleError(
            f"time zone {name!r} is refused, as Kubernetes refuses it: "
            "name one of the tz database, such as Etc/UTC or Europe/Berlin"
        )
    well_formed = all(_NAME_PART.fullmatch(part) for part in name.split("/"))
    if well_formed and not _MACHINE_DEPENDENT.match(name):
        try:
            return Zone(name, zone_info(name))
        except KeyError:
            pass
    raise ScheduleError(f"time zone {name!r} is unknown{_nearest(name)}")


class ZoneDifference(NamedTuple):
    """Two tz databases that disagree on a zone's offset, for the first time at epoch `at`."""

    at: int
    used: TzDatabase
    other: TzDatabase


def zone_difference(name: str, first: int, last: int) -> ZoneDifference | None:
    """Return where another database of this machine disagrees on a zone in `[first, last]`.

    A database that lacks the zone is passed over: nothing would be read from it.
    """
    used, *others = tz_databases()
    zone = load_zone(name)
    for other in others:
        try:
            theirs = Zone(name, other.zone(name))
        except (OSError, ValueError):
            continue
        changes = [*zone.changes(first, last), *theirs.changes(first, last)]
        for at in sorted({first, *(after.start for _, after in changes)}):
            if zone.span(at).offset != theirs.span(at).offset:
                return ZoneDifference(at, used, other)
    return None


def _nearest(name: str) -> str:
    zones = (each for each in available_timezones() if not _MACHINE_DEPENDENT.match(each))
    known = {each.lower(): each for each in zones}
    if not known:
        return ": no tz database is installed, neither in the system nor as the package tzdata"
    wanted = name.lower().replace(" ", "_")
    cities = {each.rpartition("/")[2]: each for each in known}
    near = [cities[city] for city in get_close_matches(wanted, cities, cutoff=0.8)]
    near = near or get_close_matches(wanted, known)
    return f": did you mean {known[near[0]]}?" if near else ", names are like Europe/Berlin"
