import statistics

import pytest

from rota.model.clock import instant
from rota.status.board import Board
from rota.status.task_status import TaskState
from support.ledger_runs import START
from support.statuses import Installation, make_task, text

HOUR = 3600
NOW = START + 10 * HOUR + 60


def hourly(**fields):
    return make_task("t", interval_seconds=HOUR, **fields)


def last_hours(installation, *ends):
    """Have the last slots end so, the newest at the hour of now."""
    for number, end in enumerate(ends):
        slot = NOW - 60 - (len(ends) - 1 - number) * HOUR
        if end == "running":
            installation.runs("t", slot)
        elif end == "skipped":
            installation.skipped("t", slot)
        elif end is not None:
            installation.ran("t", slot, end)


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        pytest.param([], TaskState.NEW, id="nothing is known"),
        pytest.param(["running"], TaskState.RUNNING, id="the first run"),
        pytest.param(["succeeded"], TaskState.OK, id="success"),
        pytest.param(["failed", "succeeded"], TaskState.OK, id="success after a failure"),
        pytest.param(["succeeded", "running"], TaskState.RUNNING, id="running after a success"),
        pytest.param(["succeeded", "failed"], TaskState.FAILING, id="failed"),
        pytest.param(["succeeded", "timed_out"], TaskState.FAILING, id="timed out"),
        pytest.param(["failed", "running"], TaskState.FAILING, id="running after a failure"),
        pytest.param(["failed", "skipped"], TaskState.FAILING, id="skipped after a failure"),
        pytest.param(["succeeded", "skipped"], TaskState.OK, id="skipped after a success"),
        pytest.param(["succeeded", "interrupted"], TaskState.OK, id="interrupted"),
        pytest.param(["succeeded", *["failed"] * 4], TaskState.OVERDUE, id="failed for long"),
        pytest.param(["succeeded", *[None] * 4], TaskState.OVERDUE, id="silent for long"),
        pytest.param(["failed"] * 5, TaskState.OVERDUE, id="never succeeded"),
    ],
)
def test_the_state_is_the_worst_that_is_true(ends, state):
    installation = Installation(NOW, hourly(timeout_seconds=60, catch_up_seconds=600))
    last_hours(installation, *ends)

    assert installation.board.task("t").state is state


@pytest.mark.parametrize(
    ("later", "waits_until"),
    [
        pytest.param(lambda _: None, NOW + 40, id="it waits"),
        pytest.param(lambda i: i.runs("t", NOW - 60), None, id="the next attempt has begun"),
        pytest.param(lambda i: i.ran("t", NOW - 60), None, id="and has ended"),
        pytest.param(lambda i: i.runs("t", NOW - 30), NOW + 40, id="another slot runs beside it"),
    ],
)
@pytest.mark.parametrize("strip_length", [0, 30])
def test_a_task_waits_for_its_next_attempt_until_that_begins(later, waits_until, strip_length):
    installation = Installation(NOW, hourly())
    installation.ran("t", NOW - 60 - HOUR, "failed", retry_at=NOW - HOUR)
    installation.ran("t", NOW - 60, "failed", retry_at=NOW + 40)
    later(installation)
    status = installation.board.task("t", strip_length=strip_length)

    assert status.retry_at == waits_until
    assert status.facts()["retry_at"] == (waits_until and text(waits_until))


def test_a_suspended_task_is_suspended_whatever_its_runs_say_and_owes_no_success():
    installation = Installation(NOW, hourly(suspend=True))
    last_hours(installation, *["failed"] * 5)

    status = installation.board.task("t")

    assert status.state is TaskState.SUSPENDED
    assert status.success_due is None
    assert list(status.next_slots) == []


def test_after_a_suspension_the_success_is_due_counted_from_its_end():
    installation = Installation(NOW, hourly(timeout_seconds=60, catch_up_seconds=600))
    installation.ran("t", START)
    installation.skipped("t", START + HOUR, NOW - 60, count=10, reason="suspended")

    status = installation.board.task("t")

    assert status.state is TaskState.OK
    assert status.success_due == NOW - 60 + 2 * HOUR + 600 + 60 + 60


def test_slots_of_an_earlier_schedule_are_not_owed():
    installation = Installation(NOW, hourly(timeout_seconds=60, catch_up_seconds=600))
    installation.ran("t", START)
    reader, clock = installation.ledger, installation.clock

    changed_at = NOW - 60 - HOUR
    known = Board(installation.tasks, reader, clock, owes_since={"t": changed_at}).task("t")

    assert installation.board.task("t").state is TaskState.OVERDUE
    assert known.state is TaskState.OK
    assert known.success_due == changed_at + 2 * HOUR + 600 + 60 + 60


def test_the_facts_name_all_that_a_page_shows():
    installation = Installation(NOW, make_task("t", schedule="0 9 * * 1-5", timezone="Asia/Tokyo"))
    slot = START
    installation.ran("t", slot, duration_seconds=2.0)
    installation.ran("t", slot + 86_400, duration_seconds=4.0)
    installation.ran("t", slot + 2 * 86_400, "failed", reason="no luck")
    installation.clock.now = slot + 2 * 86_400 + 60

    facts = installation.board.task("t").facts()

    assert facts | {"last_run": None, "last_success": None, "strip": [], "next_slots": []} == {
        "name": "t",
        "doc": "Do the work of the test.",
        "state": "failing",
        "reason": "no luck",
        "schedule": "0 9 * * 1-5",
        "words": "at 09:00, Monday through Friday",
        "time_zone": "Asia/Tokyo",
        "labels": {},
        "cronjob": {"schedule": "0 9 * * 1-5", "timeZone": "Asia/Tokyo", "exact": True},
        "pause": None,
        "running": [],
        "next_slots": [],
        "retry_at": None,
        "success_due": text(slot + 3 * 86_400 + 3600 + 3600 + 60),
        "last_run": None,
        "last_success": None,
        "consecutive_failures": 1,
        "duration": {"p50": 3.0, "p95": 3.9},
        "slow": False,
        "strip": [],
    }
    assert facts["next_slots"][0] == text(slot + 3 * 86_400)
    assert len(facts["next_slots"]) == 5
    assert facts["last_run"]["state"] == "failed"
    assert facts["last_run"]["meaning"] == "the task raised"
    assert facts["last_success"]["ended_at"] == text(slot + 86_400 + 4.5)
    assert [cell["state"] for cell in facts["strip"]] == ["succeeded", "succeeded", "failed"]


@pytest.mark.parametrize(
    ("usual", "took", "slow"),
    [
        pytest.param(10.0, 15.0, False, id="within"),
        pytest.param(10.0, 15.5, True, id="beyond"),
        pytest.param(0.2, 1.1, False, id="less than a second more"),
        pytest.param(0.2, 1.3, True, id="more than a second more"),
    ],
)
@pytest.mark.parametrize("goes_on", [False, True], ids=["ended", "running"])
def test_a_run_is_slow_that_takes_much_longer_than_usual(usual, took, slow, goes_on):
    installation = Installation(NOW, hourly())
    for back in range(2, 9):
        installation.ran("t", NOW - 60 - back * HOUR, duration_seconds=usual)
    if goes_on:
        installation.runs("t", NOW - 60, late=60 - took)
    else:
        installation.ran("t", NOW - 60, "failed", duration_seconds=took)

    status = installation.board.task("t")
    assert (status.slow, status.facts()["slow"]) == (slow, slow)


def test_a_task_that_has_never_succeeded_is_not_slow():
    installation = Installation(NOW, hourly())
    installation.ran("t", NOW - 60, "failed", duration_seconds=900)

    assert not installation.board.task("t").slow


@pytest.mark.parametrize("count", [1, 2, 3, 20, 21, 100])
def test_percentiles_are_those_of_pythons_own_statistics(count):
    installation = Installation(NOW + 200 * HOUR, hourly())
    seconds = [number * 37 % 101 + 0.5 for number in range(count)]
    for number, each in enumerate(seconds):
        installation.ran("t", NOW - 60 + number * HOUR, duration_seconds=each)

    found = installation.board.task("t").durations

    ways = statistics.quantiles([*seconds, *seconds[: count == 1]], n=100, method="inclusive")
    assert found.p50 == pytest.approx(statistics.median(seconds))
    assert found.p95 == pytest.approx(ways[94])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"interval_seconds": 5400}, "every 1h30m", id="interval"),
        pytest.param({"schedule": "*/5 * * * *"}, "every 5 minutes", id="text"),
        pytest.param({"schedule": "*/7 * * * *"}, "*/7 * * * *", id="not every 7 minutes"),
        pytest.param({"schedule": "@daily"}, "@daily", id="descriptor"),
        pytest.param(
            {"schedule": "30 2 * * *", "timezone": "Europe/Berlin"},
            "at 02:30",
            id="a zone whose clock changes",
        ),
    ],
)
def test_words_are_there_where_they_do_not_mislead(fields, words):
    installation = Installation(NOW, make_task("t", **fields))

    assert installation.board.task("t").facts()["words"] == words


def test_the_strip_has_a_cell_for_each_slot_and_one_for_slots_skipped_together():
    installation = Installation(NOW, hourly())
    installation.ran("t", START, "interrupted")
    installation.ran("t", START)  # the same slot again
    installation.skipped("t", START + HOUR, START + 3 * HOUR, count=3, reason="missed")
    installation.ran("t", START + 4 * HOUR, "interrupted")
    installation.skipped("t", START + 4 * HOUR, reason="too_late")
    by_hand = installation.ran(
        "t", None, "failed", started_at=START + 5 * HOUR, late=0, reason="no stock"
    )
    running = installation.runs("t", START + 5 * HOUR)

    strip = installation.board.task("t").strip

    assert [(cell.at - START, cell.state.value, cell.count) for cell in strip] == [
        (0, "succeeded", 1),
        (3 * HOUR, "skipped", 3),
        (4 * HOUR, "skipped", 1),
        (5 * HOUR, "failed", 1),
        (5 * HOUR, "running", 1),
    ]
    assert [cell.run_id for cell in strip[-2:]] == [by_hand, running]
    assert [cell.reason for cell in strip[2:]] == ["too_late", "no stock", None]


def test_the_overview_has_problems_first_and_counts_every_state():
    tasks = [make_task(name, interval_seconds=HOUR) for name in ("a", "b", "c", "d")]
    installation = Installation(NOW, *tasks, make_task("e", interval_seconds=HOUR, suspend=True))
    for name, outcome in (("a", "succeeded"), ("c", "failed"), ("b", "timed_out")):
        installation.ran(name, NOW - 60, outcome)

    overview = installation.board.overview()

    assert [status.task.name for status in overview.tasks] == ["b", "c", "d", "e", "a"]
    assert [status.task.name for status in overview.problems] == ["b", "c"]
    assert overview.facts()["counts"] == {
        "overdue": 0,
        "failing": 2,
        "running": 0,
        "new": 1,
        "paused": 0,
        "suspended": 1,
        "ok": 1,
        "gone": 0,
    }
    assert overview.facts()["as_of"] == instant(NOW).isoformat().replace("+00:00", "Z")
