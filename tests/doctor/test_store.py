import contextlib
import os
import sqlite3

import pytest

from rota.doctor import store
from rota.doctor.finding import Health
from rota.doctor.store import examine_ledger
from rota.ledger.sqlite import SqliteLedger
from rota.model.clock import SystemClock
from support.environment import clear_environment, settings_from
from support.ledger_runs import START
from support.statuses import Installation


@pytest.fixture
def examined(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)

    def examined(path):
        settings = settings_from(monkeypatch, {"ROTA_STATE_PATH": str(path)})
        [finding] = examine_ledger(settings, START + 90)
        return finding.health, finding.text

    return examined


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "state.sqlite3"
    installation = Installation(START, ledger=SqliteLedger(path, SystemClock()))
    installation.ran("bills", START, late=0.0)
    installation.ledger.close()
    return path


def test_a_ledger_tells_its_size_and_its_last_run(examined, ledger):
    health, text = examined(ledger)

    assert health is Health.OK
    assert text.startswith(f"{ledger}: 0.1 MiB, the last run began 1m30s ago") or (
        ": 0.0 MiB, the last run began 1m30s ago" in text
    )


def test_a_ledger_that_is_switched_off_is_told(examined):
    health, text = examined("off")

    assert health is Health.WARN
    assert "ROTA_STATE_PATH is off" in text


def test_a_ledger_that_is_not_there_yet_can_be_made(examined, tmp_path):
    assert examined(tmp_path / "a" / "b.sqlite3") == (
        Health.OK,
        f"{tmp_path}/a/b.sqlite3 is not there yet; a scheduler makes it",
    )


def test_a_place_that_may_not_be_written_fails(examined, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)

    health, text = examined(tmp_path / "b.sqlite3")

    assert health is Health.FAIL
    assert f"this user may not write to {tmp_path}" in text


def test_a_ledger_that_may_only_be_read_is_told(examined, ledger, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert examined(ledger)[0] is Health.WARN


def test_a_file_that_is_no_ledger_fails(examined, tmp_path):
    (tmp_path / "text").write_text("x" * 5000)

    health, text = examined(tmp_path / "text")

    assert health is Health.FAIL
    assert "cannot be read" in text
    assert examined(tmp_path)[1].endswith(f"{tmp_path} cannot be read: it is a folder")


@pytest.mark.parametrize(
    ("version", "health", "message"),
    [
        (3, Health.OK, "a scheduler of this version converts it when it starts"),
        (999, Health.FAIL, "use the version of rota that runs the scheduler"),
    ],
    ids=["older", "newer"],
)
def test_a_ledger_of_another_version_is_told(examined, ledger, version, health, message):
    with contextlib.closing(sqlite3.connect(ledger)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")

    found, text = examined(ledger)

    assert found is health
    assert message in text


@pytest.mark.parametrize("there", [True, False], ids=["there", "not-yet"])
def test_a_shared_file_system_is_told(examined, ledger, tmp_path, monkeypatch, there):
    monkeypatch.setattr(store, "is_shared", lambda _: True)

    health, text = examined(ledger if there else tmp_path / "new.sqlite3")

    assert health is Health.WARN
    assert "on a network or shared file system" in text
