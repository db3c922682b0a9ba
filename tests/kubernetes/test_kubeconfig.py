import json

import pytest
import yaml

from rota.kubernetes.kubeconfig import load_configuration
from rota.model.errors import UsageError


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write kubeconfigs, each in a folder of its own, and name them all in KUBECONFIG."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    def write_all(*contents):
        paths = []
        for number, content in enumerate(contents):
            folder = tmp_path / str(number)
            folder.mkdir()
            paths.append(folder / "config")
            if content is not None:
                paths[-1].write_text(yaml.safe_dump(content))
        monkeypatch.setenv("KUBECONFIG", ":".join(map(str, paths)))
        return paths

    return write_all


def config(context="lab", server="https://lab:6443", user=None, **cluster):
    return {
        "current-context": context,
        "clusters": [{"name": context, "cluster": {"server": server, **cluster}}],
        "users": [{"name": "me", "user": user or {"token": "canary"}}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": "me"}}],
    }


def test_the_current_context_is_that_of_the_first_file_that_has_one(write):
    write({**config("a", "https://a"), "current-context": ""}, config("b", "https://b"))

    assert load_configuration().cluster.server == "https://b"
    assert load_configuration("a").cluster.server == "https://a"


def test_of_two_entries_with_one_name_the_first_files_counts(write):
    write(config(server="https://first"), config(server="https://second"))

    assert load_configuration().cluster.server == "https://first"


def test_files_that_are_not_there_are_skipped(write):
    write(None, config())

    assert load_configuration().cluster.server == "https://lab:6443"


def test_paths_are_relative_to_the_file_that_names_them(write):
    user = {"tokenFile": "token", "exec": {"command": "./bin/login"}}
    _, second = write({}, config(user=user, **{"certificate-authority": "ca.crt"}))

    found = load_configuration()

    assert found.cluster.certificate_auth == str(second.parent / "ca.crt")
    assert found.user.token_file == str(second.parent / "token")
    assert found.user.exec.command == str(second.parent / "bin/login")


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_plugin_for_credentials_gets_the_version_it_was_made_for(write, version):
    version = f"client.authentication.k8s.io/{version}"
    plugin = {"apiVersion": version, "command": "login", "env": [{"name": "A", "value": "b"}]}
    write(config(user={"exec": plugin}))

    found = load_configuration().user.exec

    env = {each.name: each.value for each in found.env}
    assert json.loads(env["KUBERNETES_EXEC_INFO"])["apiVersion"] == version
    assert env["A"] == "b"
    assert found.command == "login"
    # The newest that lightkube lets pass.
    assert found.apiVersion == "client.authentication.k8s.io/v1beta1"


def test_a_context_without_a_user_is_nobody(write):
    anonymous = config()
    del anonymous["contexts"][0]["context"]["user"]
    write(anonymous)

    assert load_configuration().user.token is None


def test_a_user_that_is_not_there_is_named(write):
    write({**config(), "users": []})

    with pytest.raises(UsageError, match="current context: 'me' is missing"):
        load_configuration()


def test_in_a_pod_without_a_kubeconfig_it_is_the_service_account_or_an_error(write, monkeypatch):
    write(None)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")

    with pytest.raises(UsageError, match=r"/var/run/secrets/kubernetes\.io/serviceaccount"):
        load_configuration()
