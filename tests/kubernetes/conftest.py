import pytest

from support.kubernetes_api import kubernetes_api, write_kubeconfig


@pytest.fixture
def api(tmp_path, monkeypatch):
    """A Kubernetes API that the kubeconfig of this test leads to."""
    path = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with kubernetes_api() as served:
        write_kubeconfig(path, served.url)
        yield served
