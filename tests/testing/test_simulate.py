"""`simulate` with the scheduler: what a schedule does, at a time and through what goes wrong."""

import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from rota import BaseTask, current_run, fan_out, task
from rota.model.errors import TaskDefinitionError, UsageError
from rota.testing import (
    ClockJump,
    Crash,
    FakeApi,
    Outage,
    Reply,
    Restart,
    Shutdown,
    simulate,
)

START = "2026-11-24T00:00:00Z"
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@task(interval_seconds=3600)
async def hourly(api):
    """Do nothing."""


@task(interval_seconds=300)
async def often(api):
    await api.post("/work", json={"for": current_run().identity})


def working(**answers):
    return FakeApi(**answers).on("POST", "/work", {})


def at(hour, minute=0, second=0):
    return MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second)


def times(runs):
    return [(run.trigger.value, run.slot, run.started, run.state.value) for run in runs]


def test_every_slot_of_a_day_has_one_run_on_time():
    report = simulate(hourly, START, "1d")

    assert times(report.runs) == [
        ("schedule", at(hour), at(hour), "succeeded") for hour in range(1, 25)
    ]
    assert {(slot.state.value, slot.reason, slot.runs) for slot in report.slots} == {
        ("succeeded", None, 1)
    }
    assert [slot.slot for slot in report.slots] == [at(hour) for hour in range(1, 25)]


@pytest.mark.slow
def test_a_year_of_an_hourly_task_has_a_run_for_every_hour():
    report = simulate(hourly, START, "365d")

    assert len(report.runs) == len(report.slots) == 365 * 24
    assert {run.exit_code for run in report.runs} == {0}


@task(schedule="30 2 * * *", timezone="Europe/Berlin")
async def at_half_past_two(api):
    """Do nothing."""


@pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
@pytest.mark.parametrize(
    ("start", "slots"),
    [
        ("2027-03-26 12:00 Europe/Berlin", ["2027-03-27T01:30", "2027-03-29T00:30"]),
        ("2027-10-30 12:00 Europe/Berlin", ["2027-10-31T00:30", "2027-10-31T01:30"]),
    ],
    ids=["does not exist", "occurs twice"],
)
def test_a_local_time_at_a_change_of_the_clock(mode, start, slots):
    report = simulate(at_half_past_two, start, "3d", mode=mode)

    found = [run.slot for run in report.runs]
    assert [slot.isoformat()[:16] for slot in found][:2] == slots
    assert [run.started for run in report.runs] == found


def test_equal_arguments_give_equal_reports_whatever_was_random_before():
    def report(seed=0):
        random.random()  # noqa: S311 (any number does)
        outage = Outage(timedelta(hours=1), timedelta(hours=2))
        return simulate(often, START, "3h", api=working(), disruptions=[outage], seed=seed)

    first, second = report(), report()
    assert first == second
    assert first.facts() == json.loads(json.dumps(second.facts()))
    assert first != report(seed=1)


def test_the_random_numbers_of_the_caller_are_left_alone():
    random.seed(5)
    expected = random.random()  # noqa: S311 (no secret)
    random.seed(5)
    simulate(hourly, START, "2h")

    assert random.random() == expected  # noqa: S311 (no secret)


def test_while_the_api_is_down_every_slot_has_an_end_and_no_effect_is_doubled():
    api = working()
    outage = Outage("2026-11-24T01:00:00Z", "2026-11-24T04:00:00Z")
    report = simulate(often, START, "1d", api=api, disruptions=[outage])

    failed = [run for run in report.runs if run.state.value == "failed"]
    assert [run.slot for run in failed] == [
        at(1) + timedelta(minutes=5 * number) for number in range(36)
    ]
    assert {run.exit_code for run in failed} == {4}
    assert {slot.state.value for slot in report.slots} == {"succeeded", "failed"}
    assert report.effects == {"POST /work": 288 - 36}


@pytest.mark.parametrize(
    ("how", "reason", "calls", "effects"),
    [
        ("refused", "no connection", 0, 0),
        ("hangs", "no answer in time", 0, 0),
        ("errors", "503 Service Unavailable", 4, 0),
        ("cut", "the answer violates HTTP or was cut", 4, 1),
    ],
)
def test_an_outage_has_four_forms(how, reason, calls, effects):
    api = working()
    outage = Outage(timedelta(0), timedelta(hours=1), how)
    report = simulate(
        often, START, "6m", api=api, disruptions=[outage], settings={"api_timeout_seconds": 5.0}
    )

    [run] = report.runs
    assert (run.state.value, run.exit_code) == ("failed", 4)
    assert reason in run.reason
    assert (len(api.calls), sum(api.effects.values())) == (calls, effects)


def test_a_slot_that_came_due_during_a_restart_is_caught_up():
    report = simulate(hourly, START, "3h", disruptions=[Restart(at(0, 50), down="30m")])

    assert times(report.runs)[:2] == [
        ("catch_up", at(1), at(1, 20), "succeeded"),
        ("schedule", at(2), at(2), "succeeded"),
    ]


def test_of_several_missed_slots_the_newest_is_caught_up():
    report = simulate(often, START, "2h", api=working(), disruptions=[Restart(at(0, 51), "24m")])

    assert [(slot.slot, slot.reason.value) for slot in report.skipped] == [
        (at(0, 55), "missed"),
        (at(1), "missed"),
        (at(1, 5), "missed"),
        (at(1, 10), "missed"),
    ]
    assert ("catch_up", at(1, 15), at(1, 15), "succeeded") in times(report.runs)


def test_after_a_shutdown_slots_wait_for_nobody():
    report = simulate(hourly, START, "4h", disruptions=[Shutdown(at(2, 30))])

    assert [slot.state.value for slot in report.slots] == ["succeeded", "succeeded", "due", "due"]


@pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
@pytest.mark.parametrize(
    ("disruption", "states"),
    [(Shutdown(at(2)), ["succeeded", "due"]), (Restart(at(2)), ["succeeded", "succeeded"])],
)
def test_a_disruption_at_the_instant_of_a_slot_comes_before_it(mode, disruption, states):
    report = simulate(hourly, START, "150m", mode=mode, disruptions=[disruption])

    assert [slot.state.value for slot in report.slots] == states


@task(interval_seconds=3600, timeout_seconds=600)
async def ten_items(api):
    return await fan_out(range(10), lambda item: api.post(f"/items/{item}"), concurrency=1)


def with_items(latency_seconds=0.0):
    return FakeApi(latency_seconds=latency_seconds).on("POST", "/items/{item}", {})


def test_a_stop_lets_the_request_in_flight_end_and_begins_no_other():
    api = with_items(latency_seconds=2)
    report = simulate(ten_items, START, "2h", api=api, disruptions=[Shutdown(at(1, 0, 5))])

    [run] = report.runs
    assert (run.state.value, run.exit_code, run.ended) == ("interrupted", 143, at(1, 0, 6))
    assert len(api.calls) == 3


def test_an_interrupted_slot_runs_again_after_a_restart_and_repeats_no_effect():
    api = with_items(latency_seconds=2)
    report = simulate(ten_items, START, "90m", api=api, disruptions=[Restart(at(1, 0, 5))])

    assert [(run.slot, run.state.value) for run in report.runs] == [
        (at(1), "interrupted"),
        (at(1), "succeeded"),
    ]
    assert set(api.effects.values()) == {1}
    assert len(api.effects) == 10
    assert len(api.calls) == 13
    assert [(slot.state.value, slot.runs) for slot in report.slots] == [("succeeded", 2)]


def test_a_run_whose_process_is_killed_is_lost_and_repeated():
    api = with_items()
    report = simulate(
        ten_items, START, "90m", api=api, disruptions=[Crash(after_request=4, down="1m")]
    )

    assert [(run.state.value, run.exit_code, run.started) for run in report.runs] == [
        ("lost", 137, at(1)),
        ("succeeded", 0, at(1, 1)),
    ]
    assert len(api.calls) == 14
    assert set(api.effects.values()) == {1}


def test_a_crash_at_an_instant_keeps_what_was_done():
    api = with_items(latency_seconds=2)
    report = simulate(ten_items, START, "90m", api=api, disruptions=[Crash(at(1, 0, 5))])

    assert [run.state.value for run in report.runs] == ["lost", "succeeded"]
    assert len(api.calls) == 12


@task(interval_seconds=300, timeout_seconds=3600)
async def twelve_minutes(api):
    await asyncio.sleep(720)


@pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
def test_a_run_longer_than_its_interval_delays_the_next_and_skips_those_between(mode):
    report = simulate(twelve_minutes, START, "40m", mode=mode)

    assert [(run.slot, run.started) for run in report.runs] == [
        (at(0, 5), at(0, 5)),
        (at(0, 15), at(0, 17)),
        (at(0, 25), at(0, 29)),
    ]
    assert [(slot.slot, slot.reason.value) for slot in report.skipped] == [
        (at(0, minute), "overlap") for minute in (10, 20, 30, 35)
    ]


def test_a_slot_that_waits_at_a_stop_is_still_owed():
    report = simulate(twelve_minutes, START, "14m", disruptions=[Shutdown(at(0, 11))])

    assert [(slot.state.value, slot.reason) for slot in report.slots] == [
        ("interrupted", None),
        ("due", None),
    ]


def test_a_clock_set_forward_makes_up_the_newest_slot_within_seconds():
    report = simulate(hourly, START, "3h", disruptions=[ClockJump(at(1, 30), "1h")])

    assert [(run.slot, run.started) for run in report.runs] == [
        (at(1), at(1)),
        (at(2), at(2, 30, 5)),
        (at(3), at(3)),
        (at(4), at(4)),
    ]


def test_a_clock_set_back_repeats_no_slot():
    report = simulate(hourly, START, "4h", disruptions=[ClockJump(at(2, 30), "-1h")])

    assert [run.slot for run in report.runs] == [at(1), at(2), at(3)]


def test_a_task_that_blocks_holds_the_time_while_its_thread_works():
    @task(interval_seconds=3600, timeout_seconds=60)
    def blocking(api):
        time.sleep(0.01)
        api.post("/work")
        api.sleep(30)
        return {"done": 1}

    report = simulate(blocking, START, "130m", api=working())

    assert [(run.ended - run.started, dict(run.counts)) for run in report.runs] == [
        (timedelta(seconds=30), {"done": 1}),
        (timedelta(seconds=30), {"done": 1}),
    ]


def test_a_real_socket_is_refused():
    @task(interval_seconds=3600)
    async def elsewhere(api):
        await asyncio.open_connection("127.0.0.1", 9)

    [run] = simulate(elsewhere, START, "90m").runs

    assert run.exit_code == 1
    assert "a simulation has no network" in run.reason


def test_a_run_that_is_not_over_at_the_end_is_running():
    @task(interval_seconds=3600, timeout_seconds=3600)
    async def long(api):
        await asyncio.sleep(3000)

    [run] = simulate(long, START, "61m").runs

    assert (run.state.value, run.ended, run.exit_code) == ("running", None, None)


def test_a_task_that_ignores_its_end_does_not_hold_the_simulation():
    @task(interval_seconds=3600, timeout_seconds=10)
    async def stubborn(api):
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue

    report = simulate(stubborn, START, "90m")

    assert [run.state.value for run in report.runs] == ["timed_out"]


def test_what_rota_warns_of_is_in_the_report():
    @task(interval_seconds=3600)
    async def listing(api):
        return [1]

    report = simulate(listing, START, "3h")

    assert report.warnings == ("run.result_ignored: listing (3 times)",)


@pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
def test_slots_before_the_clock_is_set_back_are_in_the_report(mode):
    report = simulate(hourly, START, "4h", mode=mode, disruptions=[ClockJump("210m", "-3h")])

    found = [(slot.slot, slot.state.value, slot.runs) for slot in report.slots]
    assert found == [(at(hour), "succeeded", 1) for hour in (1, 2, 3)]


@pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
def test_a_crash_after_a_request_that_never_comes_is_a_warning(mode):
    crashes = [Crash(after_request=2), Crash(after_request=99)]
    report = simulate(often, START, "16m", api=working(), mode=mode, disruptions=crashes)

    requests = report.calls
    assert report.warnings == (f"Crash(after_request=99) was not reached; requests: {requests}",)


def test_an_endpoint_that_the_fake_does_not_have_says_how_to_add_it():
    [run] = simulate(often, START, "6m").runs

    assert run.exit_code == 3
    assert 'add it: api.on(\\"POST\\", \\"/work\\", {})' in run.reason


def test_settings_and_classes_are_taken():
    class Mine(BaseTask):
        name = "mine"
        interval_seconds = 60

        async def execute(self, api_client):
            return {"timeout": int(self.timeout_seconds)}

    report = simulate([Mine], START, "3m", settings={"task": {"mine": {"timeout_seconds": 7}}})

    assert [dict(run.counts) for run in report.runs] == [{"timeout": 7}] * 3


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"start": "yesterday"}, UsageError, "start 'yesterday' is not an instant"),
        ({"start": datetime(2027, 1, 1)}, UsageError, "has no time zone"),  # noqa: DTZ001 (the mistake)
        ({"start": "2027-01-01 10:00 Europe/Atlantis"}, UsageError, "zone 'Europe/Atlantis'"),
        ({"duration": "a day"}, UsageError, "duration 'a day' is not a span of time"),
        ({"duration": "0s"}, UsageError, "duration must be more than 0"),
        ({"mode": "hybrid"}, UsageError, "'hybrid' is not one of scheduler, cronjobs"),
        ({"settings": {"realease": "x"}}, UsageError, "there is no field 'realease'"),
        ({"tasks": object()}, TaskDefinitionError, "neither a task class"),
        ({"disruptions": [Crash()]}, UsageError, "needs `at` or `after_request`"),
        ({"disruptions": [Outage(START, START)]}, UsageError, "must end after its start"),
        ({"disruptions": [Outage(START, "1d", "on fire")]}, UsageError, "not one of refused"),
        ({"disruptions": [Restart(at(1), "-5m")]}, UsageError, "must not be negative"),
        ({"disruptions": ["1h"]}, UsageError, "disruptions: '1h' is none: write a list of"),
        ({"disruptions": [Restart("2h")]}, UsageError, "Restart.at 2h is not within the simulated"),
        ({"disruptions": [Restart(START)]}, UsageError, "write an instant after 2026-11-24T00:00"),
        ({"disruptions": [Restart(None)]}, UsageError, "Restart.at must be an aware datetime"),
        ({"disruptions": [ClockJump(at(2), "1h")]}, UsageError, "ClockJump.at .* is not within"),
        (
            {"disruptions": [Outage("2h", "3h")]},
            UsageError,
            "an outage from 2h to 3h is not within",
        ),
        ({"disruptions": [Crash(after_request=0)]}, UsageError, "of a request, from 1, not 0"),
        (
            {"disruptions": [Shutdown("1m"), Restart("2m")]},
            UsageError,
            "nothing can be stopped or killed after a Shutdown",
        ),
        ({"start": 1_795_478_400}, UsageError, "start must be an aware datetime or a text"),
        ({"duration": 3600}, UsageError, "duration must be a timedelta or a text, not 3600"),
        ({"start": "9999-12-31T00:00:00Z"}, UsageError, "end before the year 9999"),
        (
            {"settings": {"task": {"hourly": {"timeout_seconds": -1}}}},
            UsageError,
            "settings: task.hourly.timeout_seconds is not allowed: Input should be greater than 0",
        ),
        ({"settings": {"grace_seconds": "long"}}, UsageError, "grace_seconds is not allowed"),
        (
            {"settings": {"business_api_url": "ftp://shop"}},
            UsageError,
            "settings: business_api_url is not allowed: the Business API's URL must begin",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_mistake_in_the_arguments_is_named(change, error, text):
    given = {"tasks": hourly, "start": START, "duration": "1h", **change}

    with pytest.raises(error, match=text):
        simulate(given.pop("tasks"), given.pop("start"), given.pop("duration"), **given)


@pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
def test_what_finds_nothing_that_runs_changes_nothing(mode):
    away = [Restart(at(1, 30), "2h")]
    more = [Restart(at(1, 30), "1m"), Crash(at(2)), Shutdown(at(3))]

    assert simulate(hourly, START, "5h", mode=mode, disruptions=[*away, *more]) == simulate(
        hourly, START, "5h", mode=mode, disruptions=away
    )


def test_settings_are_those_that_are_given_and_no_others(monkeypatch):
    monkeypatch.setenv("ROTA_ONLY", "another")
    report = simulate(hourly, START, "3h", settings={"only": "hourly"})

    assert len(report.runs) == 3


async def test_inside_an_event_loop_it_says_so():
    with pytest.raises(UsageError, match="call it from a function that is not async"):
        simulate(hourly, START, "1h")


def test_the_report_as_text_is_a_timeline():
    report = simulate(hourly, START, "3h", disruptions=[Shutdown(at(1, 30))])

    assert str(report).splitlines() == [
        "2026-11-24T00:00:00Z to 2026-11-24T03:00:00Z, mode scheduler",
        "2026-11-24T01:00:00Z  hourly  schedule for 2026-11-24T01:00:00Z  succeeded after 0 s",
        "2026-11-24T02:00:00Z  hourly  due",
        "2026-11-24T03:00:00Z  hourly  due",
    ]


def test_what_pytest_shows_of_a_report_names_the_first_slots_that_did_not_succeed():
    report = simulate(hourly, START, "3h", disruptions=[Shutdown(at(1, 30))])
    longer = simulate(hourly, START, "9h", disruptions=[Shutdown(at(1, 30))])

    assert repr(report) == (
        "<Report 2026-11-24T00:00:00Z to 2026-11-24T03:00:00Z, mode scheduler: "
        "1 of 3 slots succeeded; 2026-11-24T02:00:00Z hourly due; 2026-11-24T03:00:00Z hourly due>"
    )
    assert repr(longer).endswith("; 2026-11-24T04:00:00Z hourly due; 5 more>")
    assert len(repr(longer)) < 240


def test_a_route_sees_the_request():
    seen = []
    api = FakeApi().on("POST", "/work", lambda request: seen.append(request.json()) or Reply(201))
    simulate(often, START, "6m", api=api)

    assert seen == [{"for": "2026-11-24T00:05:00Z"}]


BERLIN = {"schedule": "30 2 * * *", "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("fields", "start", "mode", "told"),
    [
        (BERLIN, "2027-03-26T12:00:00Z", "scheduler", ["skipped on days when the clock jumps"]),
        (BERLIN, "2027-03-26T12:00:00Z", "cronjobs", ["skipped on days when the clock jumps"]),
        (BERLIN, "2027-10-29T12:00:00Z", "scheduler", ["run twice on days when the clock goes"]),
        (BERLIN, "2027-06-01T12:00:00Z", "scheduler", []),
        ({"schedule": "*/7 * * * *"}, "2027-06-01T12:00:00Z", "scheduler", ["restart with each"]),
        ({"interval_seconds": 5400}, "2027-06-01T12:00:00Z", "scheduler", []),
        ({"interval_seconds": 5400}, "2027-06-01T12:00:00Z", "cronjobs", ["counts from the Cron"]),
        ({"interval_seconds": 3600}, "2027-03-26T12:00:00Z", "cronjobs", []),
    ],
)
def test_a_schedule_that_does_not_mean_what_it_seems_to_is_a_warning(fields, start, mode, told):
    @task(**fields)
    async def work(api): ...

    warnings = simulate(work, start, "3d", mode=mode).warnings

    assert len(warnings) == len(told)
    assert all(
        text.startswith("work: ") and part in text
        for text, part in zip(warnings, told, strict=True)
    )
