"""The kustomize components that an overlay may add: access to the API, state, network, drains.

Each says what the chart says for the value of that name.
"""

from collections.abc import Mapping
from typing import Any

from rota.kubernetes.manifests.component import (
    POD_KINDS,
    Component,
    Patch,
    claim,
    claim_patch,
    pod_patch,
)
from rota.kubernetes.manifests.cronjob import TASK_COMPONENT
from rota.kubernetes.manifests.deployment import HEALTH_PORT, SCHEDULER_COMPONENT, WEB_PORT
from rota.kubernetes.manifests.installation import Installation
from rota.kubernetes.manifests.naming import release_name
from rota.kubernetes.manifests.pod_failure_policy import CONTAINER_NAME

_READABLE_BY_GROUP = 0o440  # a mounted file belongs to the group of the image's user
_STATE_SIZE = "64Mi"
# Separate volumes: patches merge volumes by name, but not the sources of one volume.
_API_FOLDER = "/etc/rota-api"


def optional_components(installation: Installation) -> list[Component]:
    """Return the components. In an overlay they come after what they patch."""
    return [
        _token(installation),
        _ca(installation),
        _client_certificate(installation),
        _state_claim(installation),
        _service(installation),
        _scheduler_pages(),
        _network_policy(installation),
        _pod_disruption_budget(installation),
    ]


def _token(installation: Installation) -> Component:
    secret = f"{release_name(installation.release)}-api-token"
    return Component(
        "token",
        [f"The bearer token of the Business API: key `token` of the Secret {secret}."],
        {},
        _mounted("token", _secret(secret, "token"), {"ROTA_API_TOKEN_FILE": "token"}),
    )


def _ca(installation: Installation) -> Component:
    bundle = f"{release_name(installation.release)}-api-ca"
    volume = {"configMap": {"name": bundle, "items": _items("ca.crt")}}
    return Component(
        "ca",
        [f"The CA of the Business API's certificate: key `ca.crt` of the ConfigMap {bundle}."],
        {},
        _mounted("ca", volume, {"ROTA_API_CA_FILE": "ca.crt"}),
    )


def _client_certificate(installation: Installation) -> Component:
    secret = f"{release_name(installation.release)}-api-client"
    files = {"ROTA_API_CLIENT_CERT_FILE": "tls.crt", "ROTA_API_CLIENT_KEY_FILE": "tls.key"}
    return Component(
        "client-certificate",
        [f"Mutual TLS: the Secret {secret}, of the type kubernetes.io/tls."],
        {},
        _mounted("client-certificate", _secret(secret, *files.values()), files),
    )


def _secret(name: str, *keys: str) -> dict[str, Any]:
    """Return the source of a volume."""
    return {
        "secret": {"secretName": name, "defaultMode": _READABLE_BY_GROUP, "items": _items(*keys)}
    }


def _items(*keys: str) -> list[dict[str, str]]:
    return [{"key": key, "path": key} for key in keys]


def _state_claim(installation: Installation) -> Component:
    name = f"{release_name(installation.release)}-state"
    metadata = {"name": name, "labels": installation.labels(SCHEDULER_COMPONENT)}
    return Component(
        "state-claim",
        ["Keeps the scheduler's last slots when its pod is replaced."],
        {"persistentvolumeclaim.yaml": claim(metadata, _STATE_SIZE)},
        [claim_patch(name, SCHEDULER_COMPONENT)],
    )


def _service(installation: Installation) -> Component:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _scheduler_metadata(installation),
        "spec": {
            "type": "ClusterIP",
            "selector": installation.selector_labels(SCHEDULER_COMPONENT),
            "ports": [{"name": "health", "port": HEALTH_PORT, "targetPort": "health"}],
        },
    }
    return Component("service", ["The scheduler's health endpoints."], {"service.yaml": service})


def _scheduler_pages() -> Component:
    container = {
        "name": CONTAINER_NAME,
        "env": [
            {"name": "ROTA_WEB_ADDRESS", "value": f"127.0.0.1:{WEB_PORT}"},
            {"name": "ROTA_WEB_ACCESS", "value": "loopback"},
        ],
        "ports": [{"name": "web", "containerPort": WEB_PORT}],
    }
    return Component(
        "scheduler-pages",
        [
            "The scheduler's pages, inside of its pod only: for `kubectl port-forward`. An overlay",
            "that adds a Service also sets ROTA_WEB_ADDRESS and ROTA_WEB_ACCESS; ROTA_WEB_ACTIONS",
            "lets readers run and pause tasks.",
        ],
        {},
        [pod_patch("Deployment", SCHEDULER_COMPONENT, {"containers": [container]})],
    )


def _network_policy(installation: Installation) -> Component:
    dns = [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": release_name(installation.release),
            "labels": installation.labels(),
        },
        "spec": {
            "podSelector": {"matchLabels": installation.selector_labels()},
            "policyTypes": ["Ingress", "Egress"],
            # To anywhere: no selector matches the address of a node's DNS cache.
            "egress": [{"ports": dns}],
        },
    }
    return Component(
        "network-policy",
        [
            "No ingress, and egress for DNS only: an overlay must add the Business API to",
            "spec.egress. The kubelet's probes are always allowed.",
        ],
        {"networkpolicy.yaml": policy},
    )


def _pod_disruption_budget(installation: Installation) -> Component:
    selector = installation.selector_labels(SCHEDULER_COMPONENT)
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _scheduler_metadata(installation),
        "spec": {
            "maxUnavailable": 0,
            # A scheduler that does not come up must not hold a drain for ever.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector},
        },
    }
    return Component(
        "pod-disruption-budget",
        ["`kubectl drain` waits until somebody moves the scheduler, but not for pods of tasks."],
        {"poddisruptionbudget.yaml": budget},
    )


def _scheduler_metadata(installation: Installation) -> dict[str, Any]:
    return {
        "name": f"{release_name(installation.release)}-scheduler",
        "labels": installation.labels(SCHEDULER_COMPONENT),
    }


def _mounted(name: str, volume: Mapping[str, Any], files: Mapping[str, str]) -> list[Patch]:
    """Return patches that mount a volume in every pod that calls the API, and name its files."""
    folder, volume_name = f"{_API_FOLDER}/{name}", f"business-api-{name}"
    container = {
        "name": CONTAINER_NAME,
        "env": [{"name": key, "value": f"{folder}/{file}"} for key, file in files.items()],
        "volumeMounts": [{"name": volume_name, "mountPath": folder, "readOnly": True}],
    }
    pod = {"containers": [container], "volumes": [{"name": volume_name, **volume}]}
    return [
        pod_patch(kind, SCHEDULER_COMPONENT if kind == "Deployment" else TASK_COMPONENT, pod)
        for kind in POD_KINDS
    ]
