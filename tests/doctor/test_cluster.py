import json

import pytest

from rota.doctor.cluster import examine_cluster, has_cluster
from rota.doctor.finding import Health
from support.kubernetes_api import cluster_of_kubeconfig

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@pytest.fixture
def api(tmp_path, monkeypatch):
    with cluster_of_kubeconfig(tmp_path, monkeypatch) as served:
        yield served


def allow(api, is_allowed):
    """Answer reviews of access by what `is_allowed` says of verb and resource."""
    asked = []

    def create(target, headers, body):
        attributes = json.loads(body)["spec"]["resourceAttributes"]
        asked.append(attributes)
        allowed = is_allowed(attributes)
        return 201, {"status": {"allowed": allowed}}

    api.create = create
    return asked


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A home without a kubeconfig."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


async def test_without_a_kubeconfig_there_is_nothing_to_say(nowhere):
    assert not has_cluster()
    assert await examine_cluster(None, None) == []


async def test_who_asks_for_a_cluster_is_told_that_there_is_no_kubeconfig(nowhere, tmp_path):
    [finding] = await examine_cluster(None, "shop", asked=True)

    assert (finding.health, finding.subject) == (Health.WARN, "cluster")
    assert finding.text == (
        f"there is no kubeconfig: {tmp_path}/.kube/config, which is not there; set KUBECONFIG to "
        "the file of your cluster"
    )


async def test_a_kubeconfig_that_is_named_and_not_there_is_told(nowhere, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "/nowhere/a:/nowhere/b")

    [finding] = await examine_cluster(None, None)

    assert finding.text.startswith("KUBECONFIG names /nowhere/a, /nowhere/b, which is not there")


async def test_a_kubeconfig_of_separators_alone_names_none(nowhere, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "::")

    assert await examine_cluster(None, None) == []


async def test_a_pod_without_a_token_has_no_cluster(nowhere, monkeypatch, tmp_path):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setattr("rota.doctor.cluster._SERVICE_ACCOUNT_TOKEN", tmp_path / "token")

    assert await examine_cluster(None, None) == []


async def test_rights_are_told_by_what_needs_them(api):
    asked = allow(api, lambda right: right["verb"] != "create")

    findings = await examine_cluster(None, "shop")

    assert {each["namespace"] for each in asked} == {"shop"}
    missing = [each.text for each in findings if each.health is Health.WARN]
    assert missing == [
        (
            "this user may not create jobs in namespace 'shop', which rota trigger needs: bind a "
            "Role with it"
        )
    ]
    assert len(findings) == 4


async def test_a_log_is_a_subresource_and_each_right_is_asked_for_once(api):
    asked = allow(api, lambda _: True)

    assert {each.health for each in await examine_cluster(None, "shop")} == {Health.OK}
    logs = [each for each in asked if each["subresource"]]
    assert [(each["verb"], each["resource"], each["subresource"]) for each in logs] == [
        ("get", "pods", "log")
    ]
    assert len(asked) == len({tuple(each.items()) for each in asked})


async def test_an_api_server_that_refuses_or_is_not_there_is_told(api):
    api.replies = [(403, {"message": "no"})]
    [refused] = await examine_cluster(None, None)
    [unreachable] = await examine_cluster("nowhere", None)

    assert (refused.health, unreachable.health) == (Health.WARN, Health.WARN)
    assert refused.text == "the API server refuses: 403 no"
    assert "cannot be reached" in unreachable.text
