"""Where kubectl looks for the cluster: files, of which an earlier one wins."""

import os
from pathlib import Path


def kubeconfig_paths() -> list[Path]:
    """Return the files of KUBECONFIG, separated as in PATH; without it `~/.kube/config`."""
    named = [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return [Path(part).expanduser() for part in named or ("~/.kube/config",)]


def is_in_cluster() -> bool:
    """Whether this is a container of a pod that may find its API server."""
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST"))
