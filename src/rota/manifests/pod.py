"""The pod template of everything that runs rota; within Pod Security `restricted`."""

from collections.abc import Mapping, Sequence
from typing import Any

from rota.manifests.installation import Installation
from rota.manifests.naming import release_name
from rota.manifests.policy import CONTAINER_NAME

_TEMPORARY_SIZE = "16Mi"
_NOT_ROOT_GROUP = 65_532  # of the image's user


def pod_template(
    installation: Installation,
    *,
    metadata: Mapping[str, Any],
    container: Mapping[str, Any],
    volumes: Sequence[Mapping[str, Any]] = (),
    restart_policy: str | None = None,
) -> dict[str, Any]:
    """Return a pod template with one container; `container` has what differs, such as `args`.

    Its `volumeMounts` and `volumes` come before those of every pod.
    """
    name = release_name(installation.release)
    mounts = [*container.get("volumeMounts", []), {"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108 (an emptyDir, since the root is read-only)
    spec: dict[str, Any] = {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        # A Service called rota would put ROTA_PORT and the like into the environment.
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": installation.termination_grace_seconds,
        "securityContext": {
            "runAsNonRoot": True,
            "fsGroup": _NOT_ROOT_GROUP,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": CONTAINER_NAME,
                "image": installation.image,
                "imagePullPolicy": "IfNotPresent",
                "envFrom": [{"configMapRef": {"name": name}}],
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "terminationMessagePolicy": "FallbackToLogsOnError",
                **container,
                "volumeMounts": mounts,
            }
        ],
        "volumes": [*volumes, {"name": "tmp", "emptyDir": {"sizeLimit": _TEMPORARY_SIZE}}],
    }
    if restart_policy is not None:
        spec["restartPolicy"] = restart_policy
    return {"metadata": dict(metadata), "spec": spec}


def resources(*, memory_request: str, ephemeral_storage_limit: str) -> dict[str, Any]:
    """Return a container's resources; no CPU limit, since throttling makes runs late."""
    return {
        "requests": {"cpu": "20m", "memory": memory_request},
        "limits": {"memory": "256Mi", "ephemeral-storage": ephemeral_storage_limit},
    }
