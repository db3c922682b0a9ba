"""The pod template of everything that runs rota; within Pod Security `restricted`."""

from collections.abc import Mapping, Sequence
from typing import Any

from rota.kubernetes.manifests.installation import Installation
from rota.kubernetes.manifests.naming import release_name
from rota.kubernetes.manifests.pod_failure_policy import CONTAINER_NAME

FILES_FOLDER = "/etc/rota"
_FILES_MODE = 0o444
_TEMPORARY_SIZE = "16Mi"
_NOT_ROOT_GROUP = 65_532  # of the image's user


def pod_template(
    installation: Installation,
    *,
    metadata: Mapping[str, Any],
    container: Mapping[str, Any],
    files: Sequence[Mapping[str, Any]] = (),
    volumes: Sequence[Mapping[str, Any]] = (),
    restart_policy: str | None = None,
    api_account: str | None = None,
) -> dict[str, Any]:
    """Return a pod template with one container; `container` has what differs, such as `args`.

    Its `volumeMounts` and `volumes` come after those of every pod. `files` are more sources of the
    volume with files. `api_account` is a ServiceAccount of its own, whose token the pod has.
    """
    name = release_name(installation.release)
    mounts = [
        {"name": "rota", "mountPath": FILES_FOLDER, "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 (an emptyDir, since the root is read-only)
        *container.get("volumeMounts", []),
    ]
    spec: dict[str, Any] = {
        "serviceAccountName": api_account or name,
        "automountServiceAccountToken": api_account is not None,
        # A Service called rota would add ROTA_PORT and others to the environment.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": installation.termination_grace_seconds,
        "securityContext": _pod_security(),
        "containers": [
            {
                "name": CONTAINER_NAME,
                "image": installation.image,
                "imagePullPolicy": "IfNotPresent",
                "envFrom": [{"configMapRef": {"name": environment_name(installation)}}],
                "securityContext": _container_security(),
                "terminationMessagePolicy": "FallbackToLogsOnError",
                **container,
                "env": [*container["env"], field_variable("ROTA_NAMESPACE", "metadata.namespace")],
                "volumeMounts": mounts,
            }
        ],
        "volumes": [
            {"name": "rota", "projected": _projection(files)},
            {"name": "tmp", "emptyDir": {"sizeLimit": _TEMPORARY_SIZE}},
            *volumes,
        ],
    }
    if restart_policy is not None:
        spec["restartPolicy"] = restart_policy
    return {"metadata": dict(metadata), "spec": spec}


def environment_name(installation: Installation) -> str:
    """Return the name of the ConfigMap whose keys an overlay adds to every pod's environment."""
    return f"{release_name(installation.release)}-env"


def _pod_security() -> dict[str, Any]:
    return {
        "runAsNonRoot": True,
        "fsGroup": _NOT_ROOT_GROUP,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _container_security() -> dict[str, Any]:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def field_variable(name: str, path: str) -> dict[str, Any]:
    """Return an environment variable with the value of a field of the pod."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def _projection(files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    # One volume of one name, so that the next upgrade replaces what a failed one has left in it.
    # It always has a source, so that it always exists.
    namespace = {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}
    return {
        "defaultMode": _FILES_MODE,
        "sources": [{"downwardAPI": {"items": [namespace]}}, *files],
    }


def resources(*, memory_request: str, ephemeral_storage_limit: str) -> dict[str, Any]:
    """Return a container's resources; no CPU limit, since throttling makes runs late."""
    return {
        "requests": {"cpu": "20m", "memory": memory_request},
        "limits": {"memory": "256Mi", "ephemeral-storage": ephemeral_storage_limit},
    }
