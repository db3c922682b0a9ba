import pytest

from rota.ready.on_schedule import judge

INTERVAL = 5


def run(task="cleanup", second=0, *, state="succeeded", run_id=None, **more):
    slot = f"2026-11-26T09:00:{second:02}Z"
    return {
        "task": task,
        "slot": slot,
        "state": state,
        "run_id": run_id or f"{task}-{second}",
    } | more


def call(run_id, second):
    user_agent = f"rota/0.1.0 (task=cleanup; run={run_id})"
    return {"time": f"2026-11-26T09:00:{second:06.3f}Z", "user_agent": user_agent}


def judged(runs, calls):
    return judge(["cleanup"], runs, calls, interval_seconds=INTERVAL)


def test_two_slots_in_a_row_that_the_api_saw_are_enough():
    runs = [run(second=5), run(second=0)]
    seen = judged(runs, [call("cleanup-0", 0.4), call("cleanup-0", 6), call("cleanup-5", 9.9)])

    assert set(seen.texts) == {"cleanup"}
    assert seen.open == {}


@pytest.mark.parametrize(
    ("runs", "calls", "why"),
    [
        pytest.param([], [], "no run for a slot has ended", id="no-run"),
        pytest.param(
            [run(state="running")],
            [call("cleanup-0", 1)],
            "no run for a slot has ended",
            id="still-running",
        ),
        pytest.param(
            [run(second=0) | {"slot": None}],
            [call("cleanup-0", 1)],
            "no run for a slot has ended",
            id="run-by-hand",
        ),
        pytest.param(
            [run(second=0), run(second=5, state="failed", reason="404 from the API")],
            [call("cleanup-0", 1), call("cleanup-5", 6)],
            "its run for 2026-11-26T09:00:05Z is failed: 404 from the API",
            id="failed",
        ),
        pytest.param(
            [run(second=0), run(second=5)],
            [call("cleanup-0", 1), {"time": "2026-11-26T09:00:06Z", "user_agent": None}],
            "succeeded, but called nothing of the API",
            id="no-call",
        ),
        pytest.param(
            [run(second=0), run(second=10)],
            [call("cleanup-0", 1), call("cleanup-10", 11)],
            "2 slots in a row",
            id="a-slot-between",
        ),
        pytest.param(
            [run(second=0), run(second=5)],
            [call("cleanup-0", 1), call("cleanup-5", 10)],
            "2 slots in a row",
            id="too-late",
        ),
        pytest.param(
            [run(second=0), run(second=5)],
            [call("cleanup-0", 1), call("cleanup-5", 4.9)],
            "2 slots in a row",
            id="before-its-slot",
        ),
        pytest.param(
            [run(second=0), run(second=5)],
            [{**call("cleanup-0", 1), "time": 1}, {"user_agent": None}, {**call("cleanup-5", 6)}],
            "2 slots in a row",
            id="an-answer-of-another-form",
        ),
    ],
)
def test_anything_less_says_why(runs, calls, why):
    seen = judged(runs, calls)

    assert seen.texts == {}
    assert why in seen.open["cleanup"]


@pytest.mark.parametrize(
    ("states", "hopeless"),
    [
        (["failed", "failed", "failed"], True),
        (["failed", "timed_out", "failed", "running"], True),
        (["failed", "failed"], False),
        (["failed", "failed", "running"], False),
        (["succeeded", "failed", "failed"], False),
    ],
)
def test_a_task_that_only_fails_need_not_be_waited_for(states, hopeless):
    runs = [run(second=5 * at, state=state) for at, state in enumerate(states)]

    assert judged(runs, []).hopeless is hopeless


def test_each_task_is_judged_by_its_own_runs():
    runs = [run("cleanup", 0), run("cleanup", 5), run("poll", 0)]
    calls = [call(each["run_id"], 1 + 5 * (each["run_id"] == "cleanup-5")) for each in runs]
    seen = judge(["cleanup", "poll"], runs, calls, interval_seconds=INTERVAL)

    assert set(seen.texts) == {"cleanup"}
    assert set(seen.open) == {"poll"}
