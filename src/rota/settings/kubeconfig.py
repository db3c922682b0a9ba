"""Where kubectl looks for the cluster: files, of which an earlier one wins."""

import os
from pathlib import Path


def kubeconfig_paths() -> list[Path]:
    """Return the files of KUBECONFIG, separated as in PATH; without it `~/.kube/config`."""
    return [Path(part).expanduser() for part in _named() or ("~/.kube/config",)]


def is_kubeconfig_named() -> bool:
    """Whether KUBECONFIG names a file."""
    return bool(_named())


def is_in_cluster() -> bool:
    """Whether this is a container of a pod that may find its API server."""
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST"))


def _named() -> list[str]:
    return [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
