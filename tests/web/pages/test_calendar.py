import pytest

from rota.web.pages.calendar import shaded
from support.console import HOUR, NOW
from support.statuses import Installation, make_task


async def test_the_week_has_slots_by_weekday_and_hour(read):
    page = await read(Installation(NOW, make_task("t", schedule="0 3 * * 1")), "/calendar")

    assert page.one("tr", id="load-1").text == "Monday · · · 1" + " ·" * 20
    assert page.one("tr", id="load-2").text == "Tuesday" + " ·" * 24


async def test_failures_are_counted_where_they_were(busy, read):
    page = await read(busy, "/calendar")

    assert page.one("tr", id="failed-6").text == "Saturday 2 1 1" + " ·" * 21
    assert "the newest 7 runs that failed or timed out, since 2026-11-26" in page.text


async def test_tasks_that_start_together_are_named_with_a_splay_that_helps(busy, read):
    page = await read(busy, "/calendar")

    assert "00:00 10 every day" in page.one("table", id="collisions").text
    assert "tasks at most would start in the same minute, in place of 10." in page.text
    assert "ROTA_TASK__CLEANUP__SPLAY_MINUTES=59" in page.one("details", id="settings").text


async def test_without_collisions_and_failures_it_says_so(read):
    page = await read(Installation(NOW, make_task("t", interval_seconds=HOUR)), "/calendar")

    assert "Nowhere do three tasks start in the same minute." in page.text
    assert "No run is known to have failed." in page.text


async def test_where_no_splay_helps_it_says_what_does(read):
    tasks = [make_task(f"t{number}", schedule="0 2 * * *") for number in range(4)]

    page = await read(Installation(NOW, *tasks), "/calendar")

    assert "A splay would not help" in page.text
    assert not page.all(id="proposal")


@pytest.mark.parametrize(
    ("numbers", "shades"),
    [
        pytest.param([0, 0, 0], [0, 0, 0], id="none"),
        pytest.param([5, 5, 0], [1, 1, 0], id="all the same"),
        pytest.param([62, 63, 64], [1, 1, 1], id="about the same"),
        pytest.param([1, 2, 1], [1, 2, 1], id="few"),
        pytest.param([1, 4, 10], [1, 2, 4], id="from few to many"),
    ],
)
def test_shades_tell_much_from_little(numbers, shades):
    assert [shade for _, shade in shaded([numbers])[0]] == shades
