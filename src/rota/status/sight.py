"""What a console could see of the cluster, and which slots nobody saw."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rota.ledger.protocol import LedgerReader
from rota.model.clock import instant, rfc3339
from rota.schedules import Schedule, newest_until

# Each watch is heard of once a minute; then come a pause, and the ten seconds until it is noted.
BLIND_AFTER_SECONDS = 120.0
# A stretch that nobody saw, in epoch times; without an end while it lasts.
Gap = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything up to `until` was seen but the `gaps`, at the epoch time `now`; all epoch times.

    A console is `blind_since` a time if nothing was heard for two minutes.
    """

    until: float
    gaps: Sequence[tuple[float, float]]
    now: float

    @property
    def blind_since(self) -> float | None:
        """Since when nothing was seen; None while the console watches."""
        return self.until if self.now - self.until > BLIND_AFTER_SECONDS else None

    @property
    def seen_until(self) -> float:
        """Up to when something can be said: now, while the console watches."""
        return self.now if self.blind_since is None else self.until

    def unseen(self) -> Sequence[tuple[float, float]]:
        """Return the stretches that nobody saw, the one that lasts included, the oldest first."""
        blind = self.blind_since
        return self.gaps if blind is None else [*self.gaps, (blind, self.now)]

    def unseen_between(self, first: float, last: float) -> Sequence[Gap]:
        """Return the stretches that nobody saw and that meet the time between two epoch times."""
        blind = self.blind_since
        met = (gap for gap in self.unseen() if gap[0] <= last and gap[1] >= first)
        return [(since, None if since == blind else end) for since, end in met]

    def gap_of(self, slot: int) -> tuple[float, float] | None:
        """Return the stretch that nobody saw in which a slot lies."""
        return next((gap for gap in self.unseen() if gap[0] <= slot <= gap[1]), None)


def gap_facts(gaps: Sequence[Gap]) -> list[Mapping[str, str | None]]:
    """Return gaps JSON-ready."""
    return [
        {
            "from": rfc3339(instant(int(first))),
            "to": None if last is None else rfc3339(instant(int(last))),
        }
        for first, last in gaps
    ]


def sight_of(reader: LedgerReader, now: float) -> Sight | None:
    """Return what the console that writes a ledger could see; None for a scheduler's ledger."""
    until = reader.watched_until()
    return None if until is None else Sight(until, _merged(reader.gaps()), now)


def _merged(gaps: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Return stretches that do not meet: the watches of several kinds may miss the same time."""
    merged: list[tuple[float, float]] = []
    for first, last in sorted(gaps):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def unseen_slots(
    schedule: Schedule, sight: Sight, after: int, known: Collection[int], limit: int
) -> Iterator[int]:
    """Yield the newest slots after an epoch time that nobody saw, less those that are known."""
    left = limit
    for first, last in reversed(sight.unseen()):
        begin, slot = max(after, int(first)), int(last)
        while left > 0 and (found := newest_until(schedule, begin, slot)) is not None:
            if found not in known:
                yield found
                left -= 1
            slot = found - 1
