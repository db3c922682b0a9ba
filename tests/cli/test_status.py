"""`rota status`, `rota history` and `rota why`, on a ledger's file."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from rota.ledger.sqlite import SqliteLedger
from rota.model.clock import SystemClock, instant, rfc3339
from support.statuses import Installation

MODULE = """
from rota import task

@task(interval_seconds=3600)
async def bills(api):
    'Send the bills.'

@task(interval_seconds=3600)
async def letters(api):
    pass
"""
# The hour's slots are those of the tasks above.
HOUR = 3600


@pytest.fixture
def hour():
    return int(time.time()) // HOUR * HOUR


@pytest.fixture
def installation(tmp_path, monkeypatch, hour):
    (tmp_path / "office.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ROTA_TASKS", "office")
    path = tmp_path / "state.sqlite3"
    monkeypatch.setenv("ROTA_STATE_PATH", str(path))
    installation = Installation(hour, ledger=SqliteLedger(path, SystemClock()))
    yield installation
    installation.ledger.close()


def close(installation):
    installation.ledger.close()


def lines(ended):
    assert ended.stderr == ""
    return [re.split(r"  +", line) for line in ended.stdout.splitlines()]


def test_status_shows_problems_first_and_ends_with_1(rota, installation, hour):
    installation.ran("bills", hour)
    installation.ran("letters", hour, "failed", reason="no paper")
    close(installation)

    ended = rota("status")

    assert ended.exit_code == 1
    heading, first, second = ended.stdout.splitlines()
    expected = "STATE  TASK  SCHEDULE  LAST SLOTS  LAST RUN  TOOK  NEXT  REASON"
    assert re.split("  +", heading) == expected.split("  ")
    assert first.startswith("✗ failing  letters  every 1h  ✗")
    assert first.endswith("no paper")
    assert second.startswith("✓ ok       bills    every 1h  ✓")


def test_status_ends_with_0_where_all_is_well_with_the_tasks_that_were_asked_for(
    rota, installation, hour
):
    installation.ran("bills", hour)
    installation.ran("letters", hour, "failed")
    close(installation)

    ended = rota("status", "bills", "--json")

    assert ended.exit_code == 0
    answer = json.loads(ended.stdout)
    assert [item["name"] for item in answer["items"]] == ["bills"]
    assert answer["items"][0]["doc"] == "Send the bills."
    assert answer["counts"]["failing"] == 1


def test_history_shows_the_newest_runs_first(rota, installation, hour):
    installation.ran("bills", hour - HOUR)
    failed = installation.ran("letters", hour - HOUR, "failed", reason="no paper", late=2.0)
    newest = installation.ran("bills", hour, duration_seconds=3.0)
    close(installation)

    answer = json.loads(rota("history", "--json").stdout)
    assert [run["run_id"] for run in answer["items"]] == [newest, failed, "run-1"]
    ended = rota("history", "letters", "--state", "failed")
    assert lines(ended)[1] == [
        "✗ failed",
        "letters",
        rfc3339(instant(hour - HOUR)),
        rfc3339(instant(hour - HOUR + 2)),
        "2.0 s",
        "1.5 s",
        "1",
        failed,
        "no paper",
    ]
    assert [run[0] for run in lines(rota("history", "--limit", "1"))] == ["STATE", "✓ succeeded"]
    assert rota("history", "--state", "timed_out").stdout == "No such run is known.\n"


def test_why_answers_in_sentences(rota, installation, hour):
    installation.skipped("bills", hour - HOUR, reason="too_late")
    close(installation)
    slot = rfc3339(instant(hour - HOUR))

    ended = rota("why", "bills", slot)

    assert ended.exit_code == 0
    head, sentence = ended.stdout.splitlines()
    assert head.startswith(f"bills  {slot}  (")
    assert head.endswith("+00:00)  skipped")
    assert sentence.startswith("It was skipped: it could not start within 1h")
    assert json.loads(rota("why", "bills", slot, "--json").stdout)["why"] == [sentence]


def test_a_reason_moves_no_cursor_and_begins_no_line(rota, installation, hour):
    installation.ran("letters", hour, "failed", reason="no paper\x1b[2J\nok")
    close(installation)
    slot = rfc3339(instant(hour))

    told = rota("why", "letters", slot).stdout.splitlines()
    refused = rota("why", "x\x1b[2J", slot).stderr

    assert told[1].endswith("no paper [2J ok")
    assert "\x1b" not in refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["status", "bill"],
            "no task is named 'bill', did you mean 'bills'? (known: bills, letters)",
            id="unknown task",
        ),
        pytest.param(["history", "bill"], "did you mean 'bills'", id="unknown task in history"),
        pytest.param(["why", "bill", "2026-11-25T03:00:00Z"], "did you mean 'bills'", id="in why"),
        pytest.param(["why", "bills", "yesterday"], "SLOT 'yesterday' is not allowed", id="slot"),
        pytest.param(
            ["why", "bills", "2026-11-25T03:00:01Z"], "is not a slot of task 'bills'", id="no slot"
        ),
        pytest.param(["history", "--limit", "0"], "0 is not in the range 1<=x<=500", id="limit"),
    ],
)
def test_a_mistake_ends_with_2_and_a_sentence(rota, installation, arguments, message):
    close(installation)

    ended = rota(*arguments)

    assert ended.exit_code == 2
    assert message in ended.stderr


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("off", "ROTA_STATE_PATH is off", id="in memory"),
        pytest.param("/nowhere/state", "there is no ledger at /nowhere/state", id="no file"),
    ],
)
@pytest.mark.parametrize("command", [["status"], ["history"]], ids=lambda each: each[0])
def test_without_a_ledger_the_commands_cannot_tell_and_say_what_to_do(rota, command, path, message):
    ended = rota(*command, ROTA_STATE_PATH=path)

    assert ended.exit_code == 2
    assert message in ended.stderr
    assert "give the --url of its page" in ended.stderr


def test_a_file_that_is_not_a_ledger_is_refused(rota, tmp_path):
    (tmp_path / "state").write_text("not a database, but long enough to be looked at" * 100)

    ended = rota("status", ROTA_STATE_PATH=str(tmp_path / "state"))

    assert ended.exit_code == 2
    assert "cannot be read: file is not a database" in ended.stderr


def test_what_the_terminal_does_not_take_is_left_out(installation, hour, tmp_path):
    installation.ran("bills", hour)
    installation.ran("letters", hour, "failed", reason="pas de papier – ✗")
    close(installation)

    ended = subprocess.run(
        [sys.executable, "-m", "rota", "status"],
        env=os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr) == (1, b"")
    first, second = ended.stdout.decode("latin-1").splitlines()[1:]
    assert first.startswith("x failing")
    assert first.endswith("pas de papier ? ?")
    assert second.startswith("+ ok")


def test_marks_are_ascii_where_the_terminal_takes_no_more(installation, hour, tmp_path):
    installation.ran("bills", hour)
    close(installation)

    ended = subprocess.run(
        [sys.executable, "-m", "rota", "status", "bills"],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.splitlines()[1].startswith("+ ok")
