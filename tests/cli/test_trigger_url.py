"""`rota trigger --url` asks a scheduler, and `--url` says who we are where a page asks."""

import json

import httpx
import pytest
import respx

from rota.cli import scheduler_order
from rota.settings import WebAccess
from rota.web.access import AccessOptions
from support.acting import acting_server


@pytest.fixture
def access(tmp_path):
    path = tmp_path / "access"
    path.write_text("ada:c4n4ry\n")
    return lambda mode: AccessOptions(mode, path)


def test_a_scheduler_is_asked_for_a_run(rota):
    with acting_server() as url:
        ended = rota("trigger", "bills", "--url", url, "--reason", "the printer works again")
        history = json.loads(rota("history", "--url", url, "--json").stdout)

    assert ended.exit_code == 0
    [run] = history["items"] if isinstance(history, dict) else history
    assert (run["trigger"], run["purpose"]) == ("manual", "the printer works again")
    assert ended.stdout.splitlines() == [
        f"run {run['run_id']} of task bills was asked for",
        f"see it at {url}/runs/{run['run_id']}",
    ]


@pytest.mark.parametrize(
    ("limit", "exit_code", "end"),
    [("3", 0, "succeeded"), ("0", 3, "the printer is out of paper")],
    ids=["success", "failure"],
)
def test_to_wait_is_to_end_with_the_runs_exit_code(rota, limit, exit_code, end):
    with acting_server() as url:
        options = ["--url", url, "--wait", "--json", "--slot", "2026-11-24T00:00:00Z"]
        ended = rota("trigger", "bills", "--arg", f"limit={limit}", *options)

    assert ended.exit_code == exit_code
    assert json.loads(ended.stdout)["run"]["slot"] == "2026-11-24T00:00:00Z"
    assert end in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["bill"], "no task is named 'bill', did you mean 'bills'?", id="task"),
        pytest.param(
            ["bills", "--slot", "2026-11-24T00:00:30Z"], "is not a slot of task", id="slot"
        ),
        pytest.param(["bills", "--namespace", "shop"], "--namespace is for a Job", id="a Job's"),
        pytest.param(["bills", "--dry-run"], "--dry-run is for a Job", id="a Job's flag"),
    ],
)
def test_what_a_scheduler_cannot_do_is_refused_in_its_words(rota, arguments, message):
    with acting_server() as url:
        ended = rota("trigger", *arguments, "--url", url)

    assert ended.exit_code == 2
    assert message in ended.stderr


def test_a_page_without_actions_says_so_and_what_to_do_for_a_cronjob(rota):
    with acting_server(actions=False) as url:
        ended = rota("trigger", "bills", "--url", url)

    assert ended.exit_code == 2
    assert ended.stderr.startswith(f"rota: error: {url}: this page is read-only: actions need")
    assert "if bills is a CronJob, leave --url out: then `rota trigger` makes a Job" in ended.stderr


def test_a_reason_is_for_a_scheduler(rota):
    ended = rota("trigger", "bills", "--reason", "x")

    assert (ended.exit_code, "--reason needs --url" in ended.stderr) == (2, True)


@pytest.mark.parametrize(
    ("mode", "secret", "actor"),
    [
        pytest.param(WebAccess.BASIC, "ada:c4n4ry", "ada", id="basic"),
        pytest.param(WebAccess.BEARER, "ada:c4n4ry", None, id="bearer"),
        pytest.param(WebAccess.BASIC, "ada:wrong", "refused", id="wrong"),
        pytest.param(WebAccess.BASIC, None, "refused", id="none"),
    ],
)
def test_the_secret_file_says_who_asks(rota, access, mode, secret, actor):
    options = access(mode)
    environment = {}
    if secret is not None:
        path = options.secret_file.with_name("mine")
        path.write_text(f"\n{secret}\n")
        environment["ROTA_WEB_SECRET_FILE"] = str(path)
    with acting_server(access=options) as url:
        ended = rota("trigger", "bills", "--url", url, "--wait", "--json", **environment)
        status = rota("status", "--url", url, **environment)
        history = rota("history", "--url", url, **environment).stdout

    assert "c4n4ry" not in ended.stderr
    if actor == "refused":
        assert (ended.exit_code, status.exit_code) == (2, 2)
        assert ("ROTA_WEB_SECRET_FILE" in ended.stderr) is (secret is None)
        return
    assert (ended.exit_code, status.exit_code) == (0, 0)
    assert json.loads(ended.stdout)["run"]["actor"] == actor
    assert ("manual by ada" in history) is (actor == "ada")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param([404] * 3, "does not know the run r1 that was asked for", id="never begun"),
        pytest.param([404, 403], "no more", id="refused meanwhile"),
        pytest.param([200], "is not a page of rota: its answer has no state", id="something else"),
    ],
)
def test_to_wait_for_a_run_that_never_comes_has_an_end(rota, monkeypatch, answers, said):
    monkeypatch.setattr(scheduler_order, "_POLL_SECONDS", 0)
    monkeypatch.setattr(scheduler_order, "_POLLS_UNTIL_BEGUN", 3)
    page = "http://127.0.0.1:8080/api/v1"
    with respx.mock:
        respx.post(f"{page}/tasks/bills/runs").respond(202, json={"run_id": "r1"})
        asked = respx.get(f"{page}/runs/r1")
        asked.side_effect = [httpx.Response(each, json={"detail": "no more"}) for each in answers]
        ended = rota("trigger", "bills", "--url", "http://127.0.0.1:8080", "--wait")

    assert (ended.exit_code, asked.call_count) == (2, len(answers))
    assert said in ended.stderr


def test_what_a_page_says_moves_no_cursor(rota):
    page = "http://127.0.0.1:8080/api/v1"
    run = {"state": "failed", "exit_code": 1, "meaning": "raised", "reason": "no\x1b[2J\npaper"}
    with respx.mock:
        asked = respx.post(f"{page}/tasks/bills/runs")
        asked.side_effect = [
            httpx.Response(202, json={"run_id": "r1"}),
            httpx.Response(409, json={"detail": "not\x1b[2J now"}),
        ]
        respx.get(f"{page}/runs/r1").respond(200, json=run)
        order = ("trigger", "bills", "--url", "http://127.0.0.1:8080", "--wait")
        failed, refused = rota(*order), rota(*order)

    assert failed.stderr.endswith("failed, exit code 1 (raised): no [2J paper\n")
    assert refused.stderr == "rota: error: not [2J now\n"
