"""A stop in every phase of a process's life. Nothing is cut off, nothing is done twice."""

import signal
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.processes import Launcher

MISBEHAVING = "misbehaving_tasks:"
# What a task gets to clean up in once it is cancelled.
CANCEL_GRACE_SECONDS = 3.0
GRACE_SECONDS = 0.5

pytestmark = pytest.mark.fault(47)


def stop_while_importing(rota, command="run"):
    arguments = ["run", "never"] if command == "run" else ["scheduler"]
    process = rota.start(*arguments, ROTA_TASKS="slow_import:Never")
    process.until("importing")
    return process, process.end_after(signal.SIGTERM)


def stop_of(task, name, *signals):
    def scenario(rota):
        process = rota.start("run", name, ROTA_TASKS=MISBEHAVING + task)
        process.until("run.started")
        if task.startswith("BlocksTheLoop"):
            process.until("about to block")
        for number in signals[:-1]:
            process.send(number)
            process.until("stop.requested")
        return process, process.end_after(signals[-1])

    return scenario


def own_timeout_of_a_blocking_task(rota):
    process = rota.run(
        "run",
        "blocks-the-loop",
        ROTA_TASKS=MISBEHAVING + "BlocksTheLoop",
        ROTA_TASK__BLOCKS_THE_LOOP__TIMEOUT_SECONDS="0.2",
    )
    return process, (process.exit_code, 0.0)


def end_with_leftovers(task, name):
    def scenario(rota):
        process = rota.run("run", name, ROTA_TASKS=MISBEHAVING + task)
        return process, (process.exit_code, 0.0)

    return scenario


def scheduler_stop(*signals, ready="worker.started", **settings):
    def scenario(rota):
        settings.setdefault("ROTA_TASKS", MISBEHAVING + "Works")
        process = rota.start("scheduler", **settings)
        process.until(ready)
        for number in signals[:-1]:
            process.send(number)
            process.until("worker.stopping")
        return process, process.end_after(signals[-1])

    return scenario


def scheduler_with(task, name, ready="run.started", number=signal.SIGTERM):
    variable = name.upper().replace("-", "_")
    return scheduler_stop(
        number,
        ready=ready,
        ROTA_TASKS=MISBEHAVING + task,
        ROTA_ONLY=name,
        **{f"ROTA_TASK__{variable}__RUN_ON_START": "true"},
    )


SCENARIOS = {
    "run, importing": stop_while_importing,
    "run, ignored": stop_of("Waits", "waits", signal.SIGTERM),
    "run, cancellation swallowed": stop_of(
        "SwallowsCancellation", "swallows-cancellation", signal.SIGTERM
    ),
    "run, loop blocked": stop_of("BlocksTheLoop", "blocks-the-loop", signal.SIGTERM),
    "run, loop blocked and no handler run": stop_of(
        "BlocksTheLoopAndSignals", "blocks-the-loop-and-signals", signal.SIGTERM
    ),
    "run, second SIGTERM": stop_of("Waits", "waits", signal.SIGTERM, signal.SIGTERM),
    "run, SIGTERM then SIGINT": stop_of("Waits", "waits", signal.SIGTERM, signal.SIGINT),
    "run, own timeout with the loop blocked": own_timeout_of_a_blocking_task,
    "thread left": end_with_leftovers("LeavesAThread", "leaves-a-thread"),
    "executor thread left": end_with_leftovers(
        "LeavesAnExecutorThread", "leaves-an-executor-thread"
    ),
    "task left": end_with_leftovers("LeavesATask", "leaves-a-task"),
    "scheduler, importing": lambda rota: stop_while_importing(rota, "scheduler"),
    "scheduler, idle": scheduler_stop(signal.SIGTERM),
    "scheduler, idle, SIGINT": scheduler_stop(signal.SIGINT),
    "scheduler, active run": scheduler_with("Waits", "waits"),
    "scheduler, cancellation swallowed": scheduler_with(
        "SwallowsCancellation", "swallows-cancellation"
    ),
    "scheduler, loop blocked": scheduler_with("BlocksTheLoop", "blocks-the-loop", "about to block"),
    "scheduler, loop blocked, SIGINT": scheduler_with(
        "BlocksTheLoop", "blocks-the-loop", "about to block", signal.SIGINT
    ),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Play all scenarios side by side, since most of their time is waiting."""
    launcher = Launcher(tmp_path_factory.mktemp("stop"))
    with ThreadPoolExecutor(4) as pool:
        futures = {name: pool.submit(play, launcher) for name, play in SCENARIOS.items()}
        yield lambda name: futures[name].result()
    launcher.close()


@pytest.mark.parametrize(
    ("scenario", "exit_code", "at_most_seconds"),
    [
        ("run, importing", 143, 1.0),
        ("run, ignored", 143, GRACE_SECONDS + 2),
        ("run, cancellation swallowed", 143, GRACE_SECONDS + CANCEL_GRACE_SECONDS + 3),
        ("run, loop blocked", 143, GRACE_SECONDS + CANCEL_GRACE_SECONDS + 3),
        (
            "run, loop blocked and no handler run",
            143,
            GRACE_SECONDS + CANCEL_GRACE_SECONDS + 3,
        ),
        ("run, second SIGTERM", 143, 0.4),
        ("run, SIGTERM then SIGINT", 130, 0.4),
        ("scheduler, importing", 0, 1.0),
        ("scheduler, idle", 0, 2.0),
        ("scheduler, idle, SIGINT", 0, 2.0),
        ("scheduler, active run", 0, GRACE_SECONDS + 2),
        ("scheduler, cancellation swallowed", 0, GRACE_SECONDS + CANCEL_GRACE_SECONDS + 3),
        ("scheduler, loop blocked", 0, GRACE_SECONDS + CANCEL_GRACE_SECONDS + 3),
    ],
)
@pytest.mark.fault(48)
@pytest.mark.fault(49)
def test_a_stop_ends_the_process_in_time_and_with_its_code(
    ended, scenario, exit_code, at_most_seconds
):
    _, (ended_with, seconds) = ended(scenario)
    assert ended_with == exit_code
    assert seconds < at_most_seconds


@pytest.mark.parametrize(
    ("scenario", "outcome", "reason"),
    [
        ("run, ignored", "interrupted", "stopped"),
        ("run, cancellation swallowed", "interrupted", "stopped"),
        ("run, loop blocked", "interrupted", "stopped, and the task blocks the event loop"),
        (
            "run, loop blocked and no handler run",
            "interrupted",
            "stopped, and the task blocks the event loop",
        ),
        (
            "run, own timeout with the loop blocked",
            "timed_out",
            "timed out, and the task blocks the event loop",
        ),
    ],
)
def test_the_end_of_a_stopped_run_is_reported_in_the_log_and_in_the_message(
    ended, scenario, outcome, reason
):
    process, (exit_code, _) = ended(scenario)
    (line,) = process.events("run.finished")
    assert (line["outcome"], line["reason"], line["exit_code"]) == (outcome, reason, exit_code)
    assert process.message["reason"] == reason
    assert process.message["run_id"] == process.events("run.started")[0]["run_id"]


@pytest.mark.parametrize(
    ("scenario", "exit_code"),
    [("scheduler, loop blocked", 143), ("scheduler, loop blocked, SIGINT", 130)],
)
@pytest.mark.fault(117)
def test_a_scheduler_with_a_blocked_loop_still_tells_the_end_of_its_runs(
    ended, scenario, exit_code
):
    process, _ = ended(scenario)
    (finished,) = process.events("run.finished")
    assert (finished["outcome"], finished["stuck"]) == ("interrupted", True)
    assert finished["exit_code"] == exit_code
    assert finished["task"] == "blocks-the-loop"


@pytest.mark.fault(60)
def test_a_task_that_blocks_the_loop_beyond_its_timeout_ends_with_5_and_its_stack(ended):
    process, (exit_code, _) = ended("run, own timeout with the loop blocked")
    assert exit_code == 5
    assert "time.sleep(_VERY_LONG_SECONDS)" in process.events("run.finished")[0]["blocked_by"]


@pytest.mark.fault(63)
def test_a_task_that_swallows_its_cancellation_is_shown_as_stuck(ended):
    for scenario in ("run, cancellation swallowed", "scheduler, cancellation swallowed"):
        process, _ = ended(scenario)
        assert process.events("run.finished")[0]["stuck"] is True


@pytest.mark.parametrize("scenario", ["thread left", "executor thread left", "task left"])
def test_what_a_task_leaves_behind_does_not_keep_the_process_from_ending(ended, scenario):
    process, (exit_code, _) = ended(scenario)
    assert exit_code == 0
    assert process.message["outcome"] == "succeeded"


def test_requests_in_flight_finish_and_the_next_run_sends_each_of_the_rest_once(rota, api):
    ids = api.store.add_numbered(20)
    settings = {"ROTA_FAN_OUT_CONCURRENCY": "3", "ROTA_GRACE_SECONDS": "20"}
    api.hold()
    process = rota.start("run", "notifications", **settings)
    api.until_arrived(3)
    process.send(signal.SIGTERM)
    process.until("stop.requested")
    api.release()
    assert process.end() == 143
    assert process.message["counts"] == {"sent": 3, "refused": 0, "failed": 0}
    assert len(api.store.pending) == 17
    again = rota.run("run", "notifications", **settings)
    assert again.exit_code == 0
    assert again.message["counts"]["sent"] == 17
    assert api.store.effects == dict.fromkeys(ids, 1)


def test_a_stop_in_the_last_request_is_no_interruption(rota, api):
    api.store.add_numbered(1)
    api.hold()
    process = rota.start("run", "notifications", ROTA_GRACE_SECONDS="20")
    api.until_arrived(1)
    process.send(signal.SIGTERM)
    process.until("stop.requested")
    api.release()
    assert process.end() == 0, "all work was done"
    assert process.message["outcome"] == "succeeded"


def test_a_request_that_outlasts_the_grace_is_cut_and_sent_again_with_the_same_key(rota, api):
    (notification_id,) = api.store.add_numbered(1)
    api.hold()
    process = rota.start("run", "notifications")
    api.until_arrived(1)
    assert process.end_after(signal.SIGTERM)[0] == 143
    api.release()
    assert rota.run("run", "notifications").exit_code == 0
    sends = [call for call in api.store.calls if call.method == "POST"]
    assert len({call.idempotency_key for call in sends}) == 1
    assert api.store.effects == {notification_id: 1}


def test_a_stop_ends_the_wait_before_a_retry_at_once(rota, api):
    api.always = (503, {"Retry-After": "60"})
    process = rota.start("run", "cleanup", ROTA_GRACE_SECONDS="20")
    process.until("net.retry")
    exit_code, seconds = process.end_after(signal.SIGTERM)
    assert exit_code == 143
    assert seconds < 15, "before the end of the grace"
    assert api.arrived == 1


def test_the_scheduler_lets_a_request_in_flight_finish(rota, api):
    api.store.add_numbered(1)
    api.hold()
    process = rota.start("scheduler", ROTA_ONLY="notifications", ROTA_GRACE_SECONDS="20")
    api.until_arrived(1)
    process.send(signal.SIGTERM)
    process.until("worker.stopping")
    api.release()
    assert process.end() == 0
    assert process.events("run.finished")[0]["outcome"] == "succeeded"
    assert process.log[-1]["event"] == "worker.stopped"


@pytest.mark.fault(52)
def test_a_hangup_is_ignored(rota):
    process = rota.start(
        "run", "finishes-after-the-stop", ROTA_TASKS=MISBEHAVING + "FinishesAfterTheStop"
    )
    process.until("run.started")
    process.send(signal.SIGHUP)
    (process.folder / "finish").touch()
    assert process.end() == 0
    assert process.message["counts"] == {"finished": 1}


def test_work_that_is_finished_within_the_grace_counts_as_done(rota):
    process = rota.start(
        "run",
        "finishes-after-the-stop",
        ROTA_TASKS=MISBEHAVING + "FinishesAfterTheStop",
        ROTA_GRACE_SECONDS="20",
    )
    process.until("run.started")
    process.send(signal.SIGTERM)
    process.until("stop.requested")
    (process.folder / "finish").touch()
    assert process.end() == 0
    assert process.message["outcome"] == "succeeded"


@pytest.mark.fault(50)
def test_a_run_after_a_kill_completes(rota, api):
    ids = api.store.add_numbered(5)
    api.hold()
    process = rota.start("run", "notifications")
    api.until_arrived(1)
    assert process.end_after(signal.SIGKILL)[0] == -signal.SIGKILL
    api.release()
    assert rota.run("run", "notifications").exit_code == 0
    assert api.store.effects == dict.fromkeys(ids, 1)


def test_a_stop_of_the_demo_ends_it_at_once(rota):
    process = rota.start("demo")
    process.until("run.started")
    exit_code, seconds = process.end_after(signal.SIGTERM)
    assert exit_code == 143
    assert seconds < 20, "before the end of the grace"


def test_a_demo_with_a_console_shows_its_tasks_until_it_is_stopped(rota):
    process = rota.start("demo", "--serve", "127.0.0.1:0")
    process.until("web.listening")
    [listening] = process.events("web.listening")
    with urllib.request.urlopen(listening["url"], timeout=60) as answer:  # noqa: S310 (loopback)
        page = answer.read().decode()
    assert "notifications" in page
    assert "cleanup" in page
    assert process.end_after(signal.SIGTERM)[0] == 0
    assert f"The console is at {listening['url']}/" in process.stdout


def test_a_stop_of_the_demo_api_alone_is_its_ordinary_end(rota):
    process = rota.start("demo", "--api-only", "127.0.0.1:0")
    process.until("listens on")
    assert process.end_after(signal.SIGTERM)[0] == 0
