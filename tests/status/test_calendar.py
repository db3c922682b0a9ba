from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.schedules import Cron, Interval
from rota.schedules.splay import splay_offset_minutes
from rota.status.calendar import DAYS, HOURS, by_weekday_and_hour, week_of
from support.ledger_runs import START
from support.statuses import make_task

# 2026-11-24, a Tuesday, and a time of that day.
NOW = START + 12 * 3600 + 1234
TUESDAY = 1


def week(*tasks, now=NOW, release="rota"):
    return week_of(tasks, now, release=release)


def test_slots_are_counted_by_weekday_and_hour_from_today_on():
    found = week(
        make_task("a", schedule="30 9 * * 1"),
        make_task("b", schedule="0 3 * * *"),
        make_task("c", interval_seconds=1800),
    )

    assert found.first == START
    assert found.slots[0][9] == 1 + 2
    assert found.slots[TUESDAY][9] == 2
    assert [day[3] for day in found.slots] == [3] * DAYS
    assert sum(map(sum, found.slots)) == 1 + 7 + 7 * 48


def test_hours_are_those_of_utc():
    found = week(make_task("t", schedule="0 9 * * *", timezone="Asia/Tokyo"))

    assert [day[0] for day in found.slots] == [1] * DAYS
    assert sum(map(sum, found.slots)) == DAYS


@pytest.mark.parametrize("seconds", [1, 7, 20, 60])
def test_what_comes_more_than_once_a_minute_is_counted_in_full(seconds):
    found = week(make_task("t", interval_seconds=seconds))

    assert sum(map(sum, found.slots)) == len(
        range(START + -START % seconds, START + 7 * 86_400, seconds)
    )
    assert max(map(max, found.slots)) <= -(-3600 // seconds)


@given(st.integers(61, 90_000), st.integers(0, 2**31))
def test_every_slot_of_the_week_is_counted_once(seconds, now):
    task = replace(make_task("t", interval_seconds=3600), schedule=Interval(seconds))
    first = now - now % 86_400

    found = week(task, now=now)

    assert sum(map(sum, found.slots)) == len(
        [at for at in range(first, first + 7 * 86_400) if at % seconds == 0]
        if seconds < 3600
        else range(first + -first % seconds, first + 7 * 86_400, seconds)
    )


def test_a_suspended_task_is_no_load():
    assert sum(map(sum, week(make_task("t", interval_seconds=60, suspend=True)).slots)) == 0


def test_where_three_tasks_start_in_one_minute_they_are_named_the_worst_first():
    tasks = [make_task(f"nightly-{n}", schedule="0 2 * * *") for n in range(4)]
    tasks += [make_task(f"monday-{n}", schedule="15 7 * * 1") for n in range(3)]
    tasks += [make_task(f"pair-{n}", schedule="45 5 * * *") for n in range(2)]

    night, monday = week(*tasks).collisions

    assert (list(night.times), night.days) == (["02:00"], 7)
    assert list(night.tasks) == ["nightly-0", "nightly-1", "nightly-2", "nightly-3"]
    assert (list(monday.times), monday.days) == (["07:15"], 1)
    assert list(monday.tasks) == ["monday-0", "monday-1", "monday-2"]


def test_a_splay_is_proposed_where_it_lowers_the_peak_as_the_scheduler_would_compute_it():
    tasks = [make_task(f"t{number}", interval_seconds=3600) for number in range(200)]

    proposal = week(*tasks).proposal

    assert dict(proposal.splay_minutes) == {task.name: 59 for task in tasks}
    assert proposal.peak_before == 200
    splayed = [make_task(task.name, interval_seconds=3600, splay_minutes=59) for task in tasks]
    assert proposal.peak_after == max(len(each.tasks) for each in week(*splayed).collisions)
    assert week(*splayed).proposal is None


def test_a_splay_is_that_of_the_release():
    tasks = [make_task(f"t{number}", interval_seconds=3600) for number in range(40)]
    offsets = Counter(splay_offset_minutes("shop", task.name, 59) for task in tasks)

    assert week(*tasks, release="shop").proposal.peak_after == max(offsets.values())


def test_a_splay_stays_within_the_interval():
    tasks = [make_task(f"t{number}", interval_seconds=300) for number in range(10)]

    assert set(week(*tasks).proposal.splay_minutes.values()) == {4}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"schedule": "0 2 * * *"}, id="a text of one's own"),
        pytest.param({"interval_seconds": 420}, id="an interval without a text"),
        pytest.param({"interval_seconds": 60}, id="each minute anyway"),
        pytest.param({"interval_seconds": 3600, "splay_minutes": 10}, id="has one"),
    ],
)
def test_no_splay_is_proposed_where_none_is_possible(fields):
    tasks = [make_task(f"t{number}", **fields) for number in range(10)]

    assert week(*tasks).proposal is None


def test_without_tasks_there_is_nothing():
    found = week()

    assert found.facts() == {
        "from": "2026-11-24T00:00:00Z",
        "slots": [[0] * HOURS] * DAYS,
        "collisions": [],
        "splay_minutes": None,
        "peak": None,
        "peak_with_splay": None,
    }


def test_the_facts_are_ready_for_json():
    tasks = [make_task(f"t{number}", interval_seconds=3600) for number in range(3)]

    facts = week(*tasks).facts()

    [collision] = facts["collisions"]
    assert collision["times"] == [f"{hour:02d}:00" for hour in range(24)]
    assert collision["tasks"] == ["t0", "t1", "t2"]
    assert collision["days"] == 7
    assert facts["peak"] == 3
    assert facts["peak_with_splay"] < 3


def test_a_schedule_is_walked_once_for_all_tasks_that_have_it(monkeypatch):
    asked = []
    real = Cron.next_epoch

    def counted(self, after, /):
        asked.append(self.text)
        return real(self, after)

    monkeypatch.setattr(Cron, "next_epoch", counted)
    tasks = [make_task(f"t{number}", schedule="3 */2 * * *") for number in range(50)]

    week(*tasks, now=NOW + 365 * 86_400)

    assert asked.count("3 */2 * * *") <= 7 * 12 + 1


def test_moments_are_counted_by_weekday_and_hour():
    grid = by_weekday_and_hour([START, START + 3599.9, START + 3600, START + 6 * 86_400])

    assert grid[TUESDAY][:2] == [2, 1]
    assert grid[0][0] == 1
    assert sum(map(sum, grid)) == 4
