"""The console as kustomize components: what the chart makes with `console.enabled`.

By default the pages are served inside of its pod only, as in the chart: an overlay that adds a
Service also sets ROTA_WEB_ADDRESS and ROTA_WEB_ACCESS.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rota.kubernetes.manifests.component import Component, Patch, claim, claim_patch, rota_objects
from rota.kubernetes.manifests.deployment import (
    HEALTH_PORT,
    STATE_FOLDER,
    STATE_VOLUME,
    WEB_PORT,
    deployment,
    probes,
)
from rota.kubernetes.manifests.history import KEPT_FAILURES_WATCHED, KEPT_JOBS, kept_successes
from rota.kubernetes.manifests.installation import INSTANCE_LABEL, TASK_LABEL, Installation
from rota.kubernetes.manifests.naming import release_name
from rota.kubernetes.manifests.pod import field_variable, pod_template, resources
from rota.settings import settings_text, text_of
from rota.tasks.definition import TaskDefinition

CONSOLE_COMPONENT = "console"

_LEDGER_SIZE = "512Mi"
_CLAIM_SIZE = "1Gi"
_API_SERVER_PORTS = (443, 6443)
_READ = ["get", "list", "watch"]
_RBAC = "rbac.authorization.k8s.io"


def console_components(
    tasks: Iterable[TaskDefinition], installation: Installation
) -> list[Component]:
    """Return the components; `tasks` are those that have a CronJob."""
    return [
        Component(
            "console",
            [
                "The console: shows what became of every slot of the CronJobs. It may read",
                "CronJobs, Jobs, pods and events of its namespace, which the overlay must name;",
                "no other pod may.",
            ],
            {
                "serviceaccount.yaml": _service_account(installation),
                "role.yaml": _role(installation),
                "rolebinding.yaml": _role_binding(installation),
                "deployment.yaml": _deployment(installation),
            },
            list(_kept_jobs(tasks)),
        ),
        _claim(installation),
        _network_policy(installation),
    ]


def _metadata(installation: Installation) -> dict[str, Any]:
    return {"name": _name(installation), "labels": installation.labels(CONSOLE_COMPONENT)}


def _name(installation: Installation) -> str:
    return f"{release_name(installation.release)}-console"


def _service_account(installation: Installation) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _metadata(installation),
        "automountServiceAccountToken": False,
    }


def _role(installation: Installation) -> dict[str, Any]:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "Role",
        "metadata": _metadata(installation),
        "rules": [
            {"apiGroups": ["batch"], "resources": ["cronjobs", "jobs"], "verbs": _READ},
            {"apiGroups": [""], "resources": ["pods"], "verbs": _READ},
            {"apiGroups": [""], "resources": ["events"], "verbs": ["list", "watch"]},
        ],
    }


def _role_binding(installation: Installation) -> dict[str, Any]:
    name = _name(installation)
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": _metadata(installation),
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": name},
        # kustomize adds the namespace of the overlay.
        "subjects": [{"kind": "ServiceAccount", "name": name}],
    }


def _deployment(installation: Installation) -> dict[str, Any]:
    settings = {
        "ROTA_RELEASE": installation.release,
        "ROTA_GRACE_SECONDS": text_of(installation.grace_seconds),
        "ROTA_STATE_PATH": f"{STATE_FOLDER}/state.sqlite3",
        "ROTA_HEALTH_ADDRESS": f"0.0.0.0:{HEALTH_PORT}",
        "ROTA_WEB_ADDRESS": f"127.0.0.1:{WEB_PORT}",
        "ROTA_WEB_ACCESS": "loopback",
    }
    container = {
        "args": ["console"],
        "env": [
            {"name": "ROTA_SETTINGS", "value": settings_text(settings)},
            # Of its own pod: what it watches has the same, whatever an overlay makes of it.
            field_variable("ROTA_INSTANCE", f"metadata.labels['{INSTANCE_LABEL}']"),
        ],
        "ports": [
            {"name": "health", "containerPort": HEALTH_PORT},
            {"name": "web", "containerPort": WEB_PORT},
        ],
        **probes(),
        "resources": _resources(),
        "volumeMounts": [{"name": STATE_VOLUME, "mountPath": STATE_FOLDER}],
    }
    template = pod_template(
        installation,
        metadata={"labels": installation.selector_labels(CONSOLE_COMPONENT)},
        container=container,
        volumes=[{"name": STATE_VOLUME, "emptyDir": {"sizeLimit": _LEDGER_SIZE}}],
        api_account=_name(installation),
    )
    return deployment(installation, CONSOLE_COMPONENT, template)


def _resources() -> dict[str, Any]:
    found = resources(memory_request="96Mi", ephemeral_storage_limit="640Mi")
    found["requests"]["ephemeral-storage"] = "64Mi"  # else as much as the limit
    return found


def _kept_jobs(tasks: Iterable[TaskDefinition]) -> Iterator[Patch]:
    """Yield patches of the CronJobs' history limits: of all, then of those that come often."""
    limits: dict[str, Any] = {"failedJobsHistoryLimit": KEPT_FAILURES_WATCHED}
    yield _cronjob_patch("cronjob-patch.yaml", limits, {})
    by_number = defaultdict(list)
    for task in tasks:
        by_number[kept_successes(task.cronjob_schedule().text)].append(task.name)
    for number, names in sorted(by_number.items()):
        if number > KEPT_JOBS:
            limits = {"successfulJobsHistoryLimit": number}
            yield _cronjob_patch(f"keep-{number}-patch.yaml", limits, {TASK_LABEL: names})


def _cronjob_patch(path: str, spec: Mapping[str, Any], labels: Mapping[str, list[str]]) -> Patch:
    body = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "any"}, "spec": spec}
    return Patch(path, rota_objects("CronJob", labels), body)


def _claim(installation: Installation) -> Component:
    return Component(
        "console-claim",
        ["Keeps what the console knows when its pod is replaced."],
        {"persistentvolumeclaim.yaml": claim(_metadata(installation), _CLAIM_SIZE)},
        [claim_patch(_name(installation), CONSOLE_COMPONENT)],
    )


def _network_policy(installation: Installation) -> Component:
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(installation),
        "spec": {
            "podSelector": {"matchLabels": installation.selector_labels(CONSOLE_COMPONENT)},
            "policyTypes": ["Ingress", "Egress"],
            # To anywhere: no selector matches the API server.
            "egress": [{"ports": [{"port": port} for port in _API_SERVER_PORTS]}],
        },
    }
    return Component(
        "console-network-policy",
        ["With `network-policy`: lets the console reach the API server at its usual ports."],
        {"networkpolicy.yaml": policy},
    )
