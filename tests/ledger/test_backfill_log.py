import json
from dataclasses import replace

import pytest

from rota.ledger.backfill_log import BackfillLog, path_beside
from rota.ledger.records import recorded_end
from rota.ledger.sqlite import SqliteLedger
from rota.model.errors import ConfigError
from rota.model.run import Trigger
from rota.model.slot import SlotState
from support.ledger_runs import record
from support.statuses import FixedClock

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
    [
        '{"task": "bills", "sl',
        "[1, 2]",
        '{"task": "bills", "slot": 1, "state": "new"}',
        '{"task": "bills", "slot": Infinity, "state": "failed"}',
        "\x00",
    ],
    ids=["cut", "no-object", "unknown-word", "no-end", "nul"],
)
def test_a_broken_line_is_passed_over(log, broken):
    log.note("bills", ended("1", "succeeded", SLOT))
    with log.path.open("a") as file:
        file.write(broken + "\n")
    log.note("bills", ended("2", "succeeded", SLOT + 60))

    assert list(log.states("bills")) == [SLOT, SLOT + 60]


def test_a_line_that_was_cut_off_by_a_full_disk_takes_no_other_with_it(log):
    log.note("bills", ended("1", "succeeded", SLOT))
    log.note("bills", ended("2", "succeeded", SLOT + 60))
    log.path.write_bytes(log.path.read_bytes()[:-5])
    log.note("bills", ended("3", "succeeded", SLOT + 120))

    assert list(log.states("bills")) == [SLOT, SLOT + 120]
    assert [run.run_id for run in log.runs_since(0)[0]] == ["1", "3"]


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


class TestAScheduler:
    """What its ledger has of a backfill in another process."""

    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "rota.sqlite3"

    @pytest.fixture
    def log(self, path):
        return BackfillLog(path_beside(path))

    @pytest.fixture
    def ledger(self, path):
        ledger = SqliteLedger(path, FixedClock(SLOT))
        yield ledger
        ledger.close()

    @staticmethod
    def known(ledger):
        runs = ledger.reader().runs()
        return [(run.task, run.run_id, run.trigger.value, run.state.value) for run in runs]

    @staticmethod
    def look(ledger):
        ledger.look_for_backfills()
        while ledger.flush():
            ledger._writing.result()

    def test_takes_what_was_run_before_it_began_and_meanwhile(self, ledger, log):
        log.note("bills", ended("1", "failed", SLOT))
        ledger.open()
        before = self.known(ledger)
        log.note("bills", ended("2", "succeeded", SLOT))
        self.look(ledger)

        assert before == [("bills", "1", "backfill", "failed")]
        assert self.known(ledger) == [("bills", "2", "backfill", "succeeded"), *before]
        assert ledger.reader().slot_state("bills", SLOT) is SlotState.SUCCEEDED

    def test_takes_nothing_twice_and_what_follows_a_log_that_was_deleted(self, ledger, log):
        ledger.open()
        log.note("bills", ended("1", "failed", SLOT))
        log.note("bills", ended("2", "failed", SLOT + 60))
        self.look(ledger)
        ledger.close()
        ledger.open()
        log.path.unlink()
        self.look(ledger)
        log.note("bills", ended("3", "succeeded", SLOT))
        self.look(ledger)

        assert [run_id for _, run_id, *_ in self.known(ledger)] == ["3", "2", "1"]

    def test_leaves_a_line_until_it_is_whole(self, ledger, log):
        ledger.open()
        log.note("bills", ended("1", "succeeded", SLOT))
        whole = log.path.read_bytes()
        log.path.write_bytes(whole[:-1])
        self.look(ledger)
        cut = self.known(ledger)
        log.path.write_bytes(whole)
        self.look(ledger)

        assert (cut, len(self.known(ledger))) == ([], 1)

    @pytest.mark.parametrize(
        "line",
        [
            pytest.param(change, id=name)
            for name, change in {
                "of a cluster": {"task": "bills@0b1c"},
                "running": {"state": "running"},
                "no number": {"exit_code": "one"},
                "no row": {"duration_seconds": []},
                "no text": {"reason": "\ud800"},
                "beyond all numbers": {"slot": 2**70},
                "without an end": {"slot": float("inf")},
                "after all time": {"slot": 10**15},
                "of no time": {"started_at": float("nan")},
                "of no task": {"task": 7},
                "no counts": {"counts": 7},
            }.items()
        ],
    )
    def test_passes_over_a_line_that_is_no_run_of_its_own(self, ledger, log, line):
        ledger.open()
        log.note("bills", ended("1", "succeeded", SLOT))
        facts = json.loads(log.path.read_text())
        log.path.write_text(json.dumps(facts | line) + "\n")
        log.note("bills", ended("2", "succeeded", SLOT))
        self.look(ledger)

        assert [run_id for _, run_id, *_ in self.known(ledger)] == ["2"]

    def test_goes_on_beside_a_log_that_cannot_be_read(self, ledger, log):
        log.path.mkdir(parents=True)
        ledger.open()
        ledger.run_ended(record("r", task="bills", slot=SLOT), owed=False)
        self.look(ledger)

        assert [run_id for _, run_id, *_ in self.known(ledger)] == ["r"]
