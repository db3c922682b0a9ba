"""How the runs of a task have changed."""

import math

import pytest

from rota.model.run import Trigger
from rota.web.pages.trends import HEIGHT, MOST_RUNS, count_of, number_text, trends_of
from support.console import HOUR, NOW
from support.statuses import Installation, make_task

LAST = NOW - NOW % HOUR


def ran(*runs, **shared):
    """Return the trends of an hourly task whose runs are given as the fields of each."""
    installation = Installation(NOW, make_task("t", interval_seconds=HOUR))
    for back, fields in zip(reversed(range(len(runs))), runs, strict=True):
        installation.ran("t", LAST - back * HOUR, **{**shared, **fields})
    status = installation.board.task("t")
    return trends_of(status.digest.recent, status.durations)


def chart(trends, key):
    [found] = [each for each in trends.charts if each.key == key]
    return found


def counted(*numbers):
    return chart(ran(*({"counts": {"sent": number}} for number in numbers)), "count-sent")


def test_without_a_run_that_has_ended_there_is_nothing_to_draw():
    assert ran() is None


def test_all_charts_have_the_same_run_in_the_same_place():
    trends = ran(*({"counts": {"sent": n}, "late": n, "duration_seconds": n} for n in range(1, 5)))

    places = [[(bar.path, bar.x) for bar in each.bars] for each in trends.charts]
    assert [each.key for each in trends.charts] == ["durations", "lateness", "count-sent"]
    assert places[0] == places[1] == places[2]
    assert places[0][-1][0] == "runs/run-4"


def test_the_band_lies_between_the_median_and_the_95th_percentile_of_what_succeeded():
    slow = {"outcome": "failed", "duration_seconds": 500.0}
    durations = chart(
        ran(*[{"duration_seconds": s} for s in (10.0, 20.0, 30.0)], slow), "durations"
    )

    median, p95 = durations.band
    assert HEIGHT > median > p95 > 0
    assert "median 20.0 s (dotted line), 95th percentile 29.0 s" in durations.summary
    assert durations.bars[-1].cut
    assert durations.bars[-1].y == 0


def test_where_nothing_has_succeeded_there_is_no_band():
    durations = chart(ran({"outcome": "failed", "duration_seconds": 3.0}), "durations")

    assert durations.band is None
    assert durations.summary == "No run has succeeded."


def test_a_run_by_hand_has_no_lateness():
    trends = ran({"late": 1.0}, {"late": 3.0}, {"late": 900.0, "trigger": Trigger.MANUAL})

    lateness = chart(trends, "lateness")
    assert len(lateness.bars) == 2
    assert lateness.summary == "From slot to start: median 2.0 s, at most 3.0 s."
    assert [late for _, late, _ in trends.rows] == ["1.0 s", "3.0 s", "–"]


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        pytest.param(7, True, id="a whole number"),
        pytest.param(0.5, True, id="a fraction"),
        pytest.param(True, False, id="a truth"),
        pytest.param("7", False, id="a text"),
        pytest.param(math.nan, False, id="not a number"),
        pytest.param(math.inf, False, id="infinite"),
        pytest.param(2 * 10**308, False, id="beyond all fractions"),
        pytest.param([7], False, id="a list"),
    ],
)
def test_only_numbers_are_drawn_of_what_a_task_returned(value, counts):
    installation = Installation(NOW, make_task("t", interval_seconds=HOUR))
    run_id = installation.ran("t", LAST, counts={"sent": value})

    run = installation.board.run(run_id)

    assert (count_of(run, "sent") is not None) == counts


def test_a_run_that_has_no_count_leaves_its_place_empty():
    trends = ran({"counts": {"sent": 5}}, {}, {"counts": {"sent": 9}})

    sent = chart(trends, "count-sent")
    assert [bar.path for bar in sent.bars] == ["runs/run-1", "runs/run-3"]
    assert sent.summary == "Last 9, median 7, from 5 to 9."
    assert [counts for _, _, counts in trends.rows] == [["5"], ["–"], ["9"]]


@pytest.mark.parametrize(
    ("numbers", "remark"),
    [
        pytest.param(
            (12, 14, 0, 0, 0), "0 in the last 3 runs that succeeded, before that 13", id="zeros"
        ),
        pytest.param((12, 14, 0, 0), None, id="too few"),
        pytest.param((0, 0, 0, 0), None, id="never anything"),
        pytest.param((12, 0, 0, 0, 3), None, id="over"),
        pytest.param((0, 0, 0, 9, 0, 0, 0), None, id="mostly nothing"),
    ],
)
def test_runs_that_succeed_and_do_nothing_any_more_are_remarked(numbers, remark):
    found = counted(*numbers).remark

    assert found is None if remark is None else found.startswith(remark)


def test_there_are_bars_for_so_many_runs_and_the_newest_are_kept():
    trends = ran(*({} for _ in range(MOST_RUNS + 5)))

    assert len(trends.rows) == MOST_RUNS
    assert trends.rows[-1][0].run_id == f"run-{MOST_RUNS + 5}"


def test_what_is_all_zero_is_drawn_as_low_bars():
    assert {bar.height for bar in counted(0, 0).bars} == {2.0}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (12480, "12,480"),
        (0.5, "0.5"),
        (63.25, "63.25"),
        (2.0, "2"),
        (0.004, "0"),
        (1.999, "2"),
        (1200.0, "1,200"),
    ],
)
def test_a_count_is_written_with_thousands_apart(value, text):
    assert number_text(value) == text


async def test_the_page_has_the_same_as_a_table(busy, read):
    page = await read(busy, "/tasks/notifications")

    rows = page.one("details", id="trends-table").text
    assert "90 runs from 2026-11-27 18:30:00 UTC" in page.one("p", id="trends-of").text
    assert "Slot, or start State Duration Late sent failed" in rows
    assert "2026-11-28 02:10:00 UTC ✓ succeeded 2.9 s 0.40 s 121 0" in rows
    assert "median 3.6 s (dotted line)" in page.one("figure", id="trend-durations").text
