"""Agreement with robfig/cron v3.0.1, by the vectors that it made (see vectors/README.md)."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from rota.model.errors import ScheduleError
from rota.schedules import parse_schedule

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "vectors" / "cron.jsonl").read_text("utf-8").splitlines()
]
# Accepted by the library, refused here on purpose; vectors/README.md has the reasons.
STRICTER = {"@every 100ms", "@every -5m"}


def refused_here(vector):
    text = vector["schedule"]
    return bool(vector.get("error")) or not vector["next"] or "TZ=" in text or text in STRICTER


def describe(vector):
    return f"{vector['schedule']!r} in {vector['timezone']} after {vector['after']}"


@pytest.mark.fault(8)
@pytest.mark.parametrize("vector", [each for each in VECTORS if refused_here(each)], ids=describe)
def test_what_robfig_cron_refuses_or_never_fires_is_refused(vector):
    with pytest.raises(ScheduleError):
        parse_schedule(vector["schedule"], vector["timezone"])


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    "vector", [each for each in VECTORS if not refused_here(each)], ids=describe
)
def test_fire_times_are_those_of_robfig_cron(vector):
    schedule = parse_schedule(vector["schedule"], vector["timezone"])
    moment = datetime.fromisoformat(vector["after"])
    fires = []
    for _ in vector["next"]:
        moment = schedule.next_after(moment)
        fires.append(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert fires == vector["next"]


def test_the_vectors_are_all_there():
    assert len(VECTORS) == 600
    assert sum(1 for each in VECTORS if not refused_here(each)) > 500
