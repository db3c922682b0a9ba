"""rota as process 1: orphans are waited for, signals and exit codes pass through."""

import signal

import pytest

LINGERING = "lingering_tasks:"
AS_PROCESS_1 = [
    "unshare",
    "--user",
    "--map-root-user",
    "--pid",
    "--fork",
    "--kill-child=KILL",
    "--mount-proc",
]

pytestmark = pytest.mark.fault(114)


def test_orphans_leave_no_zombies_and_a_tasks_own_children_keep_their_exit_codes(rota):
    process = rota.run(
        "run", "leaves-orphans", before=AS_PROCESS_1, ROTA_TASKS=LINGERING + "LeavesOrphans"
    )
    assert process.exit_code == 0
    # The one is a child of the task's own, for which it waits late.
    assert process.message["counts"] == {"zombies but one": 0, "late": 7, "awaited": 8}


def test_the_end_of_the_work_by_a_signal_is_128_and_its_number(rota):
    process = rota.run(
        "run", "kills-itself", before=AS_PROCESS_1, ROTA_TASKS=LINGERING + "KillsItself"
    )
    assert process.exit_code == 128 + signal.SIGKILL
