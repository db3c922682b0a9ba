"""Actions of a real scheduler: asked for over HTTP and by a command, and after a kill."""

import json
import signal
import urllib.error
import urllib.request

import pytest


@pytest.fixture
def start(rota, tmp_path):
    """Return a function that starts a scheduler on one ledger, and returns it with its URL."""

    def started(**settings):
        process = rota.start(
            "scheduler",
            ROTA_TASKS="console_tasks",
            ROTA_STATE_PATH=str(tmp_path / "state.sqlite3"),
            ROTA_WEB_ADDRESS="127.0.0.1:0",
            **settings,
        )
        process.until("worker.started")
        [listening] = process.events("web.listening")
        return process, listening["url"]

    return started


def ask(url, order=None):
    body = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 (this machine's)
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (as above)
        return json.loads(answer.read())


def test_a_pause_survives_a_kill_and_a_command_runs_the_task_meanwhile(start, rota):
    first, url = start(ROTA_WEB_ACTIONS="true")
    task = f"{url}/api/v1/tasks/beats"
    pause = ask(f"{task}/pause", {"seconds": 3600, "reason": "the printer is on fire"})["pause"]
    first.until('"reason": "paused"')
    first.end_after(signal.SIGKILL)

    second, url = start(ROTA_WEB_ACTIONS="true")
    found = ask(f"{url}/api/v1/tasks/beats")
    assert (found["state"], found["pause"]) == ("paused", pause)
    ran = rota.run("trigger", "beats", "--url", url, "--reason", "once more", "--wait")
    assert ran.exit_code == 0
    [requested] = second.events("task.run_requested")
    assert requested["purpose"] == "once more"

    ask(f"{url}/api/v1/tasks/beats/resume", {})
    second.until('"trigger": "schedule"')
    assert second.end_after(signal.SIGTERM)[0] == 0
    [skipped, *_] = first.events("run.skipped")
    assert "the printer is on fire" in skipped["detail"]


def test_without_the_setting_nothing_is_taken(start):
    _, url = start()
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(f"{url}/api/v1/tasks/beats/runs", {})

    with refused.value as answer:
        assert answer.code == 403


def test_a_scheduler_that_everybody_could_give_orders_does_not_start(rota):
    ended = rota.run(
        "scheduler",
        ROTA_TASKS="console_tasks",
        ROTA_WEB_ADDRESS="0.0.0.0:0",
        ROTA_WEB_ACCESS="none",
        ROTA_WEB_ACTIONS="true",
    )

    assert ended.exit_code == 2
    assert "set ROTA_WEB_ACCESS to basic, bearer or proxy" in ended.stderr
