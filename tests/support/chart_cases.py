"""Values files for the chart, good and bad, from tests/chart/cases.yaml."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).parents[1] / "chart/cases.yaml"
# An hourly CronJob and a small scheduler: every kind of pod.
_BASE: dict[str, Any] = {
    "mode": "hybrid",
    "tasks": {
        "cleanup": {"enabled": False},
        "notifications": {"enabled": False},
        "hourly": {"intervalSeconds": 3600},
        "fast": {"intervalSeconds": 5},
    },
    "serviceAccount": {"create": False},
}
_HOLE = "HOLE"


def cases() -> dict[str, dict[str, Any]]:
    """Return the values by a name that tells what is tried where."""
    return {
        f"{at} {place} {tried}"[:200]: merged(_BASE, repeated(filled(place, tried)))
        for at, (tried, place) in enumerate(_tried())
    }


def some(number: int) -> dict[str, dict[str, Any]]:
    """Return that many of them, the same each time."""
    found = cases()
    chosen = random.Random(26).sample(sorted(found), number)  # noqa: S311 (no secret)
    return {name: found[name] for name in chosen}


def _tried() -> Iterator[tuple[Any, Any]]:
    for group in yaml.safe_load(PATH.read_text("utf-8")):
        for place in group["at"]:
            for tried in group["try"]:
                yield tried, place


def repeated(value: Any) -> Any:
    """Return the value with each `{times: [text, number]}` written out."""
    if isinstance(value, dict):
        if value.keys() == {"times"}:
            text, number = value["times"]
            return text * number
        return {key: repeated(each) for key, each in value.items()}
    return [repeated(each) for each in value] if isinstance(value, list) else value


def filled(place: Any, tried: Any) -> Any:
    """Return the place with what is tried in its hole; `{HOLE: HOLE}` takes a map's keys."""
    if isinstance(place, list):
        return [filled(each, tried) for each in place]
    if not isinstance(place, dict):
        return tried if place == _HOLE else place
    found: dict[str, Any] = {}
    for key, each in place.items():
        if key == each == _HOLE:
            found |= tried
        else:
            found[str(tried) if key == _HOLE else key] = filled(each, tried)
    return found


def merged(values: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with `over` laid over them, map by map, as Helm does."""
    found = dict(values)
    for key, each in over.items():
        below = found.get(key)
        found[key] = (
            merged(below, each) if isinstance(below, dict) and isinstance(each, dict) else each
        )
    return found
