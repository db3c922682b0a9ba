"""Containers that lack what a terminal has: streams, a home, a name, space, a parent."""

import os
import resource
import shutil
import signal
from pathlib import Path

import pytest

MISBEHAVING = "misbehaving_tasks:"
NOBODYS_UID = 54_321


def close(*numbers):
    def in_child():
        for number in numbers:
            os.close(number)

    return in_child


@pytest.mark.parametrize("numbers", [(0,), (1,), (0, 1), (0, 1, 2)], ids=str)
@pytest.mark.fault(51)
@pytest.mark.fault(52)
def test_closed_streams_change_neither_the_work_nor_the_exit_code(rota, api, numbers):
    api.store.add_numbered(3)
    process = rota.run("run", "notifications", popen={"preexec_fn": close(*numbers)})
    assert process.exit_code == 0
    assert process.message["counts"]["sent"] == 3
    assert set(api.store.effects.values()) == {1}


def test_what_is_meant_for_a_closed_stream_goes_into_no_socket(rota, api):
    process = rota.run(
        "run",
        "raises",
        ROTA_TASKS=MISBEHAVING + "Raises",
        popen={"preexec_fn": close(0, 1, 2)},
    )
    assert process.exit_code == 1


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(
    ("arguments", "exit_code"), [(["run", "works"], 0), (["run", "raises"], 1)], ids=str
)
@pytest.mark.fault(51)
def test_a_full_disk_below_a_stream_leaves_the_exit_code_of_a_run_alone(
    rota, stream, arguments, exit_code
):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 (for its descriptor)
        process = rota.run(
            *arguments,
            ROTA_TASKS=f"{MISBEHAVING}Works,{MISBEHAVING}Raises",
            popen={stream: full},
        )
    assert process.exit_code == exit_code


def test_a_listing_that_cannot_be_written_says_so_and_ends_with_1(rota):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 (for its descriptor)
        process = rota.run("list", popen={"stdout": full})
    assert process.exit_code == 1
    assert process.stderr == "rota: error: cannot write the output: No space left on device\n"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("arguments", [["list"], ["run", "works"]], ids=str)
@pytest.mark.fault(51)
def test_a_reader_who_has_gone_away_is_no_failure(rota, stream, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    process = rota.run(*arguments, ROTA_TASKS=MISBEHAVING + "Works", popen={stream: writing})
    os.close(writing)
    assert process.exit_code == 0
    assert "Traceback" not in process.stderr


@pytest.mark.fault(54)
def test_a_user_without_name_home_or_tmp_in_a_read_only_folder_can_run_a_task(rota, api):
    process = rota.start("run", "cleanup", **nobody(rota), without=["HOME"])
    assert process.end() == 0
    assert api.store.cleanups == 1


@pytest.mark.fault(54)
def test_the_scheduler_starts_for_a_user_without_name_and_home(rota):
    process = rota.start(
        "scheduler", **nobody(rota), without=["HOME", "ROTA_STATE_PATH"], ROTA_ONLY="cleanup"
    )
    process.until("worker.started")
    assert process.end_after(signal.SIGTERM)[0] == 0
    assert "set ROTA_STATE_PATH" in process.events("state.off")[0]["reason"]


def nobody(rota):
    """Return how to start as a user that no passwd entry names, with nowhere to write."""
    rota.folder.chmod(0o755)

    def in_child():
        os.chdir("/")
        os.umask(0o077)

    # As root by setpriv, else as the only user of a namespace: both are in util-linux.
    before = (
        ["setpriv", f"--reuid={NOBODYS_UID}", f"--regid={NOBODYS_UID}", "--clear-groups"]
        if os.geteuid() == 0
        else ["unshare", f"--map-user={NOBODYS_UID}", "--user"]
    )
    return {"before": before, "popen": {"preexec_fn": in_child}, "TMPDIR": "/nonexistent"}


@pytest.mark.fault(57)
def test_sixty_four_descriptors_are_enough_for_a_fan_out(rota, api):
    api.store.add_numbered(200)

    def in_child():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    process = rota.run("run", "notifications", popen={"preexec_fn": in_child})
    assert process.exit_code == 0
    assert process.message["counts"]["sent"] == 200


@pytest.mark.fault(53)
def test_as_process_1_a_stop_is_answered_and_children_are_no_trouble(rota):
    assert shutil.which("unshare"), "util-linux is needed"
    process = rota.start(
        "run",
        "waits",
        before=["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child=KILL"],
        ROTA_TASKS=f"{MISBEHAVING}Waits,{MISBEHAVING}LeavesAChildProcess",
    )
    process.until("run.started")
    (child,) = children_of(process)
    os.kill(child, signal.SIGTERM)
    assert process.end() == 143
    assert process.message["outcome"] == "interrupted"


@pytest.mark.fault(53)
def test_as_process_1_a_child_of_a_task_is_waited_for(rota):
    process = rota.run(
        "run",
        "leaves-a-child-process",
        before=["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"],
        ROTA_TASKS=MISBEHAVING + "LeavesAChildProcess",
    )
    assert process.exit_code == 0


def children_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text("ascii").split()]


@pytest.mark.fault(55)
def test_where_nobody_asked_for_a_termination_message_none_is_made(rota):
    process = rota.start("run", "works", ROTA_TASKS=MISBEHAVING + "Works", **elsewhere("missing"))
    assert process.end() == 0
    assert not (process.folder / "missing").exists()


@pytest.mark.parametrize("path", ["/dev/full", "/", "/dev/null/x", "/proc/self/mem"])
@pytest.mark.fault(55)
def test_a_termination_message_that_cannot_be_written_is_left_out_silently(rota, path):
    process = rota.run("run", "works", ROTA_TASKS=MISBEHAVING + "Works", **elsewhere(path))
    assert process.exit_code == 0
    assert [line["event"] for line in process.log] == ["run.started", "run.finished"]


def elsewhere(path):
    return {"ROTA_TERMINATION_MESSAGE_PATH": path}


@pytest.mark.fault(55)
def test_a_long_reason_is_cut_to_what_kubernetes_keeps(rota):
    process = rota.run("run", "says-a-lot", ROTA_TASKS=MISBEHAVING + "SaysALot")
    assert process.exit_code == 1
    written = process.termination_log.read_bytes()
    assert 4090 <= len(written) <= 4096
    assert process.message["reason"].endswith("…")
    assert process.message["exit_code"] == 1
