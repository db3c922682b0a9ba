"""The console of a scheduler, asked by another process and by the commands."""

import json
import signal
import urllib.request

import pytest


@pytest.fixture(params=["in a file", "in memory"])
def scheduler(request, rota, tmp_path):
    path = tmp_path / "state.sqlite3" if request.param == "in a file" else "off"
    process = rota.start(
        "scheduler",
        ROTA_TASKS="console_tasks",
        ROTA_STATE_PATH=str(path),
        ROTA_WEB_ADDRESS="127.0.0.1:0",
    )
    process.until("worker.started")
    # A run of the failing task at start, and a beat each second.
    process.until('"task": "beats", "run_id"')
    process.until('"outcome": "succeeded"')
    return process


def url_of(process):
    [listening] = process.events("web.listening")
    return listening["url"]


def ask(url):
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 (this machine's)
        return answer.read().decode()


def eventually(question, wanted):
    for _ in range(200):
        answer = question()
        if wanted(answer):
            return answer
    raise AssertionError(answer)


def test_pages_and_commands_say_what_happened_and_the_stop_waits_for_no_stream(scheduler, rota):
    url = url_of(scheduler)

    tasks = eventually(
        lambda: json.loads(ask(f"{url}/api/v1/tasks"))["items"],
        lambda items: all(item["last_run"] for item in items),
    )
    assert (tasks[0]["name"], tasks[0]["state"]) == ("fails", "failing")
    assert "rota_task_runs_total" in ask(f"{url}/metrics")
    assert json.loads(ask(f"{url}/healthz"))["status"] == "ok"

    status = rota.run("status", "--url", url)
    assert status.exit_code == 1
    assert "no luck" in status.stdout
    history = rota.run("history", "fails", "--json", "--url", url)
    [run] = json.loads(history.stdout)["items"]
    assert (run["state"], run["exit_code"], run["reason"]) == ("failed", 1, "no luck")
    beat = json.loads(ask(f"{url}/api/v1/runs?task=beats&state=succeeded"))["items"][0]
    why = rota.run("why", "beats", beat["slot"], "--url", url)
    assert f"Run {beat['run_id']} (schedule) started" in why.stdout
    unknown = rota.run("history", "fail", "--url", url)
    assert unknown.exit_code == 2
    assert "did you mean 'fails'" in unknown.stderr

    with urllib.request.urlopen(f"{url}/api/v1/events", timeout=60) as stream:  # noqa: S310
        lines = iter(lambda: stream.readline().decode(), "")
        data = next(line for line in lines if line.startswith("data: "))
        assert json.loads(data.removeprefix("data: ")) == {"tasks": ["beats"]}
        exit_code, _ = scheduler.end_after(signal.SIGTERM)
        assert exit_code == 0
        # It has ended; a reset connection would raise.
        assert all(line.endswith("\n") for line in lines)
    assert scheduler.events("worker.stopped")


def test_a_console_that_other_machines_could_read_asks_for_a_decision(rota):
    refused = rota.run("scheduler", ROTA_WEB_ADDRESS="0.0.0.0:0", ROTA_TASKS="console_tasks")

    assert refused.exit_code == 2
    assert "set ROTA_WEB_ACCESS to basic, bearer or proxy" in refused.stderr
    assert "Traceback" not in refused.stderr
