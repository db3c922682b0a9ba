import json

import pytest
import yaml

from rota.cli import run_command_line
from rota.kubernetes.manifests.kustomize import kustomize_files
from rota.settings import load_settings
from rota.tasks.discovery import discover
from support.environment import clear_environment
from support.kubernetes_api import kubernetes_api, write_kubeconfig
from support.kustomize import unbuilt


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    yield
    load_settings.cache_clear()


@pytest.fixture
def manifests():
    """The reference tasks as CronJobs, with their ConfigMap."""
    settings = load_settings()
    objects = unbuilt(kustomize_files(discover(settings), settings), "cronjobs")
    return sorted(objects, key=lambda each: each["kind"] != "CronJob")


def written(tmp_path, objects):
    path = tmp_path / "rendered.yaml"
    path.write_text(yaml.safe_dump_all(objects))
    return path


def test_manifests_of_the_same_tasks_are_the_same(manifests, tmp_path, capsys):
    assert run_command_line(["diff", "--file", str(written(tmp_path, manifests))]) == 0
    assert capsys.readouterr().out == "no differences: 2 tasks\n"


def test_differences_are_a_table_and_exit_with_1(manifests, tmp_path, capsys):
    manifests[0]["spec"]["schedule"] = "7 * * * *"
    manifests[1]["spec"]["suspend"] = True

    assert run_command_line(["diff", "--file", str(written(tmp_path, manifests))]) == 1

    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert [[cell.strip() for cell in row if cell.strip()] for row in rows] == [
        ["TASK", "DIFFERENCE", "HERE", "DEPLOYED", "WHERE"],
        [
            "cleanup",
            "schedule",
            "0 * * * * (Etc/UTC)",
            "7 * * * * (Etc/UTC)",
            "CronJob rota-cleanup",
        ],
        ["notifications", "suspended", "active", "suspended", "CronJob rota-notifications"],
    ]


def test_json_says_the_same(manifests, tmp_path, capsys):
    path = written(tmp_path, manifests[1:])

    assert run_command_line(["diff", "--json", "--file", str(path)]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "same": False,
        "differences": [
            {
                "task": "cleanup",
                "kind": "missing",
                "registry": "0 * * * * (Etc/UTC)",
                "deployed": None,
                "where": None,
            }
        ],
    }


def test_manifests_are_read_from_stdin(manifests, monkeypatch, capsys, tmp_path):
    with written(tmp_path, manifests).open() as stream:
        monkeypatch.setattr("sys.stdin", stream)

        assert run_command_line(["diff", "--file", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"same": True, "differences": []}


def test_only_the_tasks_that_run_here_are_compared(manifests, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("ROTA_ONLY", "cleanup")
    load_settings.cache_clear()

    assert run_command_line(["diff", "--file", str(written(tmp_path, manifests))]) == 1
    assert "notifications  extra" in capsys.readouterr().out


def test_a_namespace_of_a_cluster_is_compared(manifests, monkeypatch, tmp_path, capsys):
    path = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(path))
    other = yaml.safe_load(yaml.safe_dump(manifests[0]))
    other["metadata"]["labels"]["app.kubernetes.io/instance"] = "other"
    selector = "app.kubernetes.io/instance=rota"
    with kubernetes_api() as api:
        write_kubeconfig(path, api.url)
        api.add("shop", *manifests, other)

        assert run_command_line(["diff", "--namespace", "shop", "--selector", selector]) == 0
        assert run_command_line(["diff", "-n", "shop", "-l", selector]) == 0
        assert run_command_line(["diff", "--namespace", "shop", "--context", "lab"]) == 1
        assert run_command_line(["diff", "--namespace", "shop", "--context", "nowhere"]) == 2

    captured = capsys.readouterr()
    assert "cleanup  twice" in captured.out
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("rota: error: the API server at http://127.0.0.1:1 cannot be")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "either --file FILE or --namespace NAMESPACE", id="neither"),
        pytest.param(["--file", "x", "--namespace", "y"], "choose what to compare with", id="both"),
        pytest.param(["--file", "x", "--context", "y"], "require --namespace", id="context"),
        pytest.param(["--file", "x", "--selector", "y"], "require --namespace", id="selector"),
        pytest.param(["--file", "gone.yaml"], "gone.yaml: No such file or directory", id="gone"),
        pytest.param(["--file", "."], "--file .: Is a directory", id="folder"),
        pytest.param(["--file", "latin.yaml"], "--file latin.yaml: not UTF-8", id="not-utf-8"),
        pytest.param(["--file", "text.yaml"], "object, but a str; give it", id="no-object"),
    ],
)
def test_what_cannot_be_compared_exits_with_2(arguments, message, tmp_path, capsys):
    (tmp_path / "latin.yaml").write_bytes(b"key: \xff")
    (tmp_path / "text.yaml").write_text("run --password hunter2")

    assert run_command_line(["diff", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "hunter2" not in said
