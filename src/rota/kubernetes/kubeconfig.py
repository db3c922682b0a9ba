"""Which API server to talk to, as whom: from the kubeconfig, or from the pod's service account.

lightkube reads one file and knows the older versions of the protocol of exec plugins; what kubectl
does beyond that is done to the text before lightkube gets it.
"""

import json
from pathlib import Path
from typing import Any

import yaml
from lightkube.config.kubeconfig import KubeConfig, SingleConfig
from lightkube.config.models import User

from rota.model.errors import UsageError
from rota.settings.kubeconfig import is_in_cluster, kubeconfig_paths

_LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}
_PATHS = {
    "cluster": ("certificate-authority",),
    "user": ("client-certificate", "client-key", "tokenFile"),
}
_EXEC_VERSION = "client.authentication.k8s.io/v1"
_EXEC_VERSION_OF_LIGHTKUBE = "client.authentication.k8s.io/v1beta1"


def load_configuration(context: str | None = None) -> SingleConfig:
    """Return the cluster and the user of a context of the kubeconfig (None: its current one).

    In a pod without a kubeconfig they are those of its service account. UsageError where there is
    no usable cluster.
    """
    paths = kubeconfig_paths()
    try:
        if context is None and is_in_cluster() and not any(path.exists() for path in paths):
            config = KubeConfig.from_service_account().get()
        else:
            config = KubeConfig.from_dict(_merged(paths)).get(context)
    except Exception as error:
        # The library lets pass whatever it meets in the file: YAML's errors, KeyError, OSError.
        where = f"context {context!r}" if context else "the current context"
        raise UsageError(
            f"the kubeconfig has no usable cluster for {where}: {_sentence(error)}"
        ) from error
    if config is None:  # pragma: no cover (only where a default is given)
        raise UsageError("the kubeconfig has no current context")
    # Without a user lightkube gives up; an API server may let anybody read.
    return config if config.user else config._replace(user=User())


def _sentence(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return " ".join(str(error).split()) or type(error).__name__


def _merged(paths: list[Path]) -> dict[str, Any]:
    """Return one kubeconfig of several files, as kubectl does: what comes first wins.

    Files that are not there are skipped, unless none is. Paths in a file are relative to it.
    """
    found = [path for path in paths if path.exists()]
    if not found:
        raise FileNotFoundError(f"there is no {' and no '.join(map(str, paths))}")
    merged: dict[str, Any] = {name: [] for name in _LISTS}
    for path in found:
        content = yaml.safe_load(path.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError(f"{path} is not a mapping")  # noqa: TRY004 (the file's value, not a type)
        if content.get("current-context"):
            merged.setdefault("current-context", content["current-context"])
        for plural, kind in _LISTS.items():
            known = {entry["name"] for entry in merged[plural]}
            for entry in content.get(plural) or []:
                if entry["name"] not in known:
                    resolved = _with_absolute_paths(kind, entry[kind] or {}, path.absolute().parent)
                    merged[plural].append({"name": entry["name"], kind: resolved})
    return merged


def _with_absolute_paths(kind: str, fields: dict[str, Any], folder: Path) -> dict[str, Any]:
    paths = {key: str(folder / fields[key]) for key in _PATHS.get(kind, ()) if fields.get(key)}
    resolved = {**fields, **paths}
    if kind == "user" and fields.get("exec"):
        resolved["exec"] = _exec_plugin(fields["exec"], folder)
    return resolved


def _exec_plugin(plugin: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a plugin in the version that lightkube knows, given the version that it was made for.

    The token is in the same place in the answers of both.
    """
    version = plugin.get("apiVersion", _EXEC_VERSION)
    info = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
    env = [{"name": "KUBERNETES_EXEC_INFO", "value": json.dumps(info)}, *(plugin.get("env") or [])]
    command = str(plugin["command"])
    return {
        **plugin,
        "apiVersion": _EXEC_VERSION_OF_LIGHTKUBE if version == _EXEC_VERSION else version,
        "env": env,
        # As kubectl: a path is relative to the file, a bare name is looked for in PATH.
        "command": str(folder / command) if "/" in command else command,
    }
