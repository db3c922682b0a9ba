"""`rota backfill`: what it lists and refuses. What it runs is in `tests/process`."""

import json
import time

import pytest

from rota.ledger.backfill_log import BackfillLog
from rota.ledger.records import recorded_end
from rota.ledger.sqlite import SqliteLedger
from rota.model.clock import SystemClock, instant, rfc3339
from support.ledger_runs import record
from support.statuses import Installation

HOUR = 3600


def text(epoch):
    return rfc3339(instant(epoch))


@pytest.fixture
def hour():
    return int(time.time()) // HOUR * HOUR


@pytest.fixture
def installation(tmp_path, monkeypatch, hour):
    (tmp_path / "backfilled_office.py").write_text(
        "from rota import task\n\n@task(interval_seconds=3600)\nasync def bills(api): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ROTA_TASKS", "backfilled_office")
    path = tmp_path / "state.sqlite3"
    monkeypatch.setenv("ROTA_STATE_PATH", str(path))
    installation = Installation(hour, ledger=SqliteLedger(path, SystemClock()))
    installation.ran("bills", hour - 3 * HOUR)
    installation.skipped("bills", hour - 2 * HOUR, reason="missed")
    installation.ran("bills", hour - HOUR, "failed")
    installation.ledger.close()
    return installation


@pytest.fixture
def stretch(hour):
    return ("--from", text(hour - 4 * HOUR), "--to", text(hour - HOUR))


def test_a_dry_run_lists_what_would_be_run(rota, installation, stretch, hour):
    ended = rota("backfill", "bills", *stretch, "--dry-run")

    assert ended.exit_code == 0
    head, _, *rows = ended.stdout.splitlines()
    assert head == "bills: 4 slots: 1 unobserved, 1 succeeded, 1 skipped, 1 failed"
    assert [row.split()[1:3] for row in rows] == [
        ["unobserved", text(hour - 4 * HOUR)],
        ["skipped", text(hour - 2 * HOUR)],
        ["failed", text(hour - HOUR)],
    ]


def test_json_says_the_same_of_every_slot(rota, installation, stretch, hour):
    answer = json.loads(rota("backfill", "bills", *stretch, "--dry-run", "--json").stdout)

    assert [(slot["state"], slot["wanted"]) for slot in answer["slots"]] == [
        ("unobserved", True),
        ("succeeded", False),
        ("skipped", True),
        ("failed", True),
    ]
    assert answer["slots"][2]["reason"] == "missed"
    assert answer["left"] == [text(hour - hours * HOUR) for hours in (4, 2, 1)]
    assert answer["runs"] == []


def test_the_newest_come_first_where_asked_for_and_no_more_than_the_limit(
    rota, installation, stretch, hour
):
    options = ["--newest-first", "--limit", "2"]
    ended = rota("backfill", "bills", *stretch, "--dry-run", *options)

    assert [row.split()[2] for row in ended.stdout.splitlines()[2:]] == [
        text(hour - HOUR),
        text(hour - 2 * HOUR),
    ]


def test_what_an_earlier_backfill_did_is_left_alone(rota, installation, hour, tmp_path):
    log = BackfillLog(tmp_path / "state.sqlite3.backfill")
    for hours in (2, 1):
        log.note("bills", recorded_end(record(str(hours), slot=hour - hours * HOUR)))

    ended = rota("backfill", "bills", "--from", text(hour - 3 * HOUR), "--to", text(hour - HOUR))

    assert ended.exit_code == 0
    assert ended.stdout.splitlines() == ["bills: 3 slots: 3 succeeded", "There is nothing to run."]


def test_without_a_ledger_nothing_is_known_and_that_is_said(rota, installation, stretch):
    ended = rota("backfill", "bills", *stretch, "--dry-run", ROTA_STATE_PATH="off")

    assert "bills: 4 slots: 4 unobserved" in ended.stdout
    assert "which slots have succeeded is not known" in ended.stderr


def test_the_future_is_not_run(rota, installation, hour):
    in_a_day = text(hour + 24 * HOUR)
    options = ["--from", text(hour - HOUR), "--to", in_a_day, "--dry-run", "--json"]
    answer = json.loads(rota("backfill", "bills", *options).stdout)

    assert {slot["at"] for slot in answer["slots"]} <= {text(hour + n * HOUR) for n in (-1, 0, 1)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(["--from", "yesterday"], "--from 'yesterday' is not allowed", id="from"),
        pytest.param(
            ["--from", "2026-11-24T00:00:00Z", "--to", "2026-11-24"], "--to '2026-11-24'", id="to"
        ),
        pytest.param(
            ["--from", "2026-11-24T00:00:00Z", "--to", "2026-11-23T00:00:00Z"],
            "--to is before --from",
            id="backwards",
        ),
        pytest.param([], "Missing option '--from'", id="no-stretch"),
        pytest.param(
            ["--from", "2026-11-24T00:00:00Z", "--json"],
            "--json needs --yes or --dry-run",
            id="json",
        ),
        pytest.param(
            ["--from", "2015-11-24T00:00:00Z"],
            "there are more than 10000 slots between",
            id="too-long",
        ),
        pytest.param(["--from", "2026-11-24T00:00:00Z", "--limit", "0"], "x>=1", id="limit"),
    ],
)
def test_a_mistake_ends_with_2_and_says_what_would_do(rota, installation, options, message):
    ended = rota("backfill", "bills", *options)

    assert ended.exit_code == 2
    assert message in ended.stderr
    assert ended.stdout == ""


def test_without_a_terminal_nobody_is_asked(rota, installation, stretch, monkeypatch, tmp_path):
    with (tmp_path / "backfilled_office.py").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)

        ended = rota("backfill", "bills", *stretch)

    assert ended.exit_code == 2
    assert "there is nobody to ask: add --yes" in ended.stderr


def test_history_has_what_a_backfill_has_run_here(rota, installation, hour):
    log = BackfillLog(installation.ledger.path.with_name("state.sqlite3.backfill"))
    made_up_for = record("backfilled", task="bills", slot=hour - HOUR, started_at=hour + 1)
    log.note("bills", recorded_end(made_up_for))
    log.note("letters", recorded_end(made_up_for))

    [newest, *others] = json.loads(rota("history", "--json").stdout)["items"]
    failed = json.loads(rota("history", "--state", "failed", "--json").stdout)["items"]

    # A scheduler takes it into its ledger.
    installation.ledger.open(lambda: None)
    installation.ledger.close()
    again = json.loads(rota("history", "--json").stdout)["items"]

    assert (newest["run_id"], newest["trigger"]) == ("backfilled", "backfill")
    assert len(others) == 2
    assert again == [newest, *others]
    assert [run["state"] for run in failed] == ["failed"]
