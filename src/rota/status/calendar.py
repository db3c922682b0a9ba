"""The load of a week: how many slots come in each hour, where tasks meet, and what would help.

Pure arithmetic on schedules. Weekdays count from Monday = 0, hours and minutes are those of UTC.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rota.model.clock import instant, rfc3339
from rota.schedules import (
    ChangingSchedule,
    Cron,
    Interval,
    count_between,
    fire_times,
    splay_offset_minutes,
)
from rota.tasks.definition import TaskDefinition

DAYS = 7
HOURS = 24
_DAY_MINUTES = 1440
WEEK_MINUTES = DAYS * _DAY_MINUTES
_DAY_SECONDS = 86_400
_HOUR_SECONDS = 3600
_MINUTE_SECONDS = 60
_MOST_COLLISIONS = 8
_MOST_MINUTES = 48
_FEWEST_THAT_MEET = 3
_MOST_SPLAY_MINUTES = 59
Grid = Sequence[Sequence[int]]
Rule = Cron | Interval | ChangingSchedule


@dataclass(frozen=True, slots=True)
class Collision:
    """Tasks that start in the same minute, at some times of the day (UTC), on `days` of the week.

    On days where others join them, these are all.
    """

    times: Sequence[str]
    tasks: Sequence[str]
    days: int


@dataclass(frozen=True, slots=True)
class SplayProposal:
    """A `splay_minutes` for each of some tasks, and the most that start together before and after.

    Only tasks with an interval that five-field cron can say may have one.
    """

    splay_minutes: Mapping[str, int]
    peak_before: int
    peak_after: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The week from `first` on, an epoch time: slots by weekday and hour, and what stands out."""

    first: int
    slots: Grid
    collisions: Sequence[Collision]
    proposal: SplayProposal | None

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        proposal = self.proposal
        return {
            "from": rfc3339(instant(self.first)),
            "slots": [list(day) for day in self.slots],
            "collisions": [
                {"times": list(each.times), "tasks": list(each.tasks), "days": each.days}
                for each in self.collisions
            ],
            "splay_minutes": None if proposal is None else dict(proposal.splay_minutes),
            "peak": max((len(each.tasks) for each in self.collisions), default=None),
            "peak_with_splay": None if proposal is None else proposal.peak_after,
        }


def week_of(tasks: Sequence[TaskDefinition], now: float, *, release: str) -> Calendar:
    """Return the load of the seven days that begin with today; suspended tasks are left out."""
    first = int(now) - int(now) % _DAY_SECONDS
    active = [task for task in tasks if not task.suspend]
    loads = {task.name: _load_of(_rule(task), first) for task in active}
    together = [0] * WEEK_MINUTES
    hours = [0] * (DAYS * HOURS)
    # Many tasks share a schedule, and a week of it has up to ten thousand minutes.
    for schedule, tasks_of_it in Counter(_rule(task) for task in active).items():
        load = _load_of(schedule, first)
        for minute in load.minutes:
            together[minute] += tasks_of_it
        hours = [sum_ + tasks_of_it * more for sum_, more in zip(hours, load.hours, strict=True)]
    today = instant(first).weekday()
    days = [hours[day * HOURS : (day + 1) * HOURS] for day in range(DAYS)]
    by_weekday = [days[(weekday - today) % DAYS] for weekday in range(DAYS)]
    return Calendar(
        first,
        by_weekday,
        _collisions(together, loads),
        _proposal(active, first, together, release),
    )


def by_weekday_and_hour(moments: Sequence[float]) -> Grid:
    """Return how many of some epoch times lie in each hour of the week."""
    grid = [[0] * HOURS for _ in range(DAYS)]
    for moment in moments:
        at = instant(moment)
        grid[at.weekday()][at.hour] += 1
    return grid


@dataclass(frozen=True, slots=True)
class _Load:
    """A schedule's week: slots in each hour, and the minutes with a slot, ascending."""

    hours: Sequence[int]
    minutes: "array[int]"

    def has(self, minute: int) -> bool:
        at = bisect_left(self.minutes, minute)
        return at < len(self.minutes) and self.minutes[at] == minute


def _rule(task: TaskDefinition) -> Rule:
    """Return the schedule as it will be: what a CronJob said before does not come again."""
    schedule = task.schedule
    lasting = schedule.rule if isinstance(schedule, ChangingSchedule) else schedule
    # `@every` has no grid without the CronJob that it counts from.
    return lasting if isinstance(lasting, Cron | Interval) else schedule


# The same for all tasks of one schedule, and for a whole day.
@lru_cache(maxsize=1024)
def _load_of(schedule: Rule, first: int) -> _Load:
    end = first + WEEK_MINUTES * _MINUTE_SECONDS
    if isinstance(schedule, Interval) and schedule.seconds <= _MINUTE_SECONDS:
        starts = range(first, end, _HOUR_SECONDS)
        most = _HOUR_SECONDS
        hours = [
            count_between(schedule, start - 1, start + _HOUR_SECONDS - 1, most) for start in starts
        ]
        return _Load(hours, array("H", range(WEEK_MINUTES)))
    hours = [0] * (DAYS * HOURS)
    minutes = array("H")
    for slot in fire_times(schedule, first - 1, end - 1):
        minute = (slot - first) // _MINUTE_SECONDS
        hours[minute // 60] += 1
        minutes.append(minute)
    return _Load(hours, minutes)


def _collisions(together: Sequence[int], loads: Mapping[str, _Load]) -> Sequence[Collision]:
    """Return the minutes of the day in which the most tasks meet, the worst first."""
    found = []
    for minute_of_day in range(_DAY_MINUTES):
        counts = together[minute_of_day::_DAY_MINUTES]
        if max(counts) >= _FEWEST_THAT_MEET:
            found.append((-max(counts), minute_of_day, counts))
    found.sort(key=lambda each: each[:2])
    times: dict[tuple[tuple[str, ...], int], list[str]] = {}
    for _, minute_of_day, counts in found[:_MOST_MINUTES]:
        days = sum(count >= _FEWEST_THAT_MEET for count in counts)
        key = _meeting(minute_of_day, counts, loads), days
        text = f"{minute_of_day // 60:02d}:{minute_of_day % 60:02d}"
        times.setdefault(key, []).append(text)
    return [Collision(at, *key) for key, at in list(times.items())[:_MOST_COLLISIONS]]


def _meeting(
    minute_of_day: int, counts: Sequence[int], loads: Mapping[str, _Load]
) -> tuple[str, ...]:
    worst_day = counts.index(max(counts))
    minute = worst_day * _DAY_MINUTES + minute_of_day
    return tuple(sorted(name for name, load in loads.items() if load.has(minute)))


def _proposal(
    tasks: Sequence[TaskDefinition], first: int, together: Sequence[int], release: str
) -> SplayProposal | None:
    """Return a splay for the tasks that may have one, where it makes fewer start together."""
    spread = list(together)
    proposed: dict[str, int] = {}
    moved: Counter[tuple[Rule, int]] = Counter()
    for task in tasks:
        splay = _possible_splay(task)
        if splay:
            proposed[task.name] = splay
            moved[_rule(task), splay_offset_minutes(release, task.name, splay)] += 1
    # These grids are those of UTC and repeat each week: a splay only turns them.
    for (schedule, offset), count in moved.items():
        for minute in _load_of(schedule, first).minutes:
            spread[minute] -= count
            spread[(minute + offset) % WEEK_MINUTES] += count
    before, after = max(together), max(spread)
    if before < _FEWEST_THAT_MEET or after >= before:
        return None
    return SplayProposal(proposed, before, after)


def _possible_splay(task: TaskDefinition) -> int:
    interval = task.interval_seconds
    if interval is None or task.splay_minutes or not isinstance(_rule(task), Cron):
        return 0
    return min(interval // _MINUTE_SECONDS - 1, _MOST_SPLAY_MINUTES)
