"""How a simulation's runs spread over a day: each hour, and the minute where most begin."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rota.testing.report import SimulatedRun

HOURS = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the day in UTC, over all days. `most` runs began in the `minute`, on one day.

    `tasks` are theirs; `days` says on how many days so many began then.
    """

    hour: int
    runs: int
    minute: int
    most: int
    tasks: tuple[str, ...]
    days: int


def day_view(runs: Sequence[SimulatedRun]) -> list[Hour]:
    """Return the 24 hours of the day."""
    by_minute: defaultdict[tuple[int, int], defaultdict[int, list[str]]]
    by_minute = defaultdict(lambda: defaultdict(list))
    totals: Counter[int] = Counter()
    for run in runs:
        totals[run.started.hour] += 1
        minute = (run.started.hour, run.started.minute)
        by_minute[minute][run.started.toordinal()].append(run.task)
    return [_hour(hour, totals[hour], by_minute) for hour in range(HOURS)]


def _hour(
    hour: int,
    runs: int,
    by_minute: "defaultdict[tuple[int, int], defaultdict[int, list[str]]]",
) -> Hour:
    busiest = Hour(hour, runs, 0, 0, (), 0)
    for minute in range(60):
        days = by_minute.get((hour, minute))
        if days is None:
            continue
        most = max(map(len, days.values()))
        if most > busiest.most:
            names = next(sorted(each) for each in days.values() if len(each) == most)
            count = sum(len(each) == most for each in days.values())
            busiest = Hour(hour, runs, minute, most, tuple(dict.fromkeys(names)), count)
    return busiest
