"""Files of every released version of the schema are taken over, as rota of that time wrote them."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from rota.ledger.reader import SqliteReader
from rota.ledger.records import LostRun, TaskProgress
from rota.ledger.schema import SCHEMA_VERSION
from rota.ledger.sqlite import SqliteLedger
from support.ledger_runs import START
from support.scheduler_process import Process

FIXTURES = Path(__file__).parents[1] / "fixtures"
MINUTE = 60
MINUTELY, HOURLY = "* * * * * Etc/UTC", "0 * * * * Etc/UTC"
# Version 1: the process died in the run of slot 1, below slot 2 that was done. Since version 2: in
# the run of slot 3, with slot 1 open below slot 2; w was suspended.
FOUND = {
    1: {
        "t": TaskProgress(MINUTELY, START + 2 * MINUTE, (START + MINUTE,)),
        "u": TaskProgress(HOURLY, START),
    },
    2: {
        "t": TaskProgress(MINUTELY, START + 3 * MINUTE, (START + MINUTE, START + 3 * MINUTE)),
        "u": TaskProgress(HOURLY, START),
        "w": TaskProgress("", START, suspended=True),
    },
    3: {
        "t": TaskProgress(MINUTELY, START + 3 * MINUTE, (START + MINUTE, START + 3 * MINUTE)),
        "u": TaskProgress(HOURLY, START),
        "w": TaskProgress(MINUTELY, START, suspended=True),
    },
}
FOUND[4] = FOUND[5] = FOUND[6] = FOUND[3]
LOST_SLOT = {1: START + MINUTE, **dict.fromkeys((2, 3, 4, 5, 6), START + 3 * MINUTE)}
OWED = {version: list(FOUND[version]["t"].owed) for version in FOUND}


@pytest.fixture
def copy_of(tmp_path):
    def copy(version):
        path = tmp_path / "rota.sqlite3"
        shutil.copy(FIXTURES / f"ledger-version-{version}.db", path)
        return path

    return copy


def test_there_is_a_file_of_each_version_before_this_one():
    assert sorted(FOUND) == list(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize("version", FOUND)
def test_an_older_file_is_read_and_becomes_one_of_this_version(copy_of, clock, version):
    path = copy_of(version)
    ledger = SqliteLedger(path, clock)
    recovered = ledger.open()
    ledger.close()

    assert recovered.tasks == FOUND[version]
    assert recovered.lost == (LostRun("t", "6b05ed3c-0123456789", LOST_SLOT[version]),)
    assert SqliteReader(path).run("6b05ed3c-0123456789").state.value == "lost"
    with sqlite3.connect(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    connection.close()
    assert {"slots", "open_slots", "slots_2", "runs_2"}.isdisjoint(tables)


@pytest.mark.parametrize("version", FOUND)
async def test_what_was_cut_off_under_an_older_version_runs(copy_of, clock, version):
    await asyncio.sleep(3 * MINUTE + 20)
    process = Process(copy_of(version), clock, overlap="allow")
    recording = await process.add(interval=MINUTE).live(10)

    newest = [START + 3 * MINUTE] if version == 1 else []
    assert recording.started() == [("catch_up", slot) for slot in [*OWED[version], *newest]]


@pytest.mark.parametrize("version", FOUND)
def test_a_migration_that_fails_leaves_the_file_as_it_was(copy_of, clock, version, monkeypatch):
    path = copy_of(version)
    broken = "CREATE TABLE tasks (x); CREATE TABLE tasks (x);"
    monkeypatch.setattr("rota.ledger.schema._STEPS", dict.fromkeys(FOUND, broken))
    before = _content(path)
    SqliteLedger(path, clock).open()

    assert _content(path) == before


def _content(path):
    with sqlite3.connect(path) as connection:
        found = list(connection.iterdump()), connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return found
