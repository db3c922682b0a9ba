"""The scheduler as a Deployment of one replica."""

from collections.abc import Sequence
from typing import Any

from rota.kubernetes.manifests.config_map import SETTINGS_KEY
from rota.kubernetes.manifests.installation import Installation
from rota.kubernetes.manifests.naming import release_name
from rota.kubernetes.manifests.pod import FILES_FOLDER, pod_template, resources
from rota.settings import settings_text

SCHEDULER_COMPONENT = "scheduler"
STATE_VOLUME = "state"
HEALTH_PORT = 8080

_KEPT_REVISIONS = 3
_STATE_FOLDER = "/var/lib/rota"


def scheduler_deployment(installation: Installation, *, only: Sequence[str] = ()) -> dict[str, Any]:
    """Return the Deployment; `only` are its tasks, if they are not all tasks of the settings."""
    selector = installation.selector_labels(SCHEDULER_COMPONENT)
    container = {
        "args": ["scheduler"],
        "env": _env(only),
        "ports": [{"name": "health", "containerPort": HEALTH_PORT}],
        **_probes(),
        "resources": resources(memory_request="96Mi", ephemeral_storage_limit="128Mi"),
        "volumeMounts": [{"name": STATE_VOLUME, "mountPath": _STATE_FOLDER}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": f"{release_name(installation.release)}-scheduler",
            "labels": installation.labels(SCHEDULER_COMPONENT),
        },
        "spec": {
            "replicas": 1,
            # During a rolling update there would be two schedulers.
            "strategy": {"type": "Recreate"},
            "revisionHistoryLimit": _KEPT_REVISIONS,
            "selector": {"matchLabels": selector},
            "template": pod_template(
                installation,
                metadata={"labels": selector},
                container=container,
                files=[{"configMap": {"name": release_name(installation.release)}}],
                volumes=[{"name": STATE_VOLUME, "emptyDir": {"sizeLimit": "64Mi"}}],
            ),
        },
    }


def _env(only: Sequence[str]) -> list[dict[str, str]]:
    own = {
        "ROTA_HEALTH_ADDRESS": f"0.0.0.0:{HEALTH_PORT}",
        "ROTA_STATE_PATH": f"{_STATE_FOLDER}/state.sqlite3",
    }
    if only:
        own["ROTA_ONLY"] = ",".join(only)
    return [
        {"name": "ROTA_SETTINGS", "value": settings_text(own)},
        {"name": "ROTA_SETTINGS_FILE", "value": f"{FILES_FOLDER}/{SETTINGS_KEY}"},
    ]


def _probes() -> dict[str, Any]:
    alive, ready = (
        {"httpGet": {"path": path, "port": "health"}, "timeoutSeconds": 5}
        for path in ("/livez", "/readyz")
    )
    return {
        "livenessProbe": {**alive, "periodSeconds": 10, "failureThreshold": 3},
        "readinessProbe": {**ready, "periodSeconds": 10},
        "startupProbe": {**alive, "periodSeconds": 2, "failureThreshold": 30},
    }
