"""Numbers that only grow, counted from any thread. Standard library only."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence


class Counts:
    """Counters of one family, by the values of its labels."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, ...], float] = {}

    def expect(self, keys: Iterable[tuple[str, ...]]) -> None:
        """Have these there from now on, at 0: a counter that appears late hides its first step."""
        with self._lock:
            for key in keys:
                self._values.setdefault(key, 0)

    def add(self, key: tuple[str, ...], number: float = 1) -> None:
        """Count `number` more."""
        with self._lock:
            self._values[key] = self._values.get(key, 0) + number

    def values(self) -> Mapping[tuple[str, ...], float]:
        """Return a copy, in the order of their appearance."""
        with self._lock:
            return self._values.copy()

    def __contains__(self, key: tuple[str, ...]) -> bool:
        return key in self._values


class Distribution:
    """How many values were at most as large as each of `bounds`, ascending."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._lock = threading.Lock()
        self._bounds = bounds
        self._numbers = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        with self._lock:
            self._numbers[bisect_left(self._bounds, value)] += 1
            self._sum += value

    def buckets(self) -> tuple[list[tuple[str, float]], float]:
        """Return cumulative numbers by upper bound, the last of which is `+Inf`, and the sum."""
        with self._lock:
            numbers, total = list(self._numbers), self._sum
        names = [*(f"{bound:g}" for bound in self._bounds), "+Inf"]
        so_far = 0
        found: list[tuple[str, float]] = []
        for name, number in zip(names, numbers, strict=True):
            so_far += number
            found.append((name, so_far))
        return found, total
