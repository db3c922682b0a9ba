"""What a kustomize component is: objects that it adds, and patches of rota's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota.kubernetes.manifests.deployment import STATE_VOLUME
from rota.kubernetes.manifests.naming import APPLICATION

COMPONENT_LABEL = "app.kubernetes.io/component"

# The path of the pod template in each kind.
_POD_TEMPLATES = {
    "CronJob": ("batch/v1", ("spec", "jobTemplate", "spec", "template")),
    "Job": ("batch/v1", ("spec", "template")),
    "Deployment": ("apps/v1", ("spec", "template")),
}
POD_KINDS = tuple(_POD_TEMPLATES)


@dataclass(frozen=True)
class Patch:
    """A strategic merge patch in a file of its own, of the objects that `target` selects."""

    path: str
    target: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Component:
    """One component: the objects that it adds, by file, and its patches."""

    name: str
    comment: Sequence[str]
    objects: Mapping[str, Mapping[str, Any]]
    patches: Sequence[Patch] = ()


def rota_objects(kind: str, labels: Mapping[str, Sequence[str]] | None = None) -> dict[str, str]:
    """Return the target of a patch: rota's objects of a kind, whatever an overlay adds.

    `labels` narrows it to those that have one of the values of each.
    """
    wanted = [f"app.kubernetes.io/name={APPLICATION}"]
    wanted += [f"{label} in ({','.join(values)})" for label, values in (labels or {}).items()]
    return {"kind": kind, "labelSelector": ",".join(wanted)}


def pod_patch(kind: str, component: str, pod: Mapping[str, Any]) -> Patch:
    """Return the patch of the pods of one component: task, scheduler or console."""
    api_version, path = _POD_TEMPLATES[kind]
    inner: dict[str, Any] = {"spec": pod}
    for key in reversed(path):
        inner = {key: inner}
    # kustomize requires a name, and ignores it if there is a target.
    body = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "any"}, **inner}
    target = rota_objects(kind, {COMPONENT_LABEL: [component]})
    return Patch(f"{kind.lower()}-patch.yaml", target, body)


def claim(metadata: Mapping[str, Any], size: str) -> dict[str, Any]:
    """Return the claim of one pod's volume."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": size}},
        },
    }


def claim_patch(claim: str, component: str) -> Patch:
    """Return the patch that puts a claim in the place of the emptyDir of a Deployment's state."""
    # Null removes the emptyDir: a volume has one source.
    source = {"emptyDir": None, "persistentVolumeClaim": {"claimName": claim}}
    return pod_patch("Deployment", component, {"volumes": [{"name": STATE_VOLUME, **source}]})
