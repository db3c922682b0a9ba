import pytest

from rota.model.pause import Pause
from rota.web.pages.lanes import MOST_BARS, Window, at_once, blind_spots, lane_of
from rota.web.pages.timeline import View, suitable_hours, ticks
from support.console import DAY, HOUR, NOW
from support.seen_installation import ABOUT, GAP
from support.statuses import Installation, make_task

WINDOW = Window(NOW - 4 * HOUR, NOW + HOUR, NOW)


def lane(installation, window=WINDOW, most_known=400):
    status = installation.board.task("t", strip_length=most_known)
    return lane_of(status, window, most_known=most_known)


def states(found):
    return [bar.state for bar in found.bars]


@pytest.fixture
def quiet():
    """Return an installation whose task has no slot in the window but what a test says."""
    return Installation(NOW, make_task("t", schedule="0 0 1 1 *"))


def test_a_bar_is_where_its_run_was_and_as_long(quiet):
    quiet.ran("t", NOW - 3 * HOUR, late=0, duration_seconds=HOUR)

    [bar] = lane(quiet).bars

    assert (bar.x, bar.width) == (20.0, 20.0)
    assert "✓ succeeded, 1h" in bar.title


def test_what_is_outside_of_the_window_has_no_bar_and_what_reaches_in_is_cut(quiet):
    quiet.ran("t", NOW - 9 * HOUR, late=0, duration_seconds=HOUR)
    quiet.ran("t", NOW - 5 * HOUR, late=0, duration_seconds=2 * HOUR)
    quiet.runs("t", NOW - HOUR, late=0)

    before, running = lane(quiet).bars

    assert (before.x, before.width) == (0.0, 20.0)
    assert (running.x, running.width, running.state) == (60.0, 20.0, "running")


def test_runs_that_overlap_lie_below_each_other(quiet):
    for start in (3.0, 2.5, 1.0):
        quiet.ran("t", int(NOW - start * HOUR), late=0, duration_seconds=HOUR)

    first, second, third = lane(quiet).bars

    assert first.y < second.y
    assert third.y == first.y
    assert first.y + first.height <= second.y


def test_each_kind_of_end_has_a_shape_of_its_own_beside_its_colour(quiet):
    for number, outcome in enumerate(("succeeded", "failed", "interrupted")):
        quiet.ran("t", NOW - 3 * HOUR + number * 600, outcome, late=0, duration_seconds=60)

    shapes = {bar.state: (bar.y, bar.height) for bar in lane(quiet).bars}

    assert len(set(shapes.values())) == 3
    assert shapes["failed"][1] > shapes["succeeded"][1] > shapes["interrupted"][1]


def test_many_runs_are_drawn_in_columns_that_show_the_worst(quiet):
    for number in range(400):
        end = "failed" if number == 200 else "succeeded"
        quiet.ran("t", NOW - 4 * HOUR + 1 + number * 30, end, late=0, duration_seconds=1)

    found = lane(quiet, most_known=500)

    assert len(found.bars) <= MOST_BARS
    assert states(found).count("failed") == 1
    [failed] = [bar for bar in found.bars if bar.state == "failed"]
    assert "the worst of 2 runs" in failed.title
    assert failed.path == "runs/run-201"


def test_skipped_slots_are_a_line_and_slots_to_come_are_hollow():
    installation = Installation(NOW, make_task("t", interval_seconds=900))
    installation.skipped("t", NOW - 3 * HOUR, NOW - 2 * HOUR, count=5)

    skipped, *upcoming = lane(installation).bars

    assert (skipped.state, skipped.x, skipped.width) == ("skipped", 20.0, 20.0)
    assert "5 slots up to this one" in skipped.title
    assert {bar.state for bar in upcoming} == {"upcoming"}
    assert len(upcoming) == 4


def test_slots_that_a_pause_will_skip_are_not_to_come():
    installation = Installation(NOW, make_task("t", interval_seconds=900))
    installation.ledger.paused("t", Pause(NOW - 60, NOW + 1800, "ada", "stocktaking"))

    assert len(lane(installation).bars) == 2


def test_a_suspended_task_has_no_slots_to_come():
    assert not lane(Installation(NOW, make_task("t", interval_seconds=900, suspend=True))).bars


def test_where_more_was_known_than_was_read_the_lane_says_since_when(quiet):
    for number in range(10):
        quiet.ran("t", NOW - HOUR + number * 60, late=0)

    assert lane(quiet, most_known=10).known_since == NOW - HOUR
    assert lane(quiet, most_known=11).known_since is None


def test_runs_at_once_are_counted_over_all_lanes(quiet):
    for start, hours in ((4, 2), (3, 2), (3, 1)):
        quiet.ran("t", NOW - start * HOUR, late=0, duration_seconds=hours * HOUR)

    columns = at_once([lane(quiet)], WINDOW)

    assert [columns[at] for at in (0, 23, 25, 47, 50, 71, 80, 119)] == [1, 1, 3, 3, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        pytest.param([{"interval_seconds": 60}], 1, id="each minute"),
        pytest.param([{"interval_seconds": HOUR}], 24, id="each hour"),
        pytest.param([{"schedule": "0 0 1 1 *"}], 168, id="once a year"),
        pytest.param([{"interval_seconds": 60}] * 2, 6, id="several"),
    ],
)
def test_the_window_suits_the_schedule_of_a_single_task(fields, hours):
    tasks = [make_task(f"t{number}", **each) for number, each in enumerate(fields)]

    assert suitable_hours(tasks, NOW) == hours


@pytest.mark.parametrize("hours", [1, 6, 24, 72, 168])
def test_ticks_are_at_whole_times_and_few(hours):
    window = Window(NOW - hours * HOUR, NOW + hours * HOUR // 4, NOW)

    found = ticks(window)

    assert 2 <= len(found) <= 9
    assert all(0 <= x <= 100 for x, _ in found)
    # A whole hour or a part of it, or at midnight the day.
    assert all(text.endswith("0") or text[:3].isalpha() for _, text in found)


async def test_the_page_has_a_lane_for_each_task_and_the_same_as_a_table(busy, read):
    page = await read(busy, "/timeline")

    lanes = [each for each in page.all("tr") if each.attributes.get("id", "").startswith("lane-")]
    assert len(lanes) == 12
    assert "at most 7" in page.one("tr", id="at-once").text
    assert "The newest 200 of" in page.one("details", id="as-table").text
    assert page.all("text")


async def test_the_window_and_the_tasks_are_in_the_address(busy, read):
    page = await read(busy, "/timeline?q=letter&hours=72")

    lanes = [each for each in page.all("tr") if each.attributes.get("id", "").startswith("lane-")]
    assert [each.attributes["id"] for each in lanes] == ["lane-letters", "lane-newsletter"]
    assert "2026-11-25 02:11:20 UTC to 2026-11-28 20:11:20 UTC" in page.text
    assert page.one("option", value="72").attributes.get("selected", "no") is None
    assert "No task has that in its name" in (await read(busy, "/timeline?q=zzz")).text


@pytest.mark.parametrize(
    ("parameters", "view"),
    [
        pytest.param({"q": " t ", "hours": "72", "page": "2"}, View("t", 72, 2), id="all"),
        pytest.param({}, View("", 0, 1), id="nothing"),
        pytest.param({"page": "x"}, View(), id="no number"),
        pytest.param({"page": "0"}, View(), id="before the first"),
        pytest.param({"page": "9" * 5000}, View(), id="too long for a number"),
        pytest.param({"hours": "7"}, View(), id="no choice"),
    ],
)
def test_what_means_nothing_in_an_address_is_left_out(parameters, view):
    assert View.of(parameters) == view


async def test_lanes_are_paged(read):
    many = Installation(NOW, *(make_task(f"t{n:02d}", interval_seconds=DAY) for n in range(50)))

    page = await read(many, "/timeline?page=2")

    assert "page 2 of 2" in page.text
    assert page.one("a", rel="prev").attributes["href"] == "?"
    assert "There are no tasks." in (await read(Installation(NOW), "/timeline")).text


async def test_the_time_that_a_console_did_not_see_is_marked_and_named(seen, read):
    page = await read(seen, "/timeline", **ABOUT)

    said = page.one("p", id="blind").text
    assert "Not seen: 2026-11-27 20:50:00 UTC to 2026-11-27 22:25:00 UTC." in said
    spots = [each for each in page.all("rect", class_="blind") if "x" in each.attributes]
    assert len([each for each in spots if each.text.startswith("not seen: ")]) == len(seen.tasks)
    assert "unobserved" in page.one("ul", class_="legend").text


async def test_a_slot_that_nobody_saw_stands_in_its_lane(seen, read):
    page = await read(seen, "/timeline?q=cleanup", **ABOUT)

    [slot] = [each for each in page.all("rect", class_="unobserved") if each.text]
    assert slot.text == "2026-11-27 22:00:00 UTC: ? unobserved"
    assert "1 slots unobserved" in page.one("tr", id="lane-cleanup").text
    assert page.all("a", href="./tasks/cleanup/slots/2026-11-27T22:00:00Z")


async def test_a_scheduler_s_timeline_has_no_word_of_what_a_console_sees(busy, read):
    page = await read(busy, "/timeline")

    assert not page.all("p", id="blind")
    assert "unobserved" not in page.text


def test_the_time_that_is_not_seen_now_reaches_to_the_present():
    [spot] = blind_spots([(NOW - HOUR, None)], WINDOW)

    assert (spot.x, spot.width) == (60.0, 20.0)
    assert spot.words.endswith(" to now")


def test_skipped_and_known_slots_of_a_gap_are_not_unobserved(seen):
    status = seen.board.task("notifications", strip_length=400)
    window = Window(GAP[0] - HOUR, GAP[1] + HOUR, NOW)

    found = lane_of(status, window, most_known=400)

    unseen = [bar.title for bar in found.bars if bar.state == "unobserved"]
    runs = {bar.title[:23] for bar in found.bars if bar.state == "succeeded"}
    assert found.unobserved == len(unseen) == 14
    assert not runs & {title[:23] for title in unseen}
