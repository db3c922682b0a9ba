import contextlib
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from rota.ledger.attempts import Attempt
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes, Remembered, SeenSpec
from rota.ledger.records import RecordedRun, RecordedSkip, TaskProgress
from rota.ledger.retention import Retention
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.model.slot import SlotState
from support.ledger_runs import START

FIXTURES = Path(__file__).parents[1] / "fixtures"
ATTEMPTS = (
    Attempt(
        "p-a",
        "node-1",
        4,
        "no route",
        START + 1.0,
        START + 2.0,
        START + 3.0,
        {"run_id": "r"},
        START + 1.5,
    ),
    Attempt("p-b", created_at=START + 20.0),
)
RUNNING = RecordedRun(
    task="t",
    run_id="job-1",
    trigger=Trigger.SCHEDULE,
    slot=START,
    state=SlotState.RUNNING,
    started_at=START + 2.0,
    attempts=ATTEMPTS,
)
ENDED = replace(RUNNING, state=SlotState.SUCCEEDED, duration_seconds=9.0, exit_code=0)
REFUSED = RecordedSkip(
    SlotsSkipped(
        "t", START, START, 1, capped=False, reason=SkipReason.REFUSED, detail="exceeded quota"
    ),
    START + 90.0,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state/console.sqlite3"


class Standing:
    """A clock that stands still."""

    def timestamp(self):
        return START + 100.0


@pytest.fixture
def open_ledger(path):
    opened = []

    def make(**options):
        ledger = ConsoleLedger(path, Standing(), **options)
        opened.append(ledger)
        return ledger, ledger.open()

    yield make
    for ledger in opened:
        ledger.close()


def test_a_new_file_remembers_nothing(open_ledger):
    ledger, remembered = open_ledger()

    assert remembered == Remembered()
    assert ledger.reader().runs() == []


def test_what_was_seen_is_remembered_by_the_next_console(open_ledger):
    spec = SeenSpec("t", "rota-t", START + 0.5, {"schedule": "0 * * * *"})
    ledger, _ = open_ledger()
    ledger.write(
        ConsoleNotes(
            runs={"job-1": RUNNING},
            owed={("t", START + 60): True},
            accounted={"t": ("0 * * * *", START + 90, False)},
            specs=[spec],
            gaps=[(START + 1.0, START + 2.0)],
            watched_until=START + 99.5,
        )
    )
    ledger.close()

    _, remembered = open_ledger()

    assert remembered == Remembered(
        tasks={"t": TaskProgress("0 * * * *", START + 90, (START + 60,))},
        unfinished={"job-1": replace(RUNNING, attempts=())},
        specs=(spec,),
        gaps=((START + 1.0, START + 2.0),),
        watched_until=START + 99.5,
    )


def test_a_run_goes_on_while_no_console_is_there(open_ledger):
    ledger, _ = open_ledger()
    ledger.write(ConsoleNotes(runs={"job-1": RUNNING}))
    ledger.close()

    ledger, _ = open_ledger()

    assert ledger.reader().run("job-1") == RUNNING


def test_the_end_of_a_run_and_a_start_that_is_learnt_late_replace_what_was_known(open_ledger):
    ledger, _ = open_ledger()
    ledger.write(ConsoleNotes(runs={"job-1": replace(RUNNING, started_at=START, attempts=())}))
    ledger.write(ConsoleNotes(runs={"job-1": ENDED}))

    assert ledger.reader().run("job-1") == ENDED
    assert ledger.attempts("job-1") == ATTEMPTS
    assert ledger.reader().slot_state("t", START) is SlotState.SUCCEEDED


def test_runs_that_are_listed_together_are_kept_in_the_order_of_their_starts(open_ledger):
    ledger, _ = open_ledger()
    later = replace(RUNNING, run_id="job-2", started_at=START + 60.0)
    ledger.write(ConsoleNotes(runs={"job-2": later, "job-1": RUNNING}))

    assert [run.run_id for run in ledger.reader().runs()] == ["job-2", "job-1"]


def test_attempts_that_are_not_told_again_stay(open_ledger):
    ledger, _ = open_ledger()
    ledger.write(ConsoleNotes(runs={"job-1": RUNNING}))
    ledger.write(ConsoleNotes(runs={"job-1": replace(ENDED, attempts=ATTEMPTS[1:])}))

    assert ledger.attempts("job-1") == ATTEMPTS


def test_a_skip_has_its_detail_and_settles_its_slot(open_ledger):
    ledger, _ = open_ledger()
    ledger.write(ConsoleNotes(owed={("t", START): True}))
    assert ledger.reader().slot_state("t", START) is SlotState.DUE

    ledger.write(ConsoleNotes(owed={("t", START): False}, skips=[REFUSED]))

    assert ledger.reader().skips("t", START, START) == [REFUSED]
    assert ledger.reader().slot_state("t", START) is SlotState.SKIPPED


def test_attempts_are_forgotten_with_their_run(open_ledger, path):
    kept = Retention(runs=1, age=timedelta(0), failures=1)
    ledger, _ = open_ledger(retention=kept)
    for number in range(3):
        run = replace(ENDED, run_id=f"job-{number}", slot=START + number)
        ledger.write(ConsoleNotes(runs={run.run_id: run}))
        ledger._pruning._swept_at = None
    ledger.write(ConsoleNotes())

    with sqlite3.connect(path) as connection:
        found = {run_id for (run_id,) in connection.execute("SELECT run_id FROM attempts")}
    connection.close()
    assert found == {run.run_id for run in ledger.reader().runs()}
    assert "job-0" not in found


def test_only_the_newest_gaps_are_kept(open_ledger, monkeypatch):
    monkeypatch.setattr("rota.ledger.console_rows._KEPT_GAPS", 2)
    ledger, _ = open_ledger()
    ledger.write(ConsoleNotes(gaps=[(1.0, 2.0), (3.0, 4.0)]))
    ledger.write(ConsoleNotes(gaps=[(5.0, 6.0)]))

    assert ledger.reader().gaps() == [(3.0, 4.0), (5.0, 6.0)]


def test_what_could_not_be_written_is_written_with_the_next(open_ledger, path, monkeypatch, caplog):
    caplog.set_level("INFO", logger="rota")
    ledger, _ = open_ledger()
    with monkeypatch.context() as broken:
        broken.setattr("rota.ledger.console.write_notes", fails)
        ledger.write(ConsoleNotes(runs={"job-1": RUNNING}, watched_until=5.0))
        ledger.write(ConsoleNotes(skips=[REFUSED], gaps=[(1.0, 2.0)]))
    ledger.write(ConsoleNotes(runs={"job-1": ENDED}))
    ledger.close()

    _, remembered = open_ledger()
    assert ledger.reader().run("job-1") == ENDED
    assert ledger.reader().skips("t", START, START) == [REFUSED]
    assert (remembered.gaps, remembered.watched_until) == (((1.0, 2.0),), 5.0)
    failed, recovered = caplog.records
    assert (failed.message, recovered.message) == ("state.write_failed", "state.write_recovered")
    assert failed.path == recovered.path == str(path)
    assert failed.error == "database or disk is full"


def test_each_failure_and_each_recovery_is_logged_once(open_ledger, monkeypatch, caplog):
    caplog.set_level("INFO", logger="rota")
    ledger, _ = open_ledger()
    for _ in range(2):
        with monkeypatch.context() as broken:
            broken.setattr("rota.ledger.console.write_notes", fails)
            ledger.write(ConsoleNotes())
            ledger.write(ConsoleNotes())
        ledger.write(ConsoleNotes())
        ledger.write(ConsoleNotes())

    once = ["state.write_failed", "state.write_recovered"]
    assert [each.message for each in caplog.records] == once * 2


def fails(*_):
    raise sqlite3.OperationalError("database or disk is full")


def test_a_corrupt_file_is_set_aside(open_ledger, path, caplog):
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)

    ledger, remembered = open_ledger()
    ledger.write(ConsoleNotes(runs={"job-1": RUNNING}))

    assert remembered == Remembered()
    assert [each.message for each in caplog.records] == ["state.corrupt"]
    moved_to = path.with_name(f"console.sqlite3.corrupt-{START + 100}")
    assert (caplog.records[0].path, caplog.records[0].moved_to) == (str(path), str(moved_to))
    assert moved_to.read_bytes() == b"no database" * 100
    assert ledger.reader().run("job-1") == RUNNING


@pytest.mark.fault(56)
def test_a_file_that_is_in_use_and_not_corrupt_stays_where_it_is(
    open_ledger, path, caplog, monkeypatch
):
    monkeypatch.setattr("rota.ledger.storage._BUSY_SECONDS", 0.0)
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ledger, _ = open_ledger()

    assert [each.message for each in caplog.records] == ["state.unusable"]
    assert path.exists()
    assert ledger.path != path


@pytest.mark.fault(56)
def test_a_folder_in_place_of_the_file_stays_where_it_is(open_ledger, path, caplog):
    path.mkdir(parents=True)

    open_ledger()

    assert [each.message for each in caplog.records] == ["state.unusable"]
    assert path.is_dir()


def test_while_another_process_writes_the_file_a_temporary_one_is_used(open_ledger, path, caplog):
    first, _ = open_ledger()
    first.write(ConsoleNotes(runs={"job-1": RUNNING}))

    second, remembered = open_ledger()
    second.write(ConsoleNotes(runs={"job-2": replace(RUNNING, run_id="job-2")}))

    assert remembered == Remembered()
    assert [run.run_id for run in first.reader().runs()] == ["job-1"]
    assert [run.run_id for run in second.reader().runs()] == ["job-2"]
    assert [each.message for each in caplog.records] == ["state.unusable"]
    assert "is forgotten when the console ends" in caplog.records[0].effect
    assert caplog.records[0].path == str(path)
    assert "locked by this process" in caplog.records[0].error


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_schedulers_file_can_be_taken_over(open_ledger, path, version):
    path.parent.mkdir()
    shutil.copy(FIXTURES / f"ledger-version-{version}.db", path)

    _, remembered = open_ledger()

    assert list(remembered.unfinished) == ["6b05ed3c-0123456789"]
    assert remembered.watched_until is None


def test_closing_twice_and_writing_afterwards_do_no_harm(open_ledger):
    ledger, _ = open_ledger()
    ledger.close()
    ledger.close()

    ledger.write(ConsoleNotes(runs={"job-1": RUNNING}))

    assert ledger.attempts("job-1") == ()
