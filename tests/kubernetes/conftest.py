import pytest

from support.kubernetes_api import cluster_of_kubeconfig


@pytest.fixture
def api(tmp_path, monkeypatch):
    """A Kubernetes API that the kubeconfig of this test leads to."""
    with cluster_of_kubeconfig(tmp_path, monkeypatch) as served:
        yield served
