"""`simulate` with CronJobs: what their controller and the Job controller would do."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from rota import GiveUp, TryAgain, current_run, task
from rota.model.errors import ScheduleError
from rota.testing import ClockJump, Crash, FakeApi, Outage, Restart, Shutdown, simulate

START = "2026-11-24T00:00:00Z"
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


def at(hour, minute=0, second=0):
    return MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second)


def cronjobs(tasks, duration, **more):
    return simulate(tasks, START, duration, mode="cronjobs", **more)


@task(interval_seconds=3600)
async def hourly(api):
    """Do nothing."""


def failing_with(error, **options):
    @task(name="failing", **{"interval_seconds": 3600, **options})
    async def failing(api):
        raise error

    return failing


def test_each_slot_is_a_job_on_time():
    report = cronjobs(hourly, "1d")

    assert [(run.slot, run.started) for run in report.runs] == [
        (at(hour), at(hour)) for hour in range(1, 25)
    ]
    assert {slot.state.value for slot in report.slots} == {"succeeded"}


def test_a_job_tries_again_with_doubling_waits_and_gives_up():
    report = cronjobs(failing_with(TryAgain("later"), backoff_limit=3), "90m")

    assert [(run.attempt, run.started) for run in report.runs] == [
        (0, at(1)),
        (1, at(1, 0, 10)),
        (2, at(1, 0, 30)),
        (3, at(1, 1, 10)),
    ]
    assert [(slot.state.value, slot.runs) for slot in report.slots] == [("failed", 4)]


@pytest.mark.parametrize(
    ("after", "started"),
    [
        (5, [at(1), at(1, 0, 10), at(1, 0, 30)]),
        (90, [at(1), at(1, 1, 30), at(1, 3, 10)]),
        (timedelta(hours=1), [at(1), at(1, 5, 10), at(1, 10, 30)]),
    ],
    ids=["less than the back-off", "more", "more than is left of the timeout"],
)
def test_a_pod_ends_later_so_that_the_next_one_starts_when_the_task_asked_for(after, started):
    failing = failing_with(TryAgain("later", after=after), timeout_seconds=300)
    report = cronjobs(failing, "90m")

    assert [run.started for run in report.runs] == started
    assert report.runs[0].ended == at(1)


@pytest.mark.parametrize(
    ("disruption", "started"),
    [
        (Restart(at(1, 1), "4m"), [at(1), at(1, 5), at(1, 15)]),
        (Crash(at(1, 1), down="4m"), [at(1), at(1, 5)]),
    ],
    ids=["evicted, which counts as no failure", "killed"],
)
def test_a_pod_that_waits_for_its_retry_goes_with_its_node(disruption, started):
    failing = failing_with(TryAgain("later", after=600), backoff_limit=1)
    report = cronjobs(failing, "75m", disruptions=[disruption])

    assert [run.started for run in report.runs] == started
    assert {run.state.value for run in report.runs} == {"failed"}


def test_an_exit_code_that_says_so_fails_the_job_at_once():
    report = cronjobs(failing_with(GiveUp("never")), "90m")

    assert [run.exit_code for run in report.runs] == [7]


def test_an_outage_that_ends_between_two_attempts_costs_no_slot():
    @task(interval_seconds=3600)
    async def work(api):
        await api.post("/work")

    api = FakeApi().on("POST", "/work", {})
    outage = Outage(at(0, 59), at(1, 0, 20), "refused")
    report = cronjobs(work, "90m", api=api, disruptions=[outage])

    assert report.runs[0].exit_code == 4
    assert [slot.state.value for slot in report.slots] == ["succeeded"]
    assert report.effects == {"POST /work": 1}


def test_an_attempt_repeats_the_keys_of_the_one_before():
    @task(interval_seconds=3600, timeout_seconds=60)
    async def work(api):
        await api.post("/first")
        await api.post("/second")

    api = FakeApi().on("POST", "/first", {}).on("POST", "/second", {})
    report = cronjobs(work, "90m", api=api, disruptions=[Crash(after_request=1)])

    assert [(run.state.value, run.exit_code) for run in report.runs] == [
        ("lost", 137),
        ("succeeded", 0),
    ]
    assert api.effects == {"POST /first": 1, "POST /second": 1}
    assert len(api.calls) == 3


@task(interval_seconds=300, timeout_seconds=3600)
async def twelve_minutes(api):
    await asyncio.sleep(720)


def test_replace_ends_the_job_that_runs():
    report = cronjobs(
        twelve_minutes, "14m", settings={"task": {"twelve-minutes": {"overlap": "replace"}}}
    )

    assert [(run.slot, run.state.value, run.ended) for run in report.runs] == [
        (at(0, 5), "interrupted", at(0, 10, 25)),
        (at(0, 10), "running", None),
    ]


def test_allow_starts_beside_it():
    report = cronjobs(
        twelve_minutes, "14m", settings={"task": {"twelve-minutes": {"overlap": "allow"}}}
    )

    assert [run.started for run in report.runs] == [at(0, 5), at(0, 10)]


def test_a_slot_that_is_too_late_when_the_job_ends_never_starts():
    late = {"task": {"twelve-minutes": {"catch_up_seconds": 60}}}
    report = cronjobs(twelve_minutes, "19m", settings=late)

    assert [run.slot for run in report.runs] == [at(0, 5)]
    assert [(slot.slot, slot.reason.value) for slot in report.skipped] == [
        (at(0, 10), "overlap"),
        (at(0, 15), "too_late"),
    ]


def test_without_a_controller_slots_are_missed_and_the_newest_is_made_up():
    report = cronjobs(hourly, "5h", disruptions=[Restart(at(1, 30), "2h")])

    assert [(run.slot, run.started) for run in report.runs] == [
        (at(1), at(1)),
        (at(3), at(3, 30)),
        (at(4), at(4)),
        (at(5), at(5)),
    ]
    assert [(slot.slot, slot.reason.value) for slot in report.skipped] == [(at(2), "missed")]


def test_after_a_shutdown_nothing_starts():
    report = cronjobs(hourly, "3h", disruptions=[Shutdown(at(1, 30))])

    assert [slot.state.value for slot in report.slots] == ["succeeded", "due", "due"]


def test_an_evicted_pod_is_replaced_and_does_not_count():
    @task(interval_seconds=3600, timeout_seconds=600, backoff_limit=0)
    async def minute(api):
        for _ in range(6):
            await asyncio.sleep(10)
            await api.get("/ping")

    api = FakeApi().on("GET", "/ping", {})
    report = cronjobs(minute, "90m", api=api, disruptions=[Restart(at(1, 0, 15))])

    assert [(run.attempt, run.state.value, run.exit_code) for run in report.runs] == [
        (0, "interrupted", 143),
        (1, "succeeded", 0),
    ]


def test_a_pod_waits_for_a_controller():
    report = cronjobs(
        failing_with(TryAgain("later")), "90m", disruptions=[Restart(at(1, 0, 5), "10m")]
    )

    assert [run.started for run in report.runs] == [at(1), at(1, 10, 5), at(1, 10, 25)]


def test_after_a_shutdown_no_pod_is_replaced():
    report = cronjobs(twelve_minutes, "30m", disruptions=[Shutdown(at(0, 6))])

    assert [(run.state.value, run.exit_code) for run in report.runs] == [("interrupted", 143)]


def test_a_job_that_waits_beyond_its_deadline_starts_no_other_pod():
    @task(interval_seconds=3600, timeout_seconds=60, backoff_limit=0)
    async def half_a_minute(api):
        await asyncio.sleep(30)

    report = cronjobs(half_a_minute, "90m", disruptions=[Restart(at(1, 0, 5), "10m")])

    assert [run.state.value for run in report.runs] == ["interrupted"]


def test_a_killed_pod_counts():
    @task(interval_seconds=3600, timeout_seconds=600, backoff_limit=0)
    async def minute(api):
        await asyncio.sleep(60)

    report = cronjobs(minute, "90m", disruptions=[Crash(at(1, 0, 15))])

    assert [(run.state.value, run.exit_code) for run in report.runs] == [("lost", 137)]
    assert [slot.state.value for slot in report.slots] == ["lost"]


def test_an_interval_without_a_five_field_text_counts_from_the_creation():
    report = simulate(
        hourly,
        "2026-11-24T00:07:00Z",
        "4h",
        mode="cronjobs",
        settings={"task": {"hourly": {"interval_seconds": 5400}}},
    )

    assert [run.started for run in report.runs] == [at(1, 37), at(3, 7)]


def test_shards_are_pods_that_fail_and_succeed_for_themselves():
    @task(interval_seconds=3600, shards=3, backoff_limit=1)
    async def shared(api):
        run = current_run()
        if run.shard_index == 1 and run.attempt == 0:
            raise TryAgain("the first time")

    report = cronjobs(shared, "90m")

    assert [(run.attempt, run.state.value) for run in report.runs] == [
        (0, "succeeded"),
        (0, "failed"),
        (0, "succeeded"),
        (1, "succeeded"),
    ]
    assert [(slot.state.value, slot.runs) for slot in report.slots] == [("succeeded", 4)]


def test_run_on_start_is_a_job_by_hand():
    report = cronjobs(hourly, "30m", settings={"task": {"hourly": {"run_on_start": True}}})

    assert [(run.trigger.value, run.slot, run.started) for run in report.runs] == [
        ("manual", None, MIDNIGHT)
    ]


def test_a_suspended_task_starts_nothing():
    suspended = {"suspend": True, "run_on_start": True}
    report = cronjobs(hourly, "2h", settings={"task": {"hourly": suspended}})

    assert report.runs == ()
    assert {slot.reason.value for slot in report.slots} == {"suspended"}


def test_a_clock_set_back_repeats_no_slot():
    report = cronjobs(hourly, "4h", disruptions=[ClockJump(at(2, 30), "-1h")])

    assert [run.slot for run in report.runs] == [at(1), at(2), at(3)]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"interval_seconds": 30}, "30"),
        ({"catch_up": "all"}, "catch_up=all is refused in a CronJob"),
        ({"interval_seconds": 5400, "catch_up_seconds": 60}, "refused in a CronJob"),
    ],
    ids=["too often", "catch up all", "every with a deadline"],
)
def test_what_a_cronjob_cannot_do_is_refused(fields, text):
    with pytest.raises(ScheduleError, match=text):
        cronjobs(hourly, "1h", settings={"task": {"hourly": fields}})
