import asyncio
import logging
import sqlite3
import threading

import pytest

from rota.model.events import RunStarted
from rota.scheduler import sqlite_state
from rota.scheduler.sqlite_state import SCHEMA_VERSION, SqliteState, default_state_path
from rota.scheduler.state import LostRun, Memory
from rota.settings import Settings
from support.scheduler_process import Process
from support.virtual_time import VirtualClock

START = 1_795_478_400
MINUTE = 60
HOUR = 3600


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "rota.sqlite3"


@pytest.mark.parametrize("minutes_down", [0, 1, 7])
async def test_an_hourly_task_in_a_process_that_restarts_every_half_hour_runs_hourly(
    path, clock, minutes_down
):
    slots = []
    for _ in range(24):
        recording = await Process(path, clock).add().live(30 * MINUTE)
        slots += recording.slots()
        await asyncio.sleep(minutes_down * MINUTE)

    hours = len(slots)
    assert slots == [START + HOUR * n for n in range(1, hours + 1)]
    assert hours >= 12


async def test_a_restart_at_the_slot_neither_loses_nor_repeats_it(path, clock):
    before = await Process(path, clock).add().live(HOUR - 5)
    await asyncio.sleep(10)
    after = await Process(path, clock).add().live(HOUR)

    assert before.started() == []
    assert after.started() == [("catch_up", START + HOUR), ("schedule", START + 2 * HOUR)]


@pytest.mark.fault(66)
async def test_an_outage_is_made_up_for_by_one_run_of_the_newest_slot(path, clock):
    await Process(path, clock).add(interval=5 * MINUTE).live(11 * MINUTE)
    await asyncio.sleep(30 * MINUTE)
    recording = await Process(path, clock).add(interval=5 * MINUTE).live(MINUTE)

    assert recording.started() == [("catch_up", START + 40 * MINUTE)]
    assert recording.skipped() == [("missed", START + 15 * MINUTE, START + 35 * MINUTE, 5)]


@pytest.mark.fault(66)
async def test_a_slot_missed_longer_ago_than_the_catch_up_is_skipped_as_too_late(path, clock):
    await Process(path, clock).add(interval=24 * HOUR).live(10)
    await asyncio.sleep(26 * HOUR)
    recording = await Process(path, clock).add(interval=24 * HOUR).live(HOUR)

    assert recording.started() == []
    assert recording.skipped() == [("too_late", START + 24 * HOUR, START + 24 * HOUR, 1)]

    again = await Process(path, clock).add(interval=24 * HOUR).live(HOUR)

    assert again.skipped() == []


async def test_a_run_at_start_is_not_doubled_by_a_missed_slot(path, clock):
    await Process(path, clock).add(run_on_start=True).live(10)
    await asyncio.sleep(HOUR)
    recording = await Process(path, clock).add(run_on_start=True).live(10)

    assert recording.started() == [("catch_up", START + HOUR)]


@pytest.mark.fault(15)
async def test_a_changed_schedule_owes_nothing_for_its_past(path, clock):
    await Process(path, clock).add(interval=24 * HOUR).live(10 * HOUR)
    recording = await Process(path, clock).add(interval=4 * HOUR).live(2 * HOUR + 1)

    assert recording.started() == [("schedule", START + 12 * HOUR)]
    assert recording.skipped() == []


async def test_a_changed_time_zone_is_a_changed_schedule(path, clock):
    async def act(api_client):
        pass

    def process(zone):
        process = Process(path, clock)
        process.scheduler._settings = Settings(
            _env_file=None, task={"t": {"schedule": "0 3 * * *", "timezone": zone}}
        )
        return process.add(act)

    await process("Etc/UTC").live(19 * HOUR)
    recording = await process("Asia/Tokyo").live(10)

    assert recording.events == []


@pytest.mark.fault(58)
async def test_a_boot_with_the_clock_in_1970_forgets_and_repeats_nothing(path, clock):
    await Process(path, clock).add().live(HOUR + 10)
    years = 50 * 365 * 86_400
    clock.jump(-years)
    process = Process(path, clock).add()
    await process.scheduler.start()
    await asyncio.sleep(600)
    clock.jump(years)
    await asyncio.sleep(600)
    await process.scheduler.stop()

    assert process.recording.started() == []
    assert SqliteState(path, clock).open()[0]["t"].last_slot == START + HOUR


@pytest.mark.fault(71)
async def test_a_run_that_its_process_did_not_survive_is_told_and_run_again(path, clock):
    async def slow(api_client):
        await asyncio.sleep(10 * MINUTE)

    before = await Process(path, clock).add(slow).die_after(HOUR + 30)
    after = await Process(path, clock).add().live(MINUTE)

    assert before.slots() == [START + HOUR]
    assert after.lost() == [("t", START + HOUR)]
    assert after.started() == [("catch_up", START + HOUR)]
    first, second = (recording.of(RunStarted)[0].run for recording in (before, after))
    assert first.identity == second.identity


@pytest.mark.fault(72)
async def test_a_crash_before_the_end_is_written_repeats_the_run_with_the_same_identity(
    path, clock
):
    before = await Process(path, clock).add().die_after(HOUR + 0.1)
    after = await Process(path, clock).add().live(10)

    assert before.outcomes() == ["succeeded"]
    assert after.started() == [("catch_up", START + HOUR)]


async def test_a_crash_a_second_later_repeats_nothing(path, clock):
    await Process(path, clock).add().die_after(HOUR + 1.1)
    recording = await Process(path, clock).add().live(10)

    assert recording.events == []


async def test_a_slot_that_waited_when_the_process_stopped_is_owed(path, clock):
    async def slow(api_client):
        await asyncio.sleep(70)

    process = Process(path, clock, timeout_seconds=600).add(slow, MINUTE)
    before = await process.live(2 * MINUTE + 5)
    after = await Process(path, clock).add(interval=MINUTE).live(10)

    assert before.outcomes() == ["succeeded"]
    assert before.skipped() == [("stopping", START + 2 * MINUTE, START + 2 * MINUTE, 1)]
    assert after.started() == [("catch_up", START + 2 * MINUTE)]


async def test_a_slot_that_a_newer_one_took_the_place_of_settles_none_before_it(path, clock):
    async def endless(api_client):
        await asyncio.sleep(10 * HOUR)

    process = Process(path, clock, timeout_seconds=9 * HOUR).add(endless, 5 * MINUTE)
    before = await process.live(16 * MINUTE)
    after = await Process(path, clock).add(interval=5 * MINUTE).live(10)

    assert before.skipped()[0] == ("overlap", START + 10 * MINUTE, START + 10 * MINUTE, 1)
    assert after.started() == [("catch_up", START + 15 * MINUTE)]
    assert after.skipped() == [("missed", START + 5 * MINUTE, START + 10 * MINUTE, 2)]


async def test_an_interrupted_run_is_still_owed_after_a_stop(path, clock):
    async def endless(api_client):
        await asyncio.sleep(10 * HOUR)

    before = await Process(path, clock).add(endless).live(HOUR + 10)
    after = await Process(path, clock).add().live(10)

    assert before.outcomes() == ["interrupted"]
    assert after.started() == [("catch_up", START + HOUR)]
    assert after.lost() == []


@pytest.mark.fault(58)
async def test_a_state_written_under_a_clock_years_ahead_does_not_stop_the_task(path, clock):
    ahead = VirtualClock(START + 10 * 365 * 86_400)
    await Process(path, ahead).add().live(2 * HOUR)
    clock.jump(-2 * HOUR)
    recording = await Process(path, clock).add().live(2 * HOUR)

    assert recording.slots() == [START + HOUR, START + 2 * HOUR]


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
        assert [r.message for r in caplog.records].count("state.corrupt") == 1

        await asyncio.sleep(HOUR)
        again = await Process(path, clock).add().live(1)

        assert again.started() == [("catch_up", START + 2 * HOUR)]

    async def test_that_is_empty_is_a_new_one(self, path, clock):
        path.parent.mkdir()
        path.touch()
        await Process(path, clock).add().live(HOUR)

        assert SqliteState(path, clock).open()[0]["t"].last_slot == START + HOUR

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
        holder = SqliteState(path, clock)
        holder.open()
        recording = await Process(path, clock).add().live(HOUR)
        holder.close()

        assert recording.slots() == [START + HOUR]
        told = next(r for r in caplog.records if r.message == "state.unusable")
        assert "locked" in told.error
        assert "every slot may run twice" in told.effect

    @pytest.mark.parametrize("kind", ["folder", "file as a folder", "/proc"])
    async def test_that_cannot_be_made_is_told_once_and_done_without(
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

    async def test_that_the_disk_has_no_room_for_is_told_once_and_written_when_there_is(
        self, path, clock, caplog
    ):
        caplog.set_level(logging.INFO)
        process = Process(path, clock).add(interval=MINUTE)
        await process.scheduler.start()
        process.state._connection.execute("PRAGMA max_page_count = 1")
        fill = "x" * 10_000
        for n in range(20):
            process.state.remember(f"task-{n}-{fill}", "text", START)
        await asyncio.sleep(10 * MINUTE)

        assert [r.message for r in caplog.records].count("state.write_failed") == 1

        process.state._connection.execute("PRAGMA max_page_count = 100000")
        await asyncio.sleep(MINUTE)
        await process.scheduler.stop()

        assert [r.message for r in caplog.records].count("state.write_recovered") == 1
        memories, _ = SqliteState(path, clock).open()
        assert memories["t"].last_slot == START + 11 * MINUTE
        assert len(memories) == 21


class TestSqliteState:
    def opened(self, path, clock):
        state = SqliteState(path, clock)
        return state, *state.open()

    def test_what_was_noted_is_there_after_closing(self, path, clock):
        state, *_ = self.opened(path, clock)
        state.remember("a", "0 * * * *", 60)
        state.remember("a", "0 * * * *", 120)
        state.begin("b", "run-1", 60)
        state.close()
        state.close()

        _, memories, lost = self.opened(path, clock)

        assert memories == {"a": Memory("0 * * * *", 120)}
        assert lost == [LostRun("b", "run-1", 60)]

    def test_a_lost_run_is_told_once(self, path, clock):
        state, *_ = self.opened(path, clock)
        state.begin("b", "run-1", 60)
        state.close()
        state, _, lost = self.opened(path, clock)
        state.close()
        _, _, again = self.opened(path, clock)

        assert (len(lost), again) == (1, [])

    def test_a_run_that_ended_before_or_after_a_batch_is_not_lost(self, path, clock):
        state, *_ = self.opened(path, clock)
        state.begin("b", "short", 60)
        state.end("short")
        state.begin("b", "long", 60)
        state.flush()
        state.end("long")
        state.close()

        assert self.opened(path, clock)[2] == []

    def test_one_that_was_never_opened_ignores_what_it_is_told(self, path, clock):
        state = SqliteState(path, clock)
        state.remember("a", "text", 1)
        state.begin("a", "r", 1)
        state.end("r")
        state.flush()
        state.close()

        assert not path.exists()

    def test_what_ended_while_the_disk_was_full_is_not_kept(self, path, clock):
        state, *_ = self.opened(path, clock)
        state._connection.execute("PRAGMA query_only = ON")
        for n in range(500):
            state.begin("b", f"run-{n}", n)
            state.flush()
            state._writing.result()
            state.end(f"run-{n}")

        assert len(state._batch.ended) + len(state._batch.begun) < 5

    def test_closing_does_not_wait_for_a_disk_that_does_not_answer(
        self, path, clock, caplog, monkeypatch
    ):
        monkeypatch.setattr(sqlite_state, "_CLOSE_TIMEOUT_SECONDS", 0.05)
        state, *_ = self.opened(path, clock)
        answer = threading.Event()
        monkeypatch.setattr(state, "_write", lambda _: answer.wait(10) and None)
        state.remember("a", "text", 1)
        state.close()
        answer.set()

        assert "did not answer" in caplog.records[0].error

    def test_it_leaves_no_thread_behind(self, path, clock):
        before = set(threading.enumerate())
        state, *_ = self.opened(path, clock)
        state.remember("a", "text", 1)
        state.flush()
        new = set(threading.enumerate()) - before
        state.close()

        assert new
        for thread in new:
            thread.join(1)
        assert not any(thread.is_alive() for thread in new)

    def test_the_default_place_is_the_xdg_state_folder(self, monkeypatch):
        monkeypatch.setenv("XDG_STATE_HOME", "/x")
        assert str(default_state_path("shop")) == "/x/rota/shop.sqlite3"
        monkeypatch.delenv("XDG_STATE_HOME")
        monkeypatch.setenv("HOME", "/h")
        assert str(default_state_path("shop")) == "/h/.local/state/rota/shop.sqlite3"
