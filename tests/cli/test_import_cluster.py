import json

import pytest

from rota.importing.stubs import written_schedules
from support.kubernetes_api import cluster_of_kubeconfig, write_kubeconfig

FROM = ("--from", "2026-11-26T00:00:00Z")


def cronjob(name, *, namespace, schedule="0 3 * * *", **labels):
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    spec = {"schedule": schedule, "timeZone": "Etc/UTC"}
    return {"kind": "CronJob", "metadata": metadata, "spec": spec}


@pytest.fixture
def api(rota, tmp_path, monkeypatch):
    """The cluster of this test's kubeconfig: two namespaces, with a CronJob of the same name."""
    assert rota  # which clears the environment
    with cluster_of_kubeconfig(tmp_path, monkeypatch) as served:
        served.add("shop", cronjob("report", namespace="shop", team="a"))
        served.add("lab", cronjob("report", namespace="lab", schedule="0 4 * * *", team="b"))
        yield served


def imported(ended):
    return [(job["where"], job["task"]) for job in json.loads(ended.stdout)["jobs"]]


def test_cronjobs_of_a_namespace_are_read_and_verified(rota, api):
    ended = rota("import", "cronjobs", "--namespace", "shop", "--verify", *FROM)

    assert ended.exit_code == 0, ended.stderr
    assert "400 instants are equal" in ended.stderr
    assert written_schedules(ended.stdout) == {"report": ("0 3 * * *", "Etc/UTC")}
    assert [path for path, *_ in api.requests] == ["/apis/batch/v1/namespaces/shop/cronjobs"]


def test_those_of_all_namespaces_get_names_of_their_own(rota, api):
    ended = rota("import", "cronjobs", "-A", "--json")

    assert imported(ended) == [
        ("CronJob shop/report", "report"),
        ("CronJob lab/report", "report-2"),
    ]
    assert [path for path, *_ in api.requests] == ["/apis/batch/v1/cronjobs"]


@pytest.mark.parametrize("scope", [("--all-namespaces",), ("-n", "lab")])
def test_a_selector_chooses_some(rota, api, scope):
    ended = rota("import", "cronjobs", *scope, "-l", "team=b", "--json")

    assert imported(ended) == [("CronJob lab/report", "report")]
    assert [query["labelSelector"] for _, query, _ in api.requests] == ["team=b"]


def test_every_page_is_read(rota, api):
    api.add("shop", *(cronjob(f"job-{number}", namespace="shop") for number in range(4)))
    api.page_objects = 2
    ended = rota("import", "cronjobs", "-n", "shop", "--json")

    assert len(imported(ended)) == 5


@pytest.mark.parametrize(("stated", "asked"), [("team-a", "team-a"), (None, "default")])
def test_without_options_it_is_the_contexts_namespace(rota, api, tmp_path, stated, asked):
    if stated:
        path = tmp_path / "kubeconfig"
        path.write_text(
            path.read_text().replace("cluster: lab\n", f"cluster: lab\n    namespace: {stated}\n")
        )
    ended = rota("import", "cronjobs")

    assert ended.exit_code == 0, ended.stderr
    assert "no jobs were found" in ended.stderr
    assert [path for path, *_ in api.requests] == [f"/apis/batch/v1/namespaces/{asked}/cronjobs"]


@pytest.mark.parametrize(
    ("refusal", "advice"),
    [
        pytest.param((401, "Unauthorized"), "may have expired: log in again", id="expired"),
        pytest.param(
            (403, 'cronjobs.batch is forbidden: User "me" cannot list resource "cronjobs"'),
            "the right to list cronjobs.batch; with --namespace",
            id="forbidden",
        ),
        pytest.param((500, "etcd is ill"), "500 etcd is ill\n", id="ill"),
    ],
)
def test_a_refusal_says_what_to_do(rota, api, tmp_path, refusal, advice):
    status, message = refusal
    api.replies = [(status, {"kind": "Status", "message": message, "code": status})]
    module = tmp_path / "imported.py"
    ended = rota("import", "cronjobs", "-A", "--output", str(module))

    assert ended.exit_code == 2
    assert f"the API server refuses: {status} {message}" in ended.stderr
    assert advice in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "canary" not in ended.stderr
    assert not module.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--context", "nowhere"], "http://127.0.0.1:1 cannot be reached: Connection refused"),
        (["--context", "mars"], "no usable cluster for context 'mars'"),
        (["--namespace", "Shop/x"], "--namespace 'Shop/x' is not the name of a namespace"),
        (["-n", "shop", "-A"], "--namespace and --all-namespaces: choose one of them"),
        (["-", "-A", "-l", "a=b"], "--all-namespaces, --selector: these are for a cluster"),
        (["x.yaml", "--context", "lab", "-n", "shop"], "--namespace, --context: these are for"),
    ],
    ids=["unreachable", "no-context", "no-namespace", "both-scopes", "stdin-too", "file-too"],
)
def test_a_cluster_that_cannot_be_read_is_told_in_a_line(rota, api, options, told):
    ended = rota("import", "cronjobs", *options)

    assert ended.exit_code == 2
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert api.requests == []


def test_without_a_kubeconfig_a_file_is_proposed(rota, tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    ended = rota("import", "cronjobs")

    assert ended.exit_code == 2
    assert "no usable cluster for the current context" in ended.stderr
    assert "kubectl get cronjobs -o yaml | rota import cronjobs - works without" in ended.stderr


def test_an_answer_that_is_not_of_kubernetes_is_refused(rota, api, tmp_path):
    write_kubeconfig(tmp_path / "kubeconfig", api.url)
    api.replies = [(200, b"<html>")]
    ended = rota("import", "cronjobs", "-A")

    assert ended.exit_code == 2
    assert "is not the Kubernetes API" in ended.stderr
    assert "--context chooses another cluster" in ended.stderr
