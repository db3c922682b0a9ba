"""Deployments of one replica, that of the scheduler among them."""

from collections.abc import Sequence
from typing import Any

from rota.kubernetes.manifests.config_map import SETTINGS_KEY
from rota.kubernetes.manifests.installation import Installation
from rota.kubernetes.manifests.naming import release_name
from rota.kubernetes.manifests.pod import FILES_FOLDER, pod_template, resources
from rota.settings import settings_text

SCHEDULER_COMPONENT = "scheduler"
STATE_VOLUME = "state"
STATE_FOLDER = "/var/lib/rota"
WEB_PORT = 8081
HEALTH_PORT = 8080

_KEPT_REVISIONS = 3


def scheduler_deployment(installation: Installation, *, only: Sequence[str] = ()) -> dict[str, Any]:
    """Return the Deployment; `only` are its tasks, if they are not all tasks of the settings."""
    container = {
        "args": ["scheduler"],
        "env": _env(only),
        "ports": [{"name": "health", "containerPort": HEALTH_PORT}],
        **probes(),
        "resources": resources(memory_request="96Mi", ephemeral_storage_limit="128Mi"),
        "volumeMounts": [{"name": STATE_VOLUME, "mountPath": STATE_FOLDER}],
    }
    template = pod_template(
        installation,
        metadata={"labels": installation.selector_labels(SCHEDULER_COMPONENT)},
        container=container,
        files=[{"configMap": {"name": release_name(installation.release)}}],
        volumes=[{"name": STATE_VOLUME, "emptyDir": {"sizeLimit": "64Mi"}}],
    )
    return deployment(installation, SCHEDULER_COMPONENT, template)


def deployment(
    installation: Installation, component: str, template: dict[str, Any]
) -> dict[str, Any]:
    """Return the Deployment of a component that there must never be two of."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": f"{release_name(installation.release)}-{component}",
            "labels": installation.labels(component),
        },
        "spec": {
            "replicas": 1,
            # During a rolling update there would be two.
            "strategy": {"type": "Recreate"},
            "revisionHistoryLimit": _KEPT_REVISIONS,
            "selector": {"matchLabels": installation.selector_labels(component)},
            "template": template,
        },
    }


def _env(only: Sequence[str]) -> list[dict[str, str]]:
    own = {
        "ROTA_HEALTH_ADDRESS": f"0.0.0.0:{HEALTH_PORT}",
        "ROTA_STATE_PATH": f"{STATE_FOLDER}/state.sqlite3",
    }
    if only:
        own["ROTA_ONLY"] = ",".join(only)
    return [
        {"name": "ROTA_SETTINGS", "value": settings_text(own)},
        {"name": "ROTA_SETTINGS_FILE", "value": f"{FILES_FOLDER}/{SETTINGS_KEY}"},
    ]


def probes() -> dict[str, Any]:
    """Return the probes of the port `health`."""
    alive, ready = (
        {"httpGet": {"path": path, "port": "health"}, "timeoutSeconds": 5}
        for path in ("/livez", "/readyz")
    )
    return {
        "livenessProbe": {**alive, "periodSeconds": 10, "failureThreshold": 3},
        "readinessProbe": {**ready, "periodSeconds": 10},
        "startupProbe": {**alive, "periodSeconds": 2, "failureThreshold": 30},
    }
