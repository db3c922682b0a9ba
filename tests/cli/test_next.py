import json

import pytest


def answer(ended):
    assert ended.exit_code == 0, ended.stderr
    return json.loads(ended.stdout)


def test_a_task_s_slots_are_reported_in_utc(rota):
    told = answer(rota("next", "cleanup", "--from", "2026-11-24T03:59:59Z", "--json"))
    assert set(told.pop("tz_database")) == {"version", "source"}
    assert told == {
        "schedule": "0 * * * *",
        "timezone": "Etc/UTC",
        "after": "2026-11-24T03:59:59Z",
        "next": [f"2026-11-24T{hour:02d}:00:00Z" for hour in range(4, 9)],
        "cronjob": {"schedule": "0 * * * *", "timeZone": "Etc/UTC", "exact": True},
        "clock_changes": [],
        "warnings": [],
    }


def test_the_start_is_not_among_the_slots(rota):
    told = answer(rota("next", "cleanup", "--from", "2026-11-24T04:00:00Z", "--json"))
    assert told["next"][0] == "2026-11-24T05:00:00Z"


def next_in_berlin(rota, text, start, *more):
    return rota("next", "--schedule", text, "--timezone", "Europe/Berlin", "--from", start, *more)


@pytest.mark.fault(11)
def test_a_time_that_does_not_exist_is_skipped_and_the_change_is_reported(rota):
    ended = next_in_berlin(rota, "30 2 * * *", "2027-03-27T00:00:00Z", "--count", "2")
    assert ended.exit_code == 0
    rows = [line.split() for line in ended.stdout.splitlines()]
    assert ["2027-03-27T01:30:00Z", "Sat", "2027-03-27", "02:30:00", "+01:00"] in rows
    assert ["2027-03-29T00:30:00Z", "Mon", "2027-03-29", "02:30:00", "+02:00"] in rows
    assert (
        "clock change: 2027-03-28T01:00:00Z: local times from 2027-03-28 02:00 to 03:00 do not "
        "exist: a run at a local time that does not exist is skipped, as in Kubernetes"
    ) in ended.stdout


@pytest.mark.fault(11)
def test_a_time_that_comes_twice_is_run_twice_and_the_change_is_reported(rota):
    ended = next_in_berlin(rota, "30 2 * * *", "2026-10-24T12:00:00Z", "--count", "2", "--json")
    told = answer(ended)
    assert told["next"] == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]
    (change,) = told["clock_changes"]
    assert change["at"] == "2026-10-25T01:00:00Z"
    assert "occur twice" in change["meaning"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 0 31 2 *", "never fires"),
        ("61 * * * *", "61"),
        ("* * * *", "five"),
        ("@every -5m", "@every"),
        ("@every 0s", "@every"),
        ("TZ=UTC", "TZ"),
        ("TZ=UTC 0 5 * * *", "TZ"),
        ("0 0 * * 7", "7"),
        ("@reboot", "@reboot"),
        ("", ""),
    ],
)
@pytest.mark.fault(6)
@pytest.mark.fault(8)
def test_a_text_that_is_refused_or_never_fires_ends_with_2(rota, text, why):
    ended = rota("next", "--schedule", text)
    assert ended.exit_code == 2
    assert ended.stderr.startswith("rota: error: ")
    assert why in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


@pytest.mark.parametrize("zone", ["Mars/Base", "", "Local", "../etc/passwd"])
@pytest.mark.fault(12)
def test_a_zone_that_there_is_not_ends_with_2(rota, zone):
    ended = rota("next", "--schedule", "0 5 * * *", "--timezone", zone)
    assert ended.exit_code == 2
    assert ended.stderr.startswith("rota: error: ")


@pytest.mark.fault(10)
def test_a_text_that_does_not_mean_what_it_seems_to_is_warned_of(rota):
    told = answer(rota("next", "--schedule", "*/90 * * * *", "--json"))
    assert told["warnings"]
    assert "warning: " in rota("next", "--schedule", "*/90 * * * *").stdout


def test_an_interval_without_a_five_field_text_says_what_a_cronjob_makes_of_it(rota):
    ended = rota("next", "cleanup", "--json", ROTA_TASK__CLEANUP__INTERVAL_SECONDS="420")
    told = answer(ended)
    assert told["cronjob"] == {"schedule": "@every 420s", "timeZone": "Etc/UTC", "exact": False}
    assert told["warnings"] == [
        "a CronJob keeps this gap but not this phase: it counts from its creation"
    ]


def test_the_number_of_slots_can_be_chosen(rota):
    assert len(answer(rota("next", "cleanup", "--count", "100", "--json"))["next"]) == 100
