"""The next fire time: rota beside croniter and cronsim. Prints JSON; run by `run.py`.

Each figure is the median over rounds of the time for the same questions, the libraries in turn.
"""

import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter
from cronsim import CronSim

from rota.schedules import Cron
from rota.schedules.calendar import parse_calendar
from rota.schedules.fields import parse_field

ROUNDS = 9
MOMENTS = 400
EXPRESSIONS = (
    "* * * * *",
    "*/15 * * * *",
    "30 2 * * *",
    "15 9-17 * * 1-5",
    "0 0 1,15 * *",
    "0 12 29 2 *",
)
ZONES = ("UTC", "Europe/Berlin")
# Ten years from here: as many moments near a change of the clock as real life has.
_FIRST = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(2036, 1, 1, tzinfo=UTC).timestamp())
# Where the walk through a schedule that fires every four years begins again.
_TURN = datetime(2060, 1, 1, tzinfo=UTC)

Case = dict[str, Callable[[], object]]


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def repeated(text: str, zone: str) -> Case:
    """Walk through consecutive fire times from one moment, with an object made before."""
    start = datetime.fromtimestamp(_FIRST, _zone(zone))
    cron = Cron(text, zone)
    crontab = croniter(text, start)
    simulators = [CronSim(text, start)]
    turn = _TURN.astimezone(start.tzinfo)  # moments of one zone compare without a look-up

    def next_of_simulator(_: datetime) -> datetime:
        return next(simulators[0])

    def turn_simulator() -> None:
        simulators[0] = CronSim(text, start)

    return {
        "rota next_after": _walk(cron.next_after, start, _TURN),
        "rota next_epoch": _walk(cron.next_epoch, _FIRST, int(_TURN.timestamp())),
        "croniter": _walk(
            lambda _: crontab.get_next(datetime), start, turn, lambda: crontab.set_current(start)
        ),
        "cronsim": _walk(next_of_simulator, start, turn, turn_simulator),
    }


def _walk(
    following: Callable[[Any], Any],
    start: Any,
    turn: Any,
    begin_again: Callable[[], object] = lambda: None,
) -> Callable[[], None]:
    def walk() -> None:
        moment = start
        for _ in range(MOMENTS):
            moment = following(moment)
            if moment > turn:
                begin_again()
                moment = start

    return walk


def from_random_moments(text: str, zone: str) -> Case:
    """Ask once from each of many moments; the object is made anew, so the text is parsed anew.

    rota keeps the rules of texts that it has seen, which is part of what it is: `unseen_texts`
    measures it without.
    """
    moments = _moments(zone)
    epochs = [int(moment.timestamp()) for moment in moments]
    return {
        "rota next_after": lambda: [Cron(text, zone).next_after(each) for each in moments],
        "rota next_epoch": lambda: [Cron(text, zone).next_epoch(each) for each in epochs],
        "croniter": lambda: [croniter(text, each).get_next(datetime) for each in moments],
        "cronsim": lambda: [next(CronSim(text, each)) for each in moments],
    }


def from_random_moments_object_kept(text: str, zone: str) -> Case:
    """Ask once from each of many moments with one object, so without parsing.

    cronsim has no way to move an object to another moment.
    """
    moments = _moments(zone)
    epochs = [int(moment.timestamp()) for moment in moments]
    cron = Cron(text, zone)
    crontab = croniter(text, moments[0])

    def by_croniter() -> None:
        for each in moments:
            crontab.set_current(each)
            crontab.get_next(datetime)

    return {
        "rota next_after": lambda: [cron.next_after(each) for each in moments],
        "rota next_epoch": lambda: [cron.next_epoch(each) for each in epochs],
        "croniter": by_croniter,
    }


def unseen_texts(_: str, zone: str) -> Case:
    """Parse texts that were never seen before, and ask each once."""
    chosen = random.Random(4)  # noqa: S311 (the same questions in every run)
    texts = [
        f"{chosen.randrange(60)},{chosen.randrange(60)} {chosen.randrange(12)}-"
        f"{chosen.randrange(12, 24)} {chosen.randrange(1, 29)} * {chosen.randrange(7)}"
        for _ in range(MOMENTS)
    ]
    start = datetime.fromtimestamp(_FIRST, _zone(zone))

    def by_rota() -> None:
        parse_calendar.cache_clear()
        parse_field.cache_clear()
        for text in texts:
            Cron(text, zone).next_after(start)

    return {
        "rota next_after": by_rota,
        "croniter": lambda: [croniter(text, start).get_next(datetime) for text in texts],
        "cronsim": lambda: [next(CronSim(text, start)) for text in texts],
    }


def _moments(zone: str) -> list[datetime]:
    chosen = random.Random(8)  # noqa: S311 (the same questions in every run)
    return [
        datetime.fromtimestamp(chosen.randrange(_FIRST, _LAST), _zone(zone)) for _ in range(MOMENTS)
    ]


def measure(case: Case) -> dict[str, float]:
    """Return the median microseconds of one answer, by library."""
    seconds: dict[str, list[float]] = {name: [] for name in case}
    for ask in case.values():
        ask()
    for _ in range(ROUNDS):
        for name, ask in case.items():
            started = time.process_time()
            ask()
            seconds[name].append(time.process_time() - started)
    return {name: statistics.median(each) / MOMENTS * 1e6 for name, each in seconds.items()}


def main() -> None:
    """Measure every kind of question in every zone."""
    kinds = (repeated, from_random_moments, from_random_moments_object_kept)
    results = [
        {
            "kind": kind.__name__,
            "zone": zone,
            "text": text,
            "microseconds": measure(kind(text, zone)),
        }
        for kind in kinds
        for zone in ZONES
        for text in EXPRESSIONS
    ]
    results += [
        {
            "kind": unseen_texts.__name__,
            "zone": zone,
            "text": f"{MOMENTS} texts",
            "microseconds": measure(unseen_texts("", zone)),
        }
        for zone in ZONES
    ]
    print(json.dumps(results))


if __name__ == "__main__":
    main()
