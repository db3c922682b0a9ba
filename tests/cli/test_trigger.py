import json
import os
import signal
import sys

import pytest
import yaml

from support.kubernetes_objects import ended
from support.manual_jobs import CONTAINER, CRONJOB, cluster_of_cronjob, ends
from support.processes import Launcher


@pytest.fixture
def api(tmp_path, monkeypatch):
    with cluster_of_cronjob(tmp_path, monkeypatch) as served:
        yield served


def test_a_job_is_made_from_the_tasks_cronjob(rota, api):
    ended = rota("trigger", "cleanup", "--namespace", "shop")

    assert ended.exit_code == 0
    [job] = api.created
    name = job["metadata"]["name"]
    assert name.startswith("shop-rota-cleanup-manual-")
    assert ended.stdout.splitlines() == [
        f"Job {name} was made in namespace shop",
        f"follow it with: rota logs {name} --namespace shop --follow",
    ]
    assert job["metadata"]["ownerReferences"][0]["uid"] == "uid-of-cronjob"
    assert job["spec"]["template"]["spec"]["containers"] == [CONTAINER]
    assert api.requests[-1][2]["authorization"] == "Bearer canary-token"


def test_slot_and_arguments_become_those_of_the_run(rota, api):
    slot = "2026-11-25T07:00:00+01:00"
    arguments = ["--slot", slot, "--arg", "limit=10", "--arg", "who=a=b c"]

    ended = rota("trigger", "cleanup", "-n", "shop", *arguments, "--json")

    [job] = api.created
    expected = ["run", "cleanup", "--slot", "2026-11-25T06:00:00Z"]
    expected += ["--arg", "limit=10", "--arg", "who=a=b c"]
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == expected
    assert json.loads(ended.stdout) == {
        "task": "cleanup",
        "slot": "2026-11-25T06:00:00Z",
        "arguments": ["limit=10", "who=a=b c"],
        "namespace": "shop",
        "cronjob": "shop-rota-cleanup",
        "job": job["metadata"]["name"],
        "run_id": "uid-1",
    }


@pytest.mark.parametrize(
    "spec", [{"schedule": "@every 420s"}, {"timeZone": None}], ids=["every", "no-zone"]
)
def test_a_slot_of_a_schedule_that_only_the_pod_knows_is_left_to_it(rota, api, spec):
    api.objects["shop"] = [{**CRONJOB, "spec": {**CRONJOB["spec"], **spec}}]

    result = rota("trigger", "cleanup", "-n", "shop", "--slot", "2026-11-25T06:01:00Z")

    assert result.exit_code == 0
    assert len(api.created) == 1


def test_waiting_writes_the_log_and_ends_with_the_runs_exit_code(rota, api):
    refused = ended(3, message={"reason": "410 Gone"})
    ends(api, refused, ("Failed", "PodFailurePolicy"))

    result = rota("trigger", "cleanup", "-n", "shop", "--wait")

    assert result.exit_code == 3
    assert result.stdout == "run.finished\n"
    name = api.created[0]["metadata"]["name"]
    assert result.stderr.splitlines() == [
        f"rota: Job {name} was made in namespace shop",
        (
            f"rota: Job {name}: failed after 4s, exit code 3 (the Business API refused for good): "
            "410 Gone"
        ),
    ]


def test_with_json_the_result_is_alone_on_stdout(rota, api):
    ends(api, ended(0), ("Complete", "CompletionsReached"))

    result = rota("trigger", "cleanup", "-n", "shop", "--wait", "--json")

    assert result.exit_code == 0
    run = json.loads(result.stdout)["run"]
    assert (run["state"], run["exit_code"], run["trigger"]) == ("succeeded", 0, "manual")
    assert "run.finished" in result.stderr


def test_a_meaning_is_not_told_twice(rota, api):
    ends(api, ended(5), ("Failed", "BackoffLimitExceeded"))

    result = rota("trigger", "cleanup", "-n", "shop", "--wait")

    assert result.stderr.endswith(": timed out after 4s, exit code 5 (the task timed out)\n")


def test_a_failure_without_an_exit_code_ends_with_1(rota, api):
    ends(api, {"waiting": {"reason": "ImagePullBackOff"}}, ("Failed", "DeadlineExceeded"))

    result = rota("trigger", "cleanup", "-n", "shop", "--wait")

    assert result.exit_code == 1
    assert "timed out" in result.stderr
    assert "ImagePullBackOff" in result.stderr


def test_a_dry_run_prints_the_job_and_makes_none(rota, api):
    shown = rota("trigger", "cleanup", "-n", "shop", "--dry-run", "--arg", "limit=10")
    as_json = rota("trigger", "cleanup", "-n", "shop", "--dry-run", "--json")

    assert api.created == []
    job = yaml.safe_load(shown.stdout)
    assert job["kind"] == json.loads(as_json.stdout)["kind"] == "Job"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"][2:] == ["--arg", "limit=10"]


def test_a_refusal_of_the_api_server_is_told(rota, api):
    ends(api, ended(0), ("Complete", "x"))
    api.replies = [
        (200, {"items": [CRONJOB], "metadata": {}}),
        (403, {"message": 'jobs.batch is forbidden: User "me"'}),
    ]

    result = rota("trigger", "cleanup", "-n", "shop")

    assert result.exit_code == 2
    assert result.stderr == (
        'rota: error: the API server refuses: 403 jobs.batch is forbidden: User "me"\n'
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["bills"], "no CronJob of task 'bills' (those that have one: cleanup)", id="x"
        ),
        pytest.param(["bills"], "name the --url of the scheduler's pages", id="in-a-scheduler"),
        pytest.param(
            ["cleanup", "--instance", "lab"], "instance 'lab' has no CronJob", id="instance"
        ),
        pytest.param(
            ["cleanup", "--arg", "limit"], "'limit' is not of the form name=value", id="a"
        ),
        pytest.param(["cleanup", "--slot", "today"], "--slot 'today' is not allowed", id="slot"),
        pytest.param(
            ["cleanup", "--slot", "2026-11-25T06:01:00Z"],
            "not a slot of task 'cleanup'; the nearest are 2026-11-25T06:00:00Z and",
            id="no-slot",
        ),
        pytest.param(["cleanup", "--slot", "2999-01-01T00:00:00Z"], "in the future", id="future"),
        pytest.param(["cleanup", "--context", "prod"], "context 'prod'", id="context"),
        pytest.param(["cleanup", "-n", "a/b"], "--namespace 'a/b' is not the name", id="namespace"),
    ],
)
def test_a_mistake_is_told_and_no_job_made(rota, api, arguments, message):
    result = rota("trigger", "-n", "shop", *arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert api.created == []


def test_without_a_cluster_it_says_what_runs_the_task_here(rota, monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    without_file = rota("trigger", "cleanup")
    monkeypatch.setitem(sys.modules, "rota.kubernetes.connection", None)
    without_library = rota("trigger", "cleanup")

    for result in (without_file, without_library):
        assert result.exit_code == 2
        assert result.stderr.endswith(
            "(without a cluster: rota run cleanup, or its scheduler with --url)\n"
        )
    assert "pip install 'rota[kubernetes]'" in without_library.stderr


@pytest.fixture
def launcher(tmp_path):
    made = Launcher(tmp_path)
    yield made
    made.close()


def test_a_stop_leaves_the_job_running_and_says_how_to_follow_it(api, launcher):
    process = launcher.start(
        "trigger", "cleanup", "-n", "shop", "--wait", KUBECONFIG=os.environ["KUBECONFIG"]
    )
    process.until("was made")

    exit_code, _ = process.end_after(signal.SIGINT)

    [job] = api.created
    name = job["metadata"]["name"]
    assert exit_code == 130
    assert process.stderr.splitlines()[-1] == (
        f"rota: the Job goes on; follow it with: rota logs {name} --namespace shop --follow"
    )
