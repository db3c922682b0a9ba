"""Each code of the table, from a real process, in the log and in the termination message too."""

import array
import fcntl
import os
import signal
import termios
import time

import pytest

from rota.demo.store import DemoOptions
from rota.model.exit_codes import ExitCode
from support.loopback_api import loopback_api
from support.processes import Launcher

MISBEHAVING = "misbehaving_tasks:"


def assert_said_everywhere(process, exit_code, outcome):
    assert process.exit_code == exit_code
    finished = process.events("run.finished")
    assert [(line["exit_code"], line["outcome"]) for line in finished] == [(exit_code, outcome)]
    assert (process.message["exit_code"], process.message["outcome"]) == (exit_code, outcome)


def test_a_task_that_succeeds_ends_with_0_and_its_counts(rota, api):
    process = rota.run("run", "cleanup")
    assert_said_everywhere(process, 0, "succeeded")
    assert process.message["counts"] == {"deleted": 0}
    assert api.store.cleanups == 1


@pytest.mark.parametrize(
    ("task", "name", "reason"),
    [
        ("Raises", "raises", "the task is broken"),
        ("Exits", "exits", "the task called sys.exit(0)"),
        ("InterruptsItself", "interrupts-itself", "the task raised KeyboardInterrupt"),
        ("CancelsItself", "cancels-itself", "the task cancelled itself"),
        ("ExitsInAChild", "exits-in-a-child", "the task called sys.exit(0)"),
        (
            "CannotSayWhatIsWrong",
            "cannot-say-what-is-wrong",
            "_SilentError (its text cannot be read: TypeError)",
        ),
    ],
)
@pytest.mark.fault(62)
@pytest.mark.fault(63)
def test_a_task_that_breaks_ends_with_1(rota, task, name, reason):
    process = rota.run("run", name, ROTA_TASKS=MISBEHAVING + task)
    assert_said_everywhere(process, 1, "failed")
    assert process.message["reason"] == reason


@pytest.mark.parametrize(
    ("task", "name", "exit_code", "reason"),
    [
        ("GivesUp", "gives-up", 7, "the price list of 2019 is gone"),
        ("AsksForAnotherTry", "asks-for-another-try", 8, "the export is not ready yet"),
    ],
)
def test_a_task_may_say_what_another_try_would_do(rota, task, name, exit_code, reason):
    process = rota.run("run", name, ROTA_TASKS=MISBEHAVING + task)
    assert_said_everywhere(process, exit_code, "failed")
    [finished] = process.events("run.finished")
    assert process.message["reason"] == finished["reason"] == reason
    assert "exception" not in finished


LATER = {"ROTA_TASKS": MISBEHAVING + "asks_for_another_try_later"}


def test_without_a_job_nothing_waits_for_a_retry(rota):
    process = rota.run("run", "asks-for-another-try-later", **LATER)
    assert_said_everywhere(process, 8, "failed")
    assert process.message["retry_after_seconds"] == 3600
    assert process.events("run.retry_waits") == []


def test_the_pod_of_a_job_waits_for_its_retry_and_ends_with_its_code_at_a_signal(rota):
    process = rota.start(
        "run", "asks-for-another-try-later", **LATER, ROTA_JOB_NAME="shop-later-29384720"
    )
    process.until("run.retry_waits")
    [waits] = process.events("run.retry_waits")
    assert 500 < waits["seconds"] <= 600
    exit_code, _ = process.end_after(signal.SIGTERM)
    assert exit_code == 8
    assert process.message["exit_code"] == 8


TOLD = {"ROTA_TASKS": MISBEHAVING + "counts_what_it_is_told"}


def test_a_run_by_hand_gets_its_slot_and_arguments(rota):
    slot = "2026-11-20T03:00:00Z"
    arguments = ("--slot", slot, "--arg", "limit=3")
    process = rota.run("run", "counts-what-it-is-told", *arguments, **TOLD)
    assert_said_everywhere(process, 0, "succeeded")
    [finished] = process.events("run.finished")
    assert finished["arguments"] == {"limit": 3}
    assert (finished["slot"], finished["trigger"]) == (slot, "manual")
    assert finished["counts"] == {"limit": 3}
    [line] = process.events("identity")
    assert line["identity"] == f'{slot} {{"limit": 3}}'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--arg", "limits=3"), "no argument 'limits', did you mean 'limit'?"),
        (("--slot", "2026-11-20T03:01:00Z"), "2026-11-20T03:00:00Z and 2026-11-20T04:00:00Z"),
    ],
    ids=["argument", "slot"],
)
def test_what_a_run_by_hand_cannot_be_told_ends_with_2(rota, arguments, told):
    process = rota.run("run", "counts-what-it-is-told", *arguments, **TOLD)
    assert process.exit_code == 2
    assert told in process.stderr
    assert process.message["exit_code"] == 2


def test_the_note_of_a_result_stands_in_the_log_and_in_the_message(rota):
    process = rota.run("run", "has-a-note", ROTA_TASKS=MISBEHAVING + "HasANote")
    assert_said_everywhere(process, 0, "succeeded")
    [finished] = process.events("run.finished")
    assert process.message["note"] == finished["note"] == "nothing was due"
    assert process.message["counts"] == {"sent": 0}


@pytest.mark.fault(105)
def test_an_exit_that_cannot_be_shown_ends_with_1_at_once(rota):
    process = rota.run(
        "run",
        "exits-with-what-cannot-be-shown",
        ROTA_TASKS=MISBEHAVING + "ExitsWithWhatCannotBeShown",
    )
    assert_said_everywhere(process, 1, "failed")
    assert process.message["reason"].startswith("the task called sys.exit(<SilentError>")
    assert process.message["duration_seconds"] < 30


@pytest.mark.fault(105)
def test_counts_that_cannot_be_read_are_reported_and_the_work_is_done(rota):
    process = rota.run(
        "run", "counts-what-cannot-be-read", ROTA_TASKS=MISBEHAVING + "CountsWhatCannotBeRead"
    )
    assert_said_everywhere(process, 0, "succeeded")
    assert process.message["counts"] == {"sent": 1}
    assert [line["reason"] for line in process.events("run.counts_unreadable")] == ["SystemExit: 7"]


@pytest.mark.fault(115)
@pytest.mark.parametrize(
    ("task", "name", "warning"),
    [
        ("LeavesAnAsyncioTask", "leaves-an-asyncio-task", "LeavesAnAsyncioTask.refresh"),
        ("ForgetsToAwait", "forgets-to-await", "'ForgetsToAwait.refresh' was never awaited"),
    ],
)
def test_what_a_run_started_and_did_not_await_is_named(rota, task, name, warning):
    process = rota.run("run", name, ROTA_TASKS=MISBEHAVING + task)
    assert_said_everywhere(process, 0, "succeeded")
    [line] = [line for line in process.log if line["level"] == "warning"]
    assert warning in str(line)
    assert line["task"] == name


@pytest.mark.fault(103)
@pytest.mark.parametrize(
    ("index", "counts"),
    [({}, {"index": 0, "count": 1}), ({"JOB_COMPLETION_INDEX": "2"}, {"index": 2, "count": 3})],
    ids=["by hand", "indexed"],
)
def test_a_run_by_hand_does_all_shares(rota, index, counts):
    name = "fans-out-the-whole-share"
    process = rota.run("run", name, ROTA_TASKS=MISBEHAVING + "FansOutTheWholeShare", **index)
    assert_said_everywhere(process, 0, "succeeded")
    assert process.message["counts"] == counts


@pytest.mark.fault(103)
def test_a_share_that_there_is_not_ends_with_2_rather_than_do_nothing(rota):
    name = "fans-out-the-whole-share"
    process = rota.run(
        "run", name, ROTA_TASKS=MISBEHAVING + "FansOutTheWholeShare", JOB_COMPLETION_INDEX="3"
    )
    assert process.exit_code == 2
    assert "JOB_COMPLETION_INDEX: 3 is not a shard of task 'fans-out-the-whole-share'" in (
        process.stderr
    )
    assert process.message["exit_code"] == 2


@pytest.mark.fault(25)
def test_an_unknown_task_ends_with_2_and_the_nearest_name(rota):
    process = rota.run("run", "clenup")
    assert process.exit_code == 2
    assert process.stderr.startswith(
        "rota: error: no task is named 'clenup', did you mean 'cleanup'? (known: "
    )
    assert process.message["exit_code"] == 2
    assert "clenup" in process.message["reason"]


def test_an_api_that_refuses_for_good_ends_with_3_after_one_request(rota, api):
    api.always = (403, None)
    process = rota.run("run", "cleanup")
    assert_said_everywhere(process, 3, "failed")
    assert "403 Forbidden" in process.message["reason"]
    assert api.arrived == 1


def test_every_item_refused_for_good_ends_with_3(tmp_path):
    with loopback_api(DemoOptions(refuse=["a", "b"])) as api:
        api.store.add(["a", "b"])
        launcher = Launcher(tmp_path, api.url)
        process = launcher.run("run", "notifications")
    assert_said_everywhere(process, 3, "failed")
    assert process.message["counts"] == {"sent": 0, "refused": 2, "failed": 0}


def test_an_api_out_of_reach_ends_with_4(rota):
    process = rota.run("run", "cleanup", BUSINESS_API_URL="http://127.0.0.1:1")
    assert_said_everywhere(process, 4, "failed")


def test_an_api_that_stays_unavailable_ends_with_4_after_all_attempts(rota, api):
    api.always = (503, None)
    process = rota.run("run", "cleanup", ROTA_API_ATTEMPTS="3")
    assert_said_everywhere(process, 4, "failed")
    assert api.arrived == 3


def test_a_task_beyond_its_timeout_ends_with_5(rota):
    process = rota.run(
        "run", "waits", ROTA_TASKS=MISBEHAVING + "Waits", ROTA_TASK__WAITS__TIMEOUT_SECONDS="0.2"
    )
    assert_said_everywhere(process, 5, "timed_out")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_with_work_left_ends_with_128_and_the_signal(rota, number):
    process = rota.start("run", "waits", ROTA_TASKS=MISBEHAVING + "Waits")
    process.until("run.started")
    process.exit_code, seconds = process.end_after(number)
    assert_said_everywhere(process, 128 + number, "interrupted")
    assert 0.4 < seconds < 4, "the grace, then the cancellation, then the end"


def test_no_code_is_left_out_here():
    assert {int(code) for code in ExitCode} == {0, 1, 2, 3, 4, 5, 6, 7, 8, 130, 143}


@pytest.mark.parametrize(
    "client", ["ClientWhoseCloseHangs", "ClientWhoseCloseBreaks", "ClientWhoseCloseExits"]
)
def test_a_client_that_cannot_be_closed_makes_no_other_end_of_the_run(rota, client):
    process = rota.run(
        "run",
        "works",
        ROTA_TASKS=MISBEHAVING + "Works",
        ROTA_API_CLIENT=MISBEHAVING + client,
        ROTA_TASK__WORKS__TIMEOUT_SECONDS="1",
    )
    assert_said_everywhere(process, 0, "succeeded")


@pytest.mark.fault(51)
def test_a_log_that_nobody_reads_does_not_keep_a_stopped_run_from_ending(rota):
    reader, writer = os.pipe()
    process = rota.start(
        "run",
        "logs-without-end",
        ROTA_TASKS=MISBEHAVING + "LogsWithoutEnd",
        ROTA_GRACE_SECONDS="0",
        popen={"stderr": writer},
    )
    os.close(writer)
    wait_until_full(reader)
    exit_code, _ = process.end_after(signal.SIGTERM)
    os.close(reader)
    assert exit_code == 143
    assert process.message["outcome"] == "interrupted"


def wait_until_full(pipe):
    """Return once what is in the pipe has stopped growing."""
    before, now = -1, 0
    while now != before or not now:
        time.sleep(0.2)
        before, now = now, unread_bytes(pipe)


def unread_bytes(pipe):
    number = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, number)
    return number[0]
