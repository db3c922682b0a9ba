from dataclasses import replace

import pytest

from rota.ledger.backfill_log import BackfillLog
from rota.ledger.records import recorded_end
from rota.model.errors import ConfigError
from rota.model.run import Trigger
from rota.model.slot import SlotState
from support.ledger_runs import record

SLOT = 1_764_122_400


def ended(run_id, outcome, slot):
    return recorded_end(record(run_id, outcome, task="bills", slot=slot))


@pytest.fixture
def log(tmp_path):
    return BackfillLog(tmp_path / "state" / "rota.sqlite3.backfill")


def test_the_last_run_for_a_slot_counts(log):
    log.note("bills", ended("1", "failed", SLOT))
    log.note("bills", ended("2", "interrupted", SLOT + 60))
    log.note("letters", ended("3", "succeeded", SLOT))
    log.note("bills", ended("4", "succeeded", SLOT))

    assert log.states("bills") == {SLOT: SlotState.SUCCEEDED, SLOT + 60: SlotState.INTERRUPTED}
    assert log.states("letters") == {SLOT: SlotState.SUCCEEDED}


def test_without_a_file_nothing_was_done(log):
    assert log.states("bills") == {}


@pytest.mark.parametrize(
    "broken",
    ['{"task": "bills", "sl', "[1, 2]", '{"task": "bills", "slot": 1, "state": "new"}', "\x00"],
    ids=["cut", "no-object", "unknown-word", "nul"],
)
def test_a_broken_line_is_passed_over(log, broken):
    log.note("bills", ended("1", "succeeded", SLOT))
    with log.path.open("a") as file:
        file.write(broken + "\n")
    log.note("bills", ended("2", "succeeded", SLOT + 60))

    assert list(log.states("bills")) == [SLOT, SLOT + 60]


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    log = BackfillLog(tmp_path)

    with pytest.raises(ConfigError, match=f"{tmp_path} cannot be read: Is a directory"):
        log.states("bills")
    with pytest.raises(ConfigError, match=f"{tmp_path} cannot be written: Is a directory"):
        log.note("bills", ended("1", "succeeded", SLOT))


def test_the_runs_of_tasks_are_returned_as_they_were_noted(log):
    runs = [ended("1", "failed", SLOT), ended("2", "succeeded", SLOT)]
    for run in runs:
        log.note("bills", run)
    log.note("shop/shop-rota-bills", ended("3", "succeeded", SLOT))
    with log.path.open("a") as file:
        file.write('{"task": "bills", "slot": 1, "state": "failed", "run_id": "older"}\nbroken\n')

    found = log.runs(["bills", "letters"])

    assert [replace(run, trigger=Trigger.SCHEDULE) for run in found] == runs
    assert {run.trigger for run in found} == {Trigger.BACKFILL}
