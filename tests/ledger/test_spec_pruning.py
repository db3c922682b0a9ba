"""What a console's ledger keeps of what CronJobs said."""

from datetime import timedelta

import pytest

from rota.ledger import spec_pruning
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes, SeenSpec
from rota.ledger.retention import Retention
from support.ledger_runs import START
from support.statuses import FixedClock

DAY = 86_400.0
NOW = START + 100 * DAY


@pytest.fixture
def ledger(tmp_path):
    made = ConsoleLedger(
        tmp_path / "console.sqlite3", FixedClock(NOW), retention=Retention(age=timedelta(days=30))
    )
    made.open()
    yield made
    made.close()


def said(*days_ago, task="t", gone=False):
    """Return specs of one CronJob, `days_ago` each; the last one says that it is gone."""
    times = [NOW - days * DAY for days in days_ago]
    last = len(times) - 1
    return [
        SeenSpec(
            task, f"{task}-cronjob", at, {"number": number, "is_gone": gone and number == last}
        )
        for number, at in enumerate(times)
    ]


def kept(ledger, *specs):
    ledger.write(ConsoleNotes(specs=list(specs)))
    return [(spec.task, spec.facts["number"]) for spec in ledger.reader().specs()]


def test_what_holds_now_stays_however_old_it_is(ledger):
    assert kept(ledger, *said(90.0)) == [("t", 0)]


def test_what_held_within_the_age_stays_and_what_was_over_before_goes(ledger):
    assert kept(ledger, *said(90.0, 60.0, 40.0, 20.0)) == [("t", 2), ("t", 3)]


def test_a_cronjob_that_is_gone_is_forgotten_with_its_age(ledger):
    recent = said(90.0, 29.0, task="recent", gone=True)

    assert kept(ledger, *said(90.0, 31.0, gone=True), *recent) == [("recent", 0), ("recent", 1)]


def test_a_cronjob_that_came_back_stays(ledger):
    gone = said(90.0, 60.0, gone=True)
    back = SeenSpec("t", "t-cronjob", NOW - 50 * DAY, {"number": 2, "is_gone": False})

    assert kept(ledger, *gone, back) == [("t", 2)]


def test_of_one_that_changes_all_the_time_the_newest_stay(ledger, monkeypatch):
    monkeypatch.setattr(spec_pruning, "KEPT_SPECS", 3)
    often = said(*(5.0 - number / 100 for number in range(10)))

    assert kept(ledger, *often, *said(4.0, task="u")) == [
        ("t", 7),
        ("t", 8),
        ("t", 9),
        ("u", 0),
    ]


def test_it_looks_once_an_hour(ledger):
    assert len(kept(ledger, *said(90.0))) == 1
    assert len(kept(ledger, *said(90.0, 60.0, 40.0))) == 3

    ledger._clock.now += 3600
    assert len(kept(ledger)) == 1
