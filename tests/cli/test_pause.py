"""`rota pause` and `rota resume`: a scheduler is asked, and of a CronJob it is said how."""

import json

import pytest
import yaml

from support.acting import acting_server
from support.manual_jobs import CRONJOB, cluster_of_cronjob


@pytest.fixture
def api(tmp_path, monkeypatch):
    with cluster_of_cronjob(tmp_path, monkeypatch) as served:
        yield served


# The scheduler's clock stands at 2026-11-24T00:01:00Z.
@pytest.mark.parametrize(
    ("options", "until"),
    [
        pytest.param([], "2026-11-24T01:01:00Z", id="an hour"),
        pytest.param(["--for", "1d30m"], "2026-11-25T00:31:00Z", id="a time"),
        pytest.param(["--until", "2026-12-24T18:00:00+01:00"], "2026-12-24T17:00:00Z", id="an end"),
    ],
)
def test_a_scheduler_pauses_a_task_until_it_is_resumed(rota, options, until):
    with acting_server() as url:
        where = ["bills", "--url", url]
        paused = rota("pause", *where, "--reason", "no paper", *options)
        status = json.loads(rota("status", *where, "--json").stdout)
        resumed = rota("resume", *where, "--reason", "paper")
        again = rota("resume", *where)

    assert (paused.exit_code, paused.stderr) == (0, "")
    assert paused.stdout == f"task bills is paused until {until}: no paper\n"
    [item] = status["items"]
    assert (item["state"], item["pause"]["until"]) == ("paused", until)
    assert resumed.stdout == (
        "task bills is not paused any more; what was skipped is not made up for\n"
    )
    assert (again.exit_code, again.stderr) == (2, "rota: error: task 'bills' is not paused\n")


def test_with_json_the_answer_is_that_of_the_api(rota):
    with acting_server() as url:
        options = ["--url", url, "--json"]
        paused = rota("pause", "bills", "--reason", "no paper", *options)
        resumed = rota("resume", "bills", *options)

    assert json.loads(paused.stdout)["pause"]["reason"] == "no paper"
    assert json.loads(resumed.stdout) == {"task": "bills", "pause": None}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bill", "--reason", "x"], "no task is named 'bill', did you mean 'bills'?"),
        (["bills"], "a pause needs a --reason: others will ask"),
        (["bills", "--reason", "x", "--for", "0s"], "--for '0s' must be longer than 0"),
        (["bills", "--reason", "x", "--for", "-1h"], "--for '-1h' must be longer than 0"),
        (["bills", "--reason", "x", "--for", "soon"], "--for 'soon' is not a span of time"),
        (["bills", "--reason", "x", "--for", "9" * 400 + "d"], "9d' is not a span of time: write"),
        (["bills", "--reason", "x", "--for", "400d"], "seconds must be a whole number from 1 to"),
        (["bills", "--reason", "x", "--until", "soon"], "--until 'soon' is not allowed"),
        (["bills", "--reason", "x", "--until", "2026-01-01T00:00:00Z"], "a pause ends in the futu"),
        (["bills", "--reason", "x", "--for", "1h", "--until", "x"], "--for and --until: choose"),
        (["bills", "--reason", "x", "--namespace", "shop"], "--namespace is for a CronJob"),
    ],
    ids=lambda each: " ".join(each)[:60] if isinstance(each, list) else None,
)
def test_what_a_scheduler_cannot_do_is_refused(rota, arguments, message):
    with acting_server() as url:
        ended = rota("pause", *arguments, "--url", url)

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert message in ended.stderr


@pytest.mark.parametrize(
    ("deed", "advice"), [("pause", "suspend it"), ("resume", "end its suspension")]
)
def test_a_page_without_actions_says_so_and_what_to_do_for_a_cronjob(rota, deed, advice):
    with acting_server(actions=False) as url:
        ended = rota(deed, "bills", "--url", url, "--reason", "x")

    assert ended.exit_code == 2
    assert "this page is read-only: actions need" in ended.stderr
    assert ended.stderr.endswith(
        f"; if bills is a CronJob, leave --url out: then `rota {deed}` prints how to {advice}\n"
    )


@pytest.mark.parametrize(("deed", "flag"), [("pause", "true"), ("resume", "false")])
def test_of_a_cronjob_it_is_said_what_to_do_and_nothing_is_changed(rota, api, deed, flag):
    ended = rota(deed, "cleanup", "-n", "shop")
    as_json = json.loads(rota(deed, "cleanup", "-n", "shop", "--json").stdout)

    assert ended.exit_code == 0
    patch = f"""'{{"spec": {{"suspend": {flag}}}}}'"""
    _, command, _, *values = ended.stdout.splitlines()
    assert command == (f"kubectl --namespace shop patch cronjob shop-rota-cleanup --patch {patch}")
    expected = {"tasks": {"cleanup": {"suspend": deed == "pause"}}}
    assert yaml.safe_load("\n".join(values)) == expected
    assert as_json == {"task": "cleanup", "command": command, "values": expected}
    assert {path for path, *_ in api.requests} == {"/apis/batch/v1/namespaces/shop/cronjobs"}


@pytest.mark.parametrize(
    ("deed", "answer"),
    [
        ("pause", {}),
        ("pause", {"pause": 5}),
        ("pause", {"pause": {"until": "2026-11-24T01:01:00Z"}}),
        ("resume", {}),
    ],
    ids=str,
)
def test_an_answer_of_something_else_is_told(rota, respx_mock, deed, answer):
    url = "http://127.0.0.1:8080"
    respx_mock.post(f"{url}/api/v1/tasks/bills/{deed}").respond(200, json=answer)

    ended = rota(deed, "bills", "--url", url, "--reason", "x")

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr == f"rota: error: {url} is not a page of rota: its answer has no pause\n"


def test_a_name_that_yaml_takes_for_something_else_is_quoted(rota, api):
    metadata = {"labels": {"rota/task": "on"}}
    template = {**CRONJOB["spec"]["jobTemplate"], "metadata": metadata}
    api.objects["shop"] = [{**CRONJOB, "spec": {**CRONJOB["spec"], "jobTemplate": template}}]

    ended = rota("pause", "on", "-n", "shop")

    values = yaml.safe_load(ended.stdout.partition("values:\n")[2])
    assert values == {"tasks": {"on": {"suspend": True}}}


@pytest.mark.parametrize(
    ("deed", "suspended", "told"),
    [("pause", True, "is suspended already"), ("resume", False, "is not suspended")],
)
def test_a_cronjob_that_is_as_it_should_be_is_told(rota, api, deed, suspended, told):
    api.objects["shop"] = [{**CRONJOB, "spec": {**CRONJOB["spec"], "suspend": suspended}}]

    ended = rota(deed, "cleanup", "-n", "shop")

    assert ended.stderr == f"rota: CronJob shop-rota-cleanup {told}\n"


@pytest.mark.parametrize("option", ["--reason", "--for", "--until"])
def test_a_cronjob_has_no_place_for_what_a_scheduler_notes(rota, option):
    ended = rota("pause", "cleanup", option, "1h")

    assert ended.exit_code == 2
    assert f"{option} needs --url: a CronJob has no place for it" in ended.stderr
