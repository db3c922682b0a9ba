"""The ledger in a file: faults of the file and of the disk, and what a reader sees meanwhile."""

import asyncio
import logging
import pickle
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from rota.ledger import batch, reader, storage
from rota.ledger import sqlite as sqlite_ledger
from rota.ledger.reader import LongSearchError, SqliteReader
from rota.ledger.retention import Retention
from rota.ledger.rows import run_of
from rota.ledger.run_filter import RunFilter
from rota.ledger.schema import SCHEMA_VERSION
from rota.ledger.sqlite import SqliteLedger
from rota.ledger.storage import default_ledger_path, open_for_reading
from rota.model.errors import ConfigError
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.slot import SlotState
from support.ledger_runs import record, run
from support.scheduler_process import Process

START = 1_795_478_400
MINUTE = 60
HOUR = 3600


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "rota.sqlite3"


@pytest.mark.fault(56)
class TestABrokenFile:
    @pytest.mark.parametrize(
        "content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096]
    )
    async def test_is_set_aside_and_begun_anew(self, path, clock, content, caplog):
        path.parent.mkdir()
        path.write_bytes(content)
        recording = await Process(path, clock).add().live(HOUR)
        kept = list(path.parent.glob("*.corrupt-*"))

        assert recording.slots() == [START + HOUR]
        assert [file.read_bytes() for file in kept] == [content]
        [told] = [r for r in caplog.records if r.message == "state.corrupt"]
        assert (told.path, told.moved_to) == (str(path), str(kept[0]))

        await asyncio.sleep(HOUR)
        again = await Process(path, clock).add().live(1)

        assert again.started() == [("catch_up", START + 2 * HOUR)]

    def test_is_set_aside_without_what_sqlite_left_beside_it(self, tmp_path):
        path = tmp_path / "rota.sqlite3"
        for suffix in ("", "-wal", "-shm", "-journal", ".lock"):
            path.with_name(f"{path.name}{suffix}").touch()

        assert storage.Storage(path).set_aside(7) == tmp_path / "rota.sqlite3.corrupt-7"
        assert {file.name for file in tmp_path.iterdir()} == {
            "rota.sqlite3.corrupt-7",
            "rota.sqlite3.lock",
        }

    @pytest.mark.fault(116)
    def test_in_a_folder_that_a_task_leaves_is_found_by_its_readers(self, path, clock, monkeypatch):
        path.parent.mkdir()
        monkeypatch.chdir(path.parent)
        ledger = SqliteLedger(Path(path.name), clock)
        ledger.open()
        monkeypatch.chdir("/")
        ledger.run_ended(record("one"), owed=False)
        reader = ledger.reader()
        ledger.close()

        assert [run.run_id for run in reader.runs()] == ["one"]

    @pytest.mark.fault(116)
    def test_in_a_folder_that_is_gone_is_done_without(self, path, clock, monkeypatch, caplog):
        path.parent.mkdir()
        monkeypatch.chdir(path.parent)
        path.parent.rmdir()
        SqliteLedger(Path(path.name), clock).open()

        assert [told.message for told in caplog.records] == ["state.unusable"]

    async def test_that_is_empty_is_a_new_one(self, path, clock):
        path.parent.mkdir()
        path.touch()
        await Process(path, clock).add().live(HOUR)

        assert SqliteLedger(path, clock).open().tasks["t"].accounted == START + HOUR

    async def test_of_a_newer_rota_is_left_alone(self, path, clock, caplog):
        path.parent.mkdir()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.close()
        before = path.read_bytes()
        recording = await Process(path, clock).add().live(HOUR)

        assert recording.slots() == [START + HOUR]
        assert path.read_bytes() == before
        assert "newer rota" in caplog.records[0].error

    @pytest.mark.fault(70)
    async def test_that_another_scheduler_holds_is_left_alone_and_told(self, path, clock, caplog):
        holder = SqliteLedger(path, clock)
        holder.open()
        recording = await Process(path, clock).add().live(HOUR)
        holder.close()

        assert recording.slots() == [START + HOUR]
        told = next(r for r in caplog.records if r.message == "state.unusable")
        assert told.path == str(path)
        assert "locked" in told.error
        assert "every slot may run twice" in told.effect

    @pytest.mark.parametrize("kind", ["folder", "file as a folder", "/proc"])
    async def test_that_cannot_be_made_is_reported_once_and_done_without(
        self, path, clock, caplog, tmp_path, kind
    ):
        path.parent.mkdir()
        (tmp_path / "file").touch()
        bad = {
            "folder": path.parent,
            "file as a folder": tmp_path / "file" / "state.sqlite3",
            "/proc": type(path)("/proc/rota/state.sqlite3"),
        }[kind]
        recording = await Process(bad, clock).add().live(HOUR)

        assert recording.slots() == [START + HOUR]
        assert [r.message for r in caplog.records if r.levelno >= logging.ERROR] == [
            "state.unusable"
        ]

    async def test_that_the_disk_has_no_room_for_is_reported_once_and_written_when_there_is(
        self, path, clock, caplog
    ):
        caplog.set_level(logging.INFO)
        process = Process(path, clock).add(interval=MINUTE)
        await process.scheduler.start()
        process.ledger._connection.execute("PRAGMA max_page_count = 1")
        fill = "x" * 10_000
        for n in range(20):
            process.ledger.account(f"task-{n}-{fill}", "text", START)
        await asyncio.sleep(10 * MINUTE)

        [told] = [r for r in caplog.records if r.message == "state.write_failed"]
        assert (told.path, told.error) == (str(path), "database or disk is full")

        process.ledger._connection.execute("PRAGMA max_page_count = 100000")
        await asyncio.sleep(MINUTE)
        await process.scheduler.stop()

        [told] = [r for r in caplog.records if r.message == "state.write_recovered"]
        assert told.path == str(path)
        tasks = SqliteLedger(path, clock).open().tasks
        assert tasks["t"].accounted == START + 11 * MINUTE
        assert len(tasks) == 21


def broken(connection, batch):
    raise TypeError("not a row")


class TestTheWritingThread:
    def opened(self, path, clock):
        ledger = SqliteLedger(path, clock)
        ledger.open()
        return ledger

    def test_a_run_that_ended_before_or_after_a_batch_is_written_once(self, path, clock):
        ledger = self.opened(path, clock)
        ledger.run_started(run("short"), START)
        ledger.run_ended(record("short"), owed=False)
        ledger.run_started(run("long"), START)
        ledger.flush()
        ledger.run_ended(record("long"), owed=False)
        ledger.close()

        assert [(each.run_id, each.state.value) for each in SqliteReader(path).runs()] == [
            ("long", "succeeded"),
            ("short", "succeeded"),
        ]

    def test_what_ended_while_the_disk_was_full_is_kept_up_to_a_bound_and_slots_all_are(
        self, path, clock, monkeypatch, caplog
    ):
        monkeypatch.setattr(batch, "MOST_RUNS_HELD", 100)
        ledger = self.opened(path, clock)
        ledger._connection.execute("PRAGMA query_only = ON")
        for n in range(500):
            ledger.slot_due("t", n)
            ledger.slot_due("u", n)
            ledger.run_started(run(f"run-{n}", slot=n), START)
            ledger.run_ended(record(f"run-{n}", slot=n), owed=False)
            ledger.flush()
            ledger._writing.result()
        ledger._connection.execute("PRAGMA query_only = OFF")
        ledger.close()

        written = [each.run_id for each in SqliteReader(path).runs(limit=500)]
        owed = SqliteLedger(path, clock).open().tasks
        assert len(written) < 110
        assert written[0] == "run-499"
        assert owed == {}
        assert SqliteReader(path).slot_state("u", 0) is SlotState.DUE
        given_up = [each for each in caplog.records if each.message == "state.history_given_up"]
        assert sum(each.runs for each in given_up) + len(written) == 500
        assert {each.path for each in given_up} == {str(path)}

    def test_what_is_held_while_the_disk_is_full_has_no_tracebacks(self, path, clock):
        ledger = self.opened(path, clock)
        ledger._connection.execute("PRAGMA query_only = ON")
        ledger.run_ended(record("one", "failed", traceback="x" * 8000), owed=False)
        for _ in range(2):
            ledger.flush()
            ledger._writing.result()
        ledger.flush()

        assert len(pickle.dumps(ledger._sent)) < 2000
        ledger.close()

    def test_skips_alone_are_pruned_too(self, path, clock):
        ledger = SqliteLedger(path, clock, retention=Retention(age=timedelta(hours=1)))
        ledger.open()
        overlap = SlotsSkipped("t", 1, 1, 1, capped=False, reason=SkipReason.OVERLAP)
        for noted_at in (START, START + 2 * HOUR):
            ledger.slots_skipped(overlap, noted_at)
        ledger.close()

        kept = SqliteReader(path).skips("t", 1, 1)
        assert [skip.noted_at for skip in kept] == [START + 2 * HOUR]

    def test_a_batch_that_cannot_be_written_for_any_reason_stops_no_later_one(
        self, path, clock, monkeypatch, caplog
    ):
        caplog.set_level(logging.INFO)
        ledger = self.opened(path, clock)
        monkeypatch.setattr(sqlite_ledger, "write", broken)
        ledger.run_ended(record("one"), owed=False)
        ledger.flush()
        ledger._writing.exception()
        monkeypatch.undo()
        ledger.run_ended(record("two"), owed=False)
        ledger.close()

        assert [each.run_id for each in SqliteReader(path).runs()] == ["two", "one"]
        assert [each.message for each in caplog.records] == [
            "state.write_failed",
            "state.write_recovered",
        ]

    def test_closing_does_not_wait_for_a_disk_that_does_not_answer(
        self, path, clock, caplog, monkeypatch
    ):
        monkeypatch.setattr(sqlite_ledger, "_CLOSE_TIMEOUT_SECONDS", 0.05)
        ledger = self.opened(path, clock)
        answer = threading.Event()
        monkeypatch.setattr(ledger, "_write", lambda _: answer.wait(60) and None)
        ledger.account("a", "text", 1)
        ledger.close()
        answer.set()

        assert [each.message for each in caplog.records] == ["state.write_failed"]
        assert caplog.records[0].path == str(path)
        assert caplog.records[0].error == "the disk did not answer within 0 s"

    def test_it_leaves_no_thread_behind(self, path, clock):
        before = set(threading.enumerate())
        ledger = self.opened(path, clock)
        ledger.account("a", "text", 1)
        ledger.flush()
        new = set(threading.enumerate()) - before
        ledger.close()

        assert new
        for thread in new:
            thread.join(60)
        assert not any(thread.is_alive() for thread in new)

    def test_one_that_was_never_opened_keeps_what_it_is_reported_to_itself(self, path, clock):
        ledger = SqliteLedger(path, clock)
        ledger.account("a", "text", 1)
        ledger.run_started(run("r"), START)
        ledger.flush()
        ledger.close()

        assert not path.exists()


class TestReaders:
    def test_others_read_while_the_scheduler_writes(self, path, clock):
        ledger = SqliteLedger(path, clock)
        ledger.open()
        seen = []
        for n in range(20):
            ledger.run_ended(record(f"run-{n}"), owed=False)
            ledger.flush()
            assert ledger._writing.result() is None
            seen.append(len(SqliteReader(path).runs()))
        ledger.close()

        assert seen == list(range(1, 21))

    def test_a_read_that_takes_long_keeps_nothing_from_being_written(self, path, clock):
        ledger = SqliteLedger(path, clock)
        ledger.open()
        ledger.run_ended(record("one"), owed=False)
        ledger.flush()
        ledger._writing.result()
        reading = sqlite3.connect(path)
        cursor = reading.execute("SELECT run_id FROM runs")
        ledger.run_ended(record("two"), owed=False)
        ledger.flush()

        assert ledger._writing.result() is None
        assert cursor.fetchall() == [("one",)]
        reading.close()
        ledger.close()

    def test_a_file_that_is_not_there_is_reported_by_its_path(self, path):
        with pytest.raises(ConfigError, match=f"the ledger {path} cannot be read"):
            SqliteReader(path).runs()

    @pytest.mark.parametrize(
        ("version", "what_to_do"),
        [
            (SCHEMA_VERSION - 1, "a scheduler of this version converts it when it starts"),
            (SCHEMA_VERSION + 1, "use the version of rota that runs the scheduler"),
        ],
        ids=["older", "newer"],
    )
    def test_a_file_of_another_version_is_reported_with_what_to_do(self, path, version, what_to_do):
        path.parent.mkdir()
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        connection.close()

        reads = f"has schema {version}, and this rota reads {SCHEMA_VERSION}: {what_to_do}"
        with pytest.raises(ConfigError, match=reads):
            SqliteReader(path).run("x")

    def test_a_search_that_takes_too_long_is_given_up(self, path, clock, monkeypatch):
        ledger = SqliteLedger(path, clock)
        ledger.open()
        ledger.run_ended(record("one"), owed=False)
        ledger.close()
        monkeypatch.setattr(reader, "SEARCH_SECONDS", 0)
        monkeypatch.setattr(reader, "_STEPS_BETWEEN_LOOKS", 1)

        with pytest.raises(LongSearchError, match="given up after 0 s: name a task, or times"):
            SqliteReader(path).runs(RunFilter(text="paper"))

    @pytest.mark.parametrize(("recent", "known"), [(30, 3), (5000, 1)], ids=["a page", "all"])
    def test_runs_are_known_from_a_look_before_where_they_fit(self, path, clock, recent, known):
        ledger = SqliteLedger(path, clock)
        ledger.open()
        for number in range(3):
            ledger.run_ended(record(f"run-{number}", slot=START + number), owed=False)
        ledger.close()
        run_of.cache_clear()
        looks = [SqliteReader(path).digests(["t"], recent=recent)["t"] for _ in range(2)]

        assert looks[0] == looks[1]
        assert [run.run_id for run in looks[0].recent] == ["run-2", "run-1", "run-0"]
        # The last run at least, whatever else is asked for.
        assert run_of.cache_info().currsize == known

    def test_a_reader_cannot_write(self, path, clock):
        ledger = SqliteLedger(path, clock)
        ledger.open()
        ledger.close()
        connection = open_for_reading(path)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM runs")
        connection.close()


@pytest.mark.parametrize(("shared", "journal"), [(False, "wal"), (True, "delete")])
def test_a_shared_file_system_gets_no_write_ahead_log(path, clock, monkeypatch, shared, journal):
    monkeypatch.setattr(storage, "is_shared", lambda _: shared)
    ledger = SqliteLedger(path, clock)
    ledger.open()
    ledger.run_ended(record("one"), owed=False)
    found = ledger._connection.execute("PRAGMA journal_mode").fetchone()
    ledger.close()

    assert found == (journal,)
    assert [each.run_id for each in SqliteReader(path).runs()] == ["one"]


def test_the_default_place_is_the_xdg_state_folder(monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    assert str(default_ledger_path("shop")) == "/x/rota/shop.sqlite3"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/h")
    assert str(default_ledger_path("shop")) == "/h/.local/state/rota/shop.sqlite3"
