"""Tasks that block, in real processes: what reaches them, and what does not."""

import signal

import pytest

from support.processes import Launcher

TASKS = {"ROTA_TASKS": "blocking_tasks"}


def run(rota, name, **settings):
    return rota.run("run", name, **TASKS, **settings)


def outcome_of(process):
    [finished] = process.events("run.finished")
    assert finished["exit_code"] == process.exit_code == process.message["exit_code"]
    return finished["exit_code"], finished["outcome"]


def test_a_plain_function_runs_in_a_thread_with_a_client_that_waits(rota, api):
    api.store.add(["a", "b", "c"])
    process = run(rota, "sends")

    assert outcome_of(process) == (0, "succeeded")
    assert process.message["counts"] == {"sent": 3}
    assert api.store.effects == {"a": 1, "b": 1, "c": 1}
    [line] = process.events("thread")
    assert line["name_of_thread"] == "rota:sends"
    assert line["run_id"] == process.message["run_id"]


def test_so_it_does_from_threads_of_its_own(rota, api):
    api.store.add_numbered(20)
    process = run(rota, "sends-from-threads-of-its-own")

    assert outcome_of(process) == (0, "succeeded")
    assert process.message["counts"] == {"sent": 20}
    assert set(api.store.effects.values()) == {1}


def test_a_plain_execute_does_too_and_reads_what_was_decided(rota, api):
    timeout = {"ROTA_TASK__CLEANS__TIMEOUT_SECONDS": "77"}
    process = rota.run("run", "cleans", "--arg", "times=2", **TASKS, **timeout)

    assert outcome_of(process) == (0, "succeeded")
    assert process.message["counts"] == {"cleaned": 2, "timeout": 77}
    assert api.store.cleanups == 1, "one slot, one key"


def test_requests_have_the_same_protections(rota, api):
    api.always = (503, None)
    process = run(rota, "cleans", ROTA_API_ATTEMPTS="3")

    assert outcome_of(process) == (4, "failed")
    assert api.arrived == 3


@pytest.mark.parametrize(
    ("name", "exit_code", "reason"),
    [
        ("raises", 1, "the task is broken"),
        ("exits", 1, "the task called sys.exit(0)"),
        (
            "forgets-async",
            2,
            "task 'forgets-async' returned something to await; its function is not",
        ),
    ],
)
def test_how_it_ends_is_how_its_run_ends(rota, name, exit_code, reason):
    process = run(rota, name)

    assert outcome_of(process) == (exit_code, "failed")
    assert process.message["reason"].startswith(reason)


def test_a_child_that_it_forks_ends_where_it_leaves_the_function(rota):
    process = run(rota, "forks-and-returns")

    assert outcome_of(process) == (0, "succeeded")
    assert process.message["counts"] == {"child_ended_with": 0}
    assert len(process.events("run.started")) == 1


def test_a_stop_lets_its_request_end_and_begins_no_other(rota, api):
    api.hold()
    process = rota.start("run", "cleans-for-ever", **TASKS, ROTA_GRACE_SECONDS="5")
    api.until_arrived(1)
    process.send(signal.SIGTERM)
    process.until("stop.requested")
    api.release()
    process.exit_code = process.end()

    assert outcome_of(process) == (143, "interrupted")
    assert (api.arrived, len(process.events("cleaned"))) == (1, 1)
    assert "StopRequested" in process.events("cut.off")[0]["error"]


def test_its_timeout_ends_the_request_that_it_waits_for(rota, api):
    api.hold()
    timeout = {"ROTA_TASK__CLEANS_FOR_EVER__TIMEOUT_SECONDS": "0.5"}
    process = run(rota, "cleans-for-ever", **timeout)

    assert outcome_of(process) == (5, "timed_out")
    assert "stuck" not in process.message
    assert process.message["duration_seconds"] < 15


@pytest.mark.parametrize("name", ["sleeps", "computes"])
@pytest.mark.parametrize("how", ["stop", "timeout"])
def test_waiting_and_computing_can_be_stopped_by_its_client(rota, name, how):
    if how == "timeout":
        process = run(rota, name, **{f"ROTA_TASK__{name.upper()}__TIMEOUT_SECONDS": "0.5"})
        assert outcome_of(process) == (5, "timed_out")
    else:
        process = rota.start("run", name, **TASKS, ROTA_GRACE_SECONDS="20")
        process.until("about to wait")
        process.exit_code, seconds = process.end_after(signal.SIGTERM)
        assert outcome_of(process) == (143, "interrupted")
        assert seconds < 15, "before the end of the grace"
    assert "stuck" not in process.message


@pytest.mark.parametrize("how", ["stop", "timeout"])
def test_a_thread_that_cannot_be_stopped_ends_with_the_process(rota, how):
    name = "cannot-be-stopped"
    if how == "timeout":
        process = run(rota, name, ROTA_TASK__CANNOT_BE_STOPPED__TIMEOUT_SECONDS="0.5")
        assert outcome_of(process) == (5, "timed_out")
    else:
        process = rota.start("run", name, **TASKS)
        process.until("about to wait")
        process.exit_code, seconds = process.end_after(signal.SIGTERM)
        assert outcome_of(process) == (143, "interrupted")
        # The grace, the cancellation, and the second that leftovers of the loop have.
        assert seconds < 20
    assert process.message["stuck"] is True


def test_the_scheduler_stops_with_it_and_goes_on_beside_it(tmp_path, api):
    launcher = Launcher(tmp_path, api.url)
    settings = {
        "ROTA_TASKS": "blocking_tasks:cannot_be_stopped,blocking_tasks:Cleans",
        "ROTA_TASK__CANNOT_BE_STOPPED__INTERVAL_SECONDS": "1",
        "ROTA_TASK__CLEANS__INTERVAL_SECONDS": "1",
    }
    try:
        process = launcher.start("scheduler", **settings)
        process.until("about to wait")
        process.until('"counts": {"cleaned": 1')
        exit_code, seconds = process.end_after(signal.SIGTERM)
    finally:
        launcher.close()

    assert exit_code == 0
    assert seconds < 20
    assert not process.events("loop.blocked")
