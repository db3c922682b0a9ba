"""`rota status`, `rota history` and `rota why` on the file that a console writes."""

import json
import time
from dataclasses import asdict

import pytest

from rota.kubernetes.watching.cronjobs import span_of
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes, SeenSpec
from rota.ledger.records import RecordedRun, RecordedSkip
from rota.model.clock import SystemClock, instant, rfc3339
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.model.slot import SlotState
from support.kubernetes_objects import cronjob

HOUR = 3600


@pytest.fixture
def hour():
    return int(time.time()) // HOUR * HOUR


@pytest.fixture
def ledger(tmp_path, monkeypatch, hour):
    path = tmp_path / "console.sqlite3"
    monkeypatch.setenv("ROTA_STATE_PATH", str(path))
    # The tasks' own code is not there, and is not asked for.
    monkeypatch.setenv("ROTA_TASKS", "not_in_this_image")
    ledger = ConsoleLedger(path, SystemClock())
    ledger.open()
    span = span_of(cronjob(created=hour - 5 * HOUR), float(hour - 5 * HOUR))
    spec = SeenSpec("cleanup", "rota-cleanup", span.since, asdict(span))
    run = RecordedRun(
        "cleanup", "u1", Trigger.SCHEDULE, hour - HOUR, SlotState.SUCCEEDED, hour - HOUR + 2.0, 3.0
    )
    skipped = SlotsSkipped(
        "cleanup",
        hour - 2 * HOUR,
        hour - 2 * HOUR,
        1,
        capped=False,
        reason=SkipReason.REFUSED,
        detail="exceeded quota: no-jobs",
    )
    skip = RecordedSkip(skipped, hour - HOUR + 0.0)
    ledger.write(ConsoleNotes(runs={"u1": run}, skips=[skip], specs=[spec]))
    yield ledger
    ledger.close()


def seen(ledger, until):
    ledger.write(ConsoleNotes(watched_until=float(until)))


def test_tasks_are_those_of_the_cronjobs_and_not_those_of_this_image(rota, ledger):
    seen(ledger, time.time())

    status = rota("status", "--json")
    history = rota("history", "--json")

    assert status.exit_code == 0, status.stderr
    [task] = json.loads(status.stdout)["items"]
    assert (task["name"], task["state"], task["schedule"]) == ("cleanup", "ok", "0 * * * *")
    assert json.loads(history.stdout)["items"][0]["run_id"] == "u1"


def test_why_has_the_words_of_the_api_server(rota, ledger, hour):
    seen(ledger, time.time())

    why = rota("why", "cleanup", rfc3339(instant(hour - 2 * HOUR)))

    assert "the API server refused its Job." in why.stdout
    assert "exceeded quota: no-jobs." in why.stdout


def test_a_console_that_sees_nothing_cannot_tell_how_the_tasks_are(rota, ledger, hour):
    seen(ledger, hour - 600)
    since = rfc3339(instant(hour - 600))

    status = rota("status")

    assert status.exit_code == 2
    assert f"has not seen the cluster since {since}" in status.stderr
    assert "cleanup" in status.stdout
