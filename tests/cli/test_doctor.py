import json
import re

import pytest

from support.kubernetes_api import kubernetes_api

CANARY = "c4n4ry-7f3d9e"


@pytest.fixture
def healthy(monkeypatch, tmp_path):
    """An API that answers, a ledger that can be made, no cluster, and a token."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with kubernetes_api() as api:
        yield {
            "BUSINESS_API_URL": api.url,
            "ROTA_STATE_PATH": str(tmp_path / "state.sqlite3"),
            "ROTA_API_TOKEN": CANARY,
        }


def test_each_finding_is_a_line_and_all_well_exits_with_0(rota, healthy):
    ended = rota("doctor", **healthy)

    assert ended.exit_code == 0, ended
    rows = [re.split(" {2,}", line) for line in ended.stdout.splitlines()]
    assert {row[0] for row in rows} == {"ok"}
    assert [row[1] for row in rows] == [
        "settings",
        "tasks",
        "time zones",
        "ledger",
        "Business API",
        "clock",
    ]
    assert CANARY not in ended.stdout


def test_who_names_a_namespace_is_told_that_there_is_no_cluster(rota, healthy):
    ended = rota("doctor", "-n", "shop", **healthy)

    assert ended.exit_code == 0
    assert "there is no kubeconfig: " in ended.stdout.splitlines()[-1]


def test_a_failure_exits_with_1_and_the_rest_is_looked_at_all_the_same(rota, healthy):
    broken = {"BUSINESS_API_URL": "http://127.0.0.1:9", "ROTA_TASKS": "nowhere:Nothing"}

    ended = rota("doctor", "--json", **(healthy | broken))

    assert ended.exit_code == 1
    answer = json.loads(ended.stdout)
    assert answer["health"] == "fail"
    assert [each["subject"] for each in answer["findings"] if each["health"] == "fail"] == [
        "tasks",
        "Business API",
    ]
    assert CANARY not in ended.stdout


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        pytest.param({"ROTA_API_CLIENT": "nowhere:Client"}, "ROTA_API_CLIENT", id="client"),
        pytest.param({"ROTA_OBSERVERS": "nowhere:hear"}, "ROTA_OBSERVERS", id="observer"),
        pytest.param(
            {"ROTA_API_TOKEN": None, "ROTA_API_TOKEN_FILE": "/nowhere/token"},
            "token file /nowhere/token",
            id="file",
        ),
    ],
)
def test_what_no_process_could_start_with_fails_once(rota, healthy, variables, message):
    given = {name: value for name, value in (healthy | variables).items() if value is not None}

    ended = rota("doctor", **given)

    assert ended.exit_code == 1
    [line] = [line for line in ended.stdout.splitlines() if line.startswith("fail  settings")] or [
        line for line in ended.stdout.splitlines() if line.startswith("fail  files")
    ]
    assert message in line
    assert ended.stdout.count(message) <= 2


def test_a_warning_exits_with_0(rota, healthy):
    ended = rota("doctor", **(healthy | {"ROTA_STATE_PATH": "off"}))

    assert ended.exit_code == 0
    assert "warn  ledger        ROTA_STATE_PATH is off" in ended.stdout


def test_broken_settings_exit_with_2(rota, healthy):
    ended = rota("doctor", **(healthy | {"ROTA_GRACE_SECONDS": "soon"}))

    assert ended.exit_code == 2
    assert "ROTA_GRACE_SECONDS" in ended.stderr
