import pytest

from support.kubernetes_api import kubernetes_api, write_kubeconfig


@pytest.fixture
def api(tmp_path, monkeypatch):
    """A Kubernetes API that the kubeconfig of this test leads to."""
    path = tmp_path / "kubeconfig"
    # The client library has read KUBECONFIG when it was imported.
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(path))
    with kubernetes_api() as served:
        write_kubeconfig(path, served.url)
        yield served
