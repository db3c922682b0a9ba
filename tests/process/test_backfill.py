"""`rota backfill` as a process: what it runs, how it ends, and how it goes on."""

import json
import signal
import sys

import pytest

from support.processes import Launcher, Process

STRETCH = ("--from", "2026-11-24T00:00:00Z", "--to", "2026-11-24T03:30:00Z")
SLOTS = [f"2026-11-24T0{hour}:00:00Z" for hour in range(4)]


class Backfills:
    """Several processes, one after another, in one folder, with the ledger's file in it."""

    def __init__(self, launcher, folder):
        self.folder = folder
        self.environment = launcher.environment(
            folder, ROTA_TASKS="backfilled_tasks", ROTA_STATE_PATH=str(folder / "rota.sqlite3")
        )

    def start(self, *arguments):
        command = [sys.executable, "-m", "rota", "backfill", "bills", *STRETCH, "--yes", *arguments]
        return Process(command, folder=self.folder, environment=self.environment)

    def run(self, *arguments):
        process = self.start(*arguments)
        process.exit_code = process.end()
        return process

    @property
    def ran(self):
        return [line.split(" ") for line in (self.folder / "ran").read_text().splitlines()]

    @property
    def slots(self):
        return [slot for slot, _, _ in self.ran]


@pytest.fixture
def backfills(tmp_path):
    (tmp_path / "termination-log").touch()
    return Backfills(Launcher(tmp_path), tmp_path)


def test_each_slot_has_a_run_with_the_identity_of_its_scheduled_one(backfills):
    process = backfills.run("--json")

    assert process.exit_code == 0
    assert backfills.ran == [[slot, "backfill", slot] for slot in SLOTS]
    answer = json.loads(process.stdout)
    assert [(run["slot"], run["state"]) for run in answer["runs"]] == [
        (slot, "succeeded") for slot in SLOTS
    ]
    assert answer["left"] == []
    started = [json.loads(line) for line in process.stderr.splitlines() if "run.started" in line]
    assert [line["lateness_seconds"] for line in started] == [0.0] * 4


def test_a_run_that_fails_ends_it_and_the_same_command_goes_on_there(backfills):
    (backfills.folder / "failing").write_text(SLOTS[1])

    first = backfills.run()
    assert first.exit_code == 1
    assert backfills.slots == SLOTS[:2]
    assert first.stderr.splitlines()[-1] == (
        "rota: 4 slots: 1 succeeded, 1 failed; go on with: rota backfill bills "
        f"--from {SLOTS[1]} --to {SLOTS[3]}"
    )

    (backfills.folder / "failing").unlink()
    second = backfills.run()
    assert second.exit_code == 0
    assert backfills.slots[2:] == SLOTS[1:]
    assert second.stderr.splitlines()[-1] == "rota: 3 slots: 3 succeeded"


def test_it_goes_on_beyond_a_failure_where_asked_to_and_ends_with_its_code(backfills):
    (backfills.folder / "failing").write_text(SLOTS[2])

    process = backfills.run("--keep-going", "--newest-first", "--limit", "3")

    assert process.exit_code == 1
    assert backfills.slots == SLOTS[:0:-1]


def test_a_stop_interrupts_the_run_and_says_where_to_go_on(backfills):
    (backfills.folder / "slow").touch()
    process = backfills.start("--keep-going")
    process.until("sleeping")

    exit_code, _ = process.end_after(signal.SIGINT)

    assert exit_code == 130
    assert backfills.slots == SLOTS[:1]
    assert process.stderr.splitlines()[-1] == (
        "rota: 4 slots: 1 interrupted; go on with: rota backfill bills "
        f"--from {SLOTS[0]} --to {SLOTS[3]}"
    )
