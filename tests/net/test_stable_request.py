import json
from datetime import datetime, timedelta, timezone

import pytest

from rota.model.clock import instant
from rota.model.run import Run, Trigger
from rota.net import stable_request
from rota.net.stable_request import StableRequest

SLOT = 1_795_478_400
STARTED = SLOT + 1.25
NOW = STARTED + 30
RUN_ID = "6b05ed41-0123456789"


def stable(run_id=RUN_ID, started=STARTED, now=NOW):
    run = Run("t", run_id, Trigger.SCHEDULE, instant(SLOT), instant(started + 60), "slot")
    return StableRequest(run, started, now)


def body(value, content_type="application/json", **run):
    return stable(**run).body(json.dumps(value).encode(), content_type)


# Another try of the slot, some minutes later.
AGAIN = {"run_id": "6b05ee11-9876543210", "started": STARTED + 300, "now": NOW + 300}


@pytest.mark.fault(106)
@pytest.mark.parametrize("text", ["{}", "run {} of the night", "/runs/{}/report"])
def test_the_run_id_is_taken_out(text):
    ids = (RUN_ID, AGAIN["run_id"])
    assert body(text.format(ids[0])) == body(text.format(ids[1]), **AGAIN)
    assert ids[1] in body(text.format(ids[1]))


@pytest.mark.fault(106)
@pytest.mark.parametrize(
    "written",
    [
        lambda now: instant(now).isoformat(),
        lambda now: instant(now).isoformat(timespec="seconds"),
        lambda now: instant(now).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lambda now: instant(now).strftime("%Y-%m-%d %H:%M:%S UTC"),
        lambda now: instant(now).strftime("%Y-%m-%d %H:%M:%S +0000"),
        lambda now: instant(now).replace(tzinfo=None).isoformat(),
        lambda now: str(datetime.fromtimestamp(now)),  # noqa: DTZ006 (people do)
        lambda now: instant(now).astimezone(timezone(timedelta(hours=5.5))).isoformat(),
        lambda now: now,
        int,
        lambda now: int(now * 1000),
        lambda now: [int(now * 1e6), int(now * 1e9)],
    ],
)
@pytest.mark.parametrize("seconds", [0, 10, 30])
def test_the_time_of_a_try_is_taken_out(written, seconds):
    first = body({"at": written(STARTED + seconds)})
    second = body({"at": written(AGAIN["started"] + 5)}, **AGAIN)
    assert first == second


def test_a_time_cut_to_the_second_of_the_slot_is_like_any_other():
    """The first try is punctual, the second is not."""
    first = body({"at": instant(SLOT).isoformat()}, started=SLOT + 0.2, now=SLOT + 0.3)
    second = body({"at": instant(AGAIN["now"]).isoformat()}, **AGAIN)
    assert first == second


def test_the_slot_is_taken_out_however_late_the_try():
    at = instant(SLOT).isoformat()
    assert body({"at": at}) == body({"at": at}, **AGAIN) == '{"at": "<this try>"}'
    assert body({"at": SLOT}, **AGAIN) == '{"at": <this try>}'


@pytest.mark.parametrize("zone", ["Etc/UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_a_time_without_a_zone_may_be_utc_or_the_machines_own(machine_zone, zone):
    machine_zone(zone)
    moment = instant(NOW)
    for written in (moment.replace(tzinfo=None), moment.astimezone().replace(tzinfo=None)):
        assert body({"at": str(written)}) == '{"at": "<this try>"}'


def test_a_time_with_a_zone_differs_from_another_that_reads_the_same():
    written = instant(NOW).replace(tzinfo=timezone(timedelta(hours=5.5))).isoformat()
    assert written in body({"at": written})


@pytest.mark.parametrize("days", [-1, 1])
def test_other_times_and_numbers_stay(days):
    other = NOW + days * 86_400
    value = {
        "at": instant(other).isoformat(),
        "epoch": other,
        "order": 17954784,
        "iban": "DE00179547843017954784",
        "id": "c5a5dd2c-9c0b-4a6e-8c4d-0f4e793b14d5",
        "price": 17.95,
        "no time": "2026-99-99T99:99:99",
    }
    assert json.loads(body(value)) == value


def test_the_run_outlasts_no_time_before_or_after_it():
    for moment in (STARTED - 60, NOW + 10):
        text = instant(moment).isoformat()
        assert text in body({"at": text})


@pytest.mark.parametrize(
    ("moment", "stays"), [(9, True), (10, False), (42, False), (43, True)], ids=str
)
def test_a_try_has_two_seconds_more_on_both_sides(moment, stays):
    at = SLOT + moment
    assert (str(at) in body({"at": at}, started=SLOT + 12, now=SLOT + 40)) is stays


def test_forms_and_queries_are_looked_at_as_they_are_meant():
    at = instant(NOW).isoformat()
    again = instant(AGAIN["now"]).isoformat()
    form = "application/x-www-form-urlencoded; charset=utf-8"
    quoted = [text.replace(":", "%3A").replace("+", "%2B") for text in (at, again)]
    bodies = [f"a=1&at={text}".encode() for text in quoted]
    assert stable().body(bodies[0], form) == stable(**AGAIN).body(bodies[1], form)
    targets = [f"/x?at={text}" for text in quoted]
    assert stable().target(targets[0]) == stable(**AGAIN).target(targets[1]) == "/x?at=<this try>"


def test_the_boundary_between_parts_is_chance():
    bodies = [
        stable().body(
            f"--{edge}\r\nx\r\n--{edge}--".encode(), f"multipart/form-data; boundary={edge}"
        )
        for edge in ("a1b2", "c3d4")
    ]
    assert bodies[0] == bodies[1]


def test_bytes_that_are_no_text_stay_apart():
    texts = {stable().body(bytes([number]), "") for number in range(256)}
    assert len(texts) == 256


@pytest.mark.parametrize(
    ("host", "stays"),
    [("shop-rota-cleanup-29384720-x7k2q", False), ("0123456789ab", False), ("build-server", True)],
)
def test_a_name_that_kubernetes_or_docker_made_up_is_taken_out(monkeypatch, host, stays):
    monkeypatch.setattr(stable_request.socket, "gethostname", lambda: host)
    assert (host in body({"host": host})) is stays
