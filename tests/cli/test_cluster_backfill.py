"""`rota backfill --in-cluster`: a Job for each slot."""

import json
import os
import signal

import pytest

from rota.model.errors import ConfigError
from support.kubernetes_objects import ended
from support.manual_jobs import CRONJOB, cluster_of_cronjob, ends
from support.processes import Launcher

SLOTS = [f"2026-11-24T0{hour}:00:00Z" for hour in range(3)]
COMMAND = ("backfill", "cleanup", "--in-cluster", "-n", "shop", "--yes")
COMMAND += ("--from", SLOTS[0], "--to", SLOTS[2])
COMPLETE, FAILED = ("Complete", "CompletionsReached"), ("Failed", "PodFailurePolicy")


@pytest.fixture
def api(tmp_path, monkeypatch):
    monkeypatch.setenv("ROTA_STATE_PATH", str(tmp_path / "state.sqlite3"))
    with cluster_of_cronjob(tmp_path, monkeypatch) as served:
        yield served


def slots_of(api):
    containers = [job["spec"]["template"]["spec"]["containers"][0] for job in api.created]
    assert {tuple(each["args"][:3]) for each in containers} == {("run", "cleanup", "--slot")}
    return [each["args"][3] for each in containers]


def test_each_slot_has_a_job_one_after_another(rota, api):
    ends(api, ended(0), COMPLETE)

    result = rota(*COMMAND, "--json")

    assert result.exit_code == 0
    assert slots_of(api) == SLOTS
    runs = json.loads(result.stdout)["runs"]
    assert [(run["slot"], run["trigger"], run["state"]) for run in runs] == [
        (slot, "backfill", "succeeded") for slot in SLOTS
    ]
    assert "run.finished" in result.stderr


def test_a_failure_ends_it_and_the_same_command_goes_on_there(rota, api):
    ends(api, ended(3), FAILED)
    first = rota(*COMMAND)
    ends(api, ended(0), COMPLETE)
    second = rota(*COMMAND)
    third = rota(*COMMAND)

    assert [each.exit_code for each in (first, second, third)] == [3, 0, 0]
    assert slots_of(api) == [SLOTS[0], *SLOTS]
    assert first.stderr.splitlines()[-1] == (
        f"rota: 3 slots: 1 failed; go on with: rota backfill cleanup --from {SLOTS[0]} "
        f"--to {SLOTS[2]} --in-cluster --namespace shop"
    )
    assert "There is nothing to run." in third.stdout


def test_what_was_done_in_another_cluster_is_not_done_here(rota, api):
    ends(api, ended(0), COMPLETE)
    rota(*COMMAND)
    metadata = {**CRONJOB["metadata"], "uid": "that-of-another-cluster"}
    api.objects["shop"] = [{**CRONJOB, "metadata": metadata}]
    api.created.clear()

    rota(*COMMAND)

    assert slots_of(api) == SLOTS


def test_it_goes_on_beyond_a_failure_where_asked_to(rota, api):
    ends(api, ended(3), FAILED)

    result = rota(*COMMAND, "--keep-going", "--newest-first")

    assert result.exit_code == 3
    assert slots_of(api) == SLOTS[::-1]


def test_what_cannot_be_remembered_is_told_once_and_run_all_the_same(rota, api, monkeypatch):
    def refuse(*_):
        raise ConfigError("the disk is full")

    monkeypatch.setattr("rota.ledger.backfill_log.BackfillLog.note", refuse)
    ends(api, ended(0), COMPLETE)

    result = rota(*COMMAND)

    assert result.exit_code == 0
    assert slots_of(api) == SLOTS
    assert result.stderr.count("the disk is full: the same command would run these slots") == 1


def test_a_stop_leaves_the_job_running_and_says_how_to_follow_it_and_to_go_on(api, tmp_path):
    launcher = Launcher(tmp_path)
    process = launcher.start(*COMMAND, KUBECONFIG=os.environ["KUBECONFIG"])
    process.until("was made for the slot")

    exit_code, _ = process.end_after(signal.SIGTERM)
    launcher.close()

    assert exit_code == 143
    [job] = api.created
    *_, follow, go_on = process.stderr.splitlines()
    assert f"the Job goes on; follow it with: rota logs {job['metadata']['name']} " in follow
    assert f"3 slots: none ended; go on with: rota backfill cleanup --from {SLOTS[0]} " in go_on


@pytest.mark.parametrize(
    "spec", [{"schedule": "@every 420s"}, {"timeZone": None}], ids=["every", "no-zone"]
)
def test_slots_that_only_the_cluster_knows_are_refused(rota, api, spec):
    api.objects["shop"] = [{**CRONJOB, "spec": {**CRONJOB["spec"], **spec}}]

    result = rota(*COMMAND)

    assert result.exit_code == 2
    assert "its slots are known to the cluster alone" in result.stderr
    assert api.created == []


@pytest.mark.parametrize("option", ["--namespace", "--context", "--instance"])
def test_what_names_a_place_in_a_cluster_needs_the_cluster(rota, api, option):
    result = rota("backfill", "cleanup", "--from", SLOTS[0], option, "shop")

    assert result.exit_code == 2
    assert f"{option} requires --in-cluster" in result.stderr
