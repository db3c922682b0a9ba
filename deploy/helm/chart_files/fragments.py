"""Definitions of the Kubernetes API for values that are handed on as they are.

From the schemas that kubernetes-validate comes with, made fit for messages: no alternatives, every
number bounded, and what a field may hold where the API server knows a few texts only.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate

VERSION = "1.37.0"
"""The newest that kubernetes-validate knows, so that no new field is refused."""

_FOLDER = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
_FULL_NAMES = "io.k8s.api.", "io.k8s.apimachinery.pkg."
_LONGEST_DESCRIPTION = 100
_INT32, _INT53 = 2**31 - 1, 2**53
# Kubernetes' own definition has two alternatives, of which messages tell as of two problems. What a
# text must look like is in `chart_files.rules`.
_SCALARS: dict[str, dict[str, Any]] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "type": ["string", "number", "null"],
        "minimum": 0,
        "maximum": _INT53,
    },
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "type": ["integer", "string", "null"],
        "minimum": 0,
        "maximum": _INT32,
    },
}
# Not in the published schemas: k8s.io/kubernetes pkg/apis/core/validation.
_SELECTORS = ["In", "NotIn", "Exists", "DoesNotExist"]
_ENUMS: dict[tuple[str, str], list[str]] = {
    ("Toleration", "effect"): ["", "NoSchedule", "PreferNoSchedule", "NoExecute"],
    ("Toleration", "operator"): ["", "Exists", "Equal"],
    ("NodeSelectorRequirement", "operator"): [*_SELECTORS, "Gt", "Lt"],
    ("LabelSelectorRequirement", "operator"): _SELECTORS,
    ("Container", "imagePullPolicy"): ["Always", "IfNotPresent", "Never"],
    ("Container", "terminationMessagePolicy"): ["File", "FallbackToLogsOnError"],
    ("ContainerPort", "protocol"): ["TCP", "UDP", "SCTP"],
    ("NetworkPolicyPort", "protocol"): ["TCP", "UDP", "SCTP"],
    ("HTTPGetAction", "scheme"): ["HTTP", "HTTPS"],
    ("SeccompProfile", "type"): ["Localhost", "RuntimeDefault", "Unconfined"],
    ("AppArmorProfile", "type"): ["Localhost", "RuntimeDefault", "Unconfined"],
    ("PodSecurityContext", "fsGroupChangePolicy"): ["OnRootMismatch", "Always"],
    ("VolumeMount", "mountPropagation"): ["None", "HostToContainer", "Bidirectional"],
    ("TopologySpreadConstraint", "whenUnsatisfiable"): ["DoNotSchedule", "ScheduleAnyway"],
    ("TopologySpreadConstraint", "nodeAffinityPolicy"): ["Honor", "Ignore"],
    ("TopologySpreadConstraint", "nodeTaintsPolicy"): ["Honor", "Ignore"],
    ("Container", "restartPolicy"): ["Always"],
    ("ContainerResizePolicy", "resourceName"): ["cpu", "memory"],
    ("ContainerResizePolicy", "restartPolicy"): ["NotRequired", "RestartContainer"],
    ("ImageVolumeSource", "pullPolicy"): ["Always", "IfNotPresent", "Never"],
    ("SecurityContext", "procMount"): ["Default", "Unmasked"],
    ("PodSecurityContext", "seLinuxChangePolicy"): ["MountOption", "Recursive"],
    ("PodSecurityContext", "supplementalGroupsPolicy"): ["Merge", "Strict"],
    ("VolumeMount", "recursiveReadOnly"): ["Disabled", "IfPossible", "Enabled"],
}
_PORT = (1, 65535)
_ID = (0, _INT32)
_BOUNDS: dict[tuple[str, str], tuple[int, int]] = {
    ("ContainerPort", "containerPort"): _PORT,
    ("ContainerPort", "hostPort"): (0, 65535),
    ("NetworkPolicyPort", "endPort"): _PORT,
    ("GRPCAction", "port"): _PORT,
    ("PreferredSchedulingTerm", "weight"): (1, 100),
    ("WeightedPodAffinityTerm", "weight"): (1, 100),
    ("Toleration", "tolerationSeconds"): (-_INT53, _INT53),
    ("ServiceAccountTokenProjection", "expirationSeconds"): (600, 2**32),
    ("SecurityContext", "runAsUser"): _ID,
    ("SecurityContext", "runAsGroup"): _ID,
    ("PodSecurityContext", "runAsUser"): _ID,
    ("PodSecurityContext", "runAsGroup"): _ID,
    ("PodSecurityContext", "fsGroup"): _ID,
    ("PodSecurityContext", "supplementalGroups"): _ID,
    ("Probe", "periodSeconds"): (1, _INT32),
    ("Probe", "timeoutSeconds"): (1, _INT32),
    ("Probe", "failureThreshold"): (1, _INT32),
    ("Probe", "successThreshold"): (1, _INT32),
    ("Probe", "terminationGracePeriodSeconds"): (1, _INT53),
    ("TopologySpreadConstraint", "maxSkew"): (1, _INT32),
    ("TopologySpreadConstraint", "minDomains"): (1, _INT32),
}
_MODES = re.compile("defaultMode|mode")
_HIGHEST_MODE = 0o777


def reference(name: str) -> dict[str, str]:
    """Return the reference to the definition of, for example, `core.v1.Probe`."""
    return {"$ref": f"#/definitions/{name}"}


def definitions(names: set[str]) -> dict[str, Any]:
    """Return the definitions of `names`, and of all that they refer to, by short name."""
    found: dict[str, Any] = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _definition(name)
            waiting += _references(found[name])
    return dict(sorted(found.items()))


def _definition(name: str) -> dict[str, Any]:
    full = next(each for prefix in _FULL_NAMES if (each := prefix + name) in _kubernetes())
    kind = name.rpartition(".")[2]
    described = {**_kubernetes()[full], **_SCALARS.get(full, {})}
    described.pop("oneOf", None)
    adapted = _adapted(described, kind, "")
    adapted["description"] = f"{kind} as in Kubernetes' API. {_brief(described)}".strip()
    return adapted


def _adapted(described: dict[str, Any], kind: str, field: str) -> dict[str, Any]:
    if "$ref" in described:
        full = described["$ref"].rpartition("/")[2]
        return reference(next(full.removeprefix(p) for p in _FULL_NAMES if full.startswith(p)))
    kept = {
        key: described[key]
        for key in ("type", "required", "additionalProperties", "minimum", "maximum")
        if key in described
    }
    if description := _brief(described):
        kept["description"] = description
    if (kind, field) in _ENUMS:
        kept["enum"] = [*_ENUMS[kind, field], *([None] if "null" in described["type"] else [])]
    if {"integer", "number"} & set(_types(described)):
        low, high = _bounds(described, kind, field)
        kept.setdefault("minimum", low)
        kept.setdefault("maximum", high)
    if "properties" in described:
        kept["properties"] = {
            key: _adapted(each, kind, key) for key, each in described["properties"].items()
        }
    for key in ("items", "additionalProperties"):
        if isinstance(described.get(key), dict):
            kept[key] = _adapted(described[key], kind, field)
    if isinstance(kept.get("items"), dict) and "type" in kept["items"]:
        # Within a list a null does not leave something out.
        kept["items"]["type"] = [each for each in _types(kept["items"]) if each != "null"]
    return kept


def _bounds(described: dict[str, Any], kind: str, field: str) -> tuple[int, int]:
    if _MODES.fullmatch(field):
        return 0, _HIGHEST_MODE
    return _BOUNDS.get((kind, field), (0, _INT32 if described.get("format") == "int32" else _INT53))


def _types(described: dict[str, Any]) -> list[str]:
    types = described.get("type", [])
    return types if isinstance(types, list) else [types]


def _brief(described: dict[str, Any]) -> str:
    first = re.split(r"(?<=[.!?])\s|\n", described.get("description", ""))[0]
    return first if len(first) <= _LONGEST_DESCRIPTION else ""


def _references(described: Any) -> Iterator[str]:
    if isinstance(described, dict):
        if isinstance(described.get("$ref"), str):
            yield described["$ref"].rpartition("/")[2]
        for each in described.values():
            yield from _references(each)
    elif isinstance(described, list):
        for each in described:
            yield from _references(each)


@cache
def _kubernetes() -> dict[str, Any]:
    path = _FOLDER / f"v{VERSION}-local-strict" / "_definitions.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["$defs"]
    return loaded
