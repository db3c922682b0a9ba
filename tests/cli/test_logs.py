import json

import pytest

from support.kubernetes_api import cluster_of_kubeconfig
from support.kubernetes_objects import JOB_UID, SLOT, ended, job, pod

NAME = "rota-cleanup-29402040"


def line(second, text):
    return f"2025-11-26T02:00:{second:02}.000000000Z {text}\n"


@pytest.fixture
def api(tmp_path, monkeypatch):
    with cluster_of_kubeconfig(tmp_path, monkeypatch) as served:
        done = [("Complete", "CompletionsReached")]
        served.add("shop", {"kind": "Job", **job(conditions=done)})
        yield served


def add_pod(api, name, created, log=None):
    found = pod(name, created=created, state=ended(0))
    api.add("shop", {"kind": "Pod", **found})
    if log is not None:
        api.logs[name] = log


@pytest.mark.parametrize("run", [NAME, JOB_UID], ids=["name", "uid"])
def test_the_log_of_a_run_is_that_of_its_pods_in_their_order(rota, api, run):
    add_pod(api, "a-second", SLOT + 20, line(21, "run.finished"))
    add_pod(api, "b-first", SLOT + 1, line(2, "run.started") + line(3, ""))

    result = rota("logs", run, "-n", "shop")

    assert result.exit_code == 0
    assert result.stdout == "run.started\n\nrun.finished\n"
    assert result.stderr == "rota: pod b-first\nrota: pod a-second\n"


@pytest.mark.parametrize("run", ["6b07d452-b9fa74929c", "the-pod"], ids=["run-id", "pod"])
def test_a_run_is_found_by_the_id_in_its_log_and_by_its_pod(rota, api, run):
    state = ended(0, message={"run_id": "6b07d452-b9fa74929c"})
    api.add("shop", {"kind": "Pod", **pod("the-pod", state=state)})
    api.logs["the-pod"] = line(2, "run.finished")

    assert rota("logs", run, "-n", "shop").stdout == "run.finished\n"


def test_json_has_the_lines_of_each_pod(rota, api):
    add_pod(api, "only", SLOT, line(2, "a") + line(3, "b"))

    answer = json.loads(rota("logs", NAME, "-n", "shop", "--json").stdout)

    assert answer == {"job": NAME, "pods": [{"pod": "only", "lines": ["a", "b"]}]}


def test_only_the_last_lines_are_asked_for(rota, api):
    add_pod(api, "only", SLOT, line(2, "a"))

    result = rota("logs", NAME, "-n", "shop", "--tail", "7")

    assert result.stdout == "a\n"
    path, query, _ = api.requests[-1]
    assert path == "/api/v1/namespaces/shop/pods/only/log"
    assert query == {"container": "rota", "timestamps": "true", "tailLines": "7"}


def test_following_ends_with_the_run_and_says_how(rota, api):
    add_pod(api, "only", SLOT, line(2, "a"))

    result = rota("logs", NAME, "-n", "shop", "--follow")

    assert result.exit_code == 0
    assert result.stdout == "a\n"
    assert result.stderr == f"rota: Job {NAME}: succeeded after 4s\n"


def test_a_job_that_is_gone_is_told_and_exits_with_1(rota, api):
    result = rota("logs", "rota-cleanup-1", "-n", "shop")

    assert result.exit_code == 1
    assert "no Job, pod or run 'rota-cleanup-1' is in namespace 'shop'" in result.stderr


def test_a_pod_that_is_gone_is_told_and_exits_with_1(rota, api):
    result = rota("logs", NAME, "-n", "shop")

    assert result.exit_code == 1
    assert f"Job {NAME} has no pod (any more)" in result.stderr


def test_a_log_that_is_gone_is_told(rota, api):
    add_pod(api, "only", SLOT)

    result = rota("logs", NAME, "-n", "shop")

    assert result.exit_code == 2
    assert 'the API server refuses: 404 "only" not found' in result.stderr


@pytest.mark.parametrize("options", [["--json"], ["--tail", "3"]], ids=" ".join)
def test_following_goes_with_no_other_form(rota, api, options):
    result = rota("logs", NAME, "--follow", *options)

    assert result.exit_code == 2
    assert "--follow goes with neither" in result.stderr
