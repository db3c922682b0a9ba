"""What the API server requires of fragments beyond types and bounds, as the templates check it.

By kind of Kubernetes' API, for those that something is asked of or that lead to such:
    fields   what a field holds, by its name: `@Kind`, `*Kind` (a list of them), `=form`, `+form`
             (a list of texts of that form), `%labels` (a map of labels)
    need     fields that must not be absent or empty
    one      fields of which exactly one is stated; `most`: at most one
    check    true where templates/_validate_kinds.tpl has a template for the kind
Sources: k8s.io/kubernetes pkg/apis/core/validation and pkg/apis/networking/validation.
"""

from typing import Any

_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_LABEL_WORDS = "use lower-case letters, digits and '-' between them, at most 63 characters"
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_SUBDOMAIN_WORDS = "use lower-case letters, digits, '-' and '.' between them, at most"
_QUALIFIED = rf"({_SUBDOMAIN}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?"
_QUALIFIED_WORDS = (
    "use letters, digits, '-', '_' and '.', at most 63 characters, optionally after a prefix such "
    "as example.com/"
)
_STEPS_UP = r"(^|/)\.\.(/|$)"
_RELATIVE_WORDS = "write a relative path without '..'"
_PORT_NAME = "[a-z0-9]+(-[a-z0-9]+)*"
_PORT_NAME_WORDS = "use lower-case letters, digits and '-' between them, at most 15 characters"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(\.{_OCTET}){{3}}"
_IPV6 = "[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*"

FORMS: dict[str, dict[str, Any]] = {
    "label": {"like": _LABEL, "words": _LABEL_WORDS},
    "object": {"like": _SUBDOMAIN, "most": 253, "words": f"{_SUBDOMAIN_WORDS} 253 characters"},
    "driver": {"like": _SUBDOMAIN, "most": 63, "words": f"{_SUBDOMAIN_WORDS} 63 characters"},
    "key": {
        "like": "[-._a-zA-Z0-9]+",
        "unlike": r"^\.\.?$|^\.\.",
        "most": 253,
        "words": "use letters, digits, '-', '_' and '.', not beginning with '..'",
    },
    "variable": {
        "like": "[-._a-zA-Z][-._a-zA-Z0-9]*",
        "words": "use letters, digits, '_', '-' and '.', not beginning with a digit",
    },
    "portName": {
        "like": _PORT_NAME,
        "unlike": "^[-0-9]+$",
        "most": 15,
        "words": f"{_PORT_NAME_WORDS}, one of them a letter; a number without quotes",
    },
    "portNumber": {
        "like": "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]"
        "|6553[0-5]",
        "words": "use a number from 1 to 65535, or the name of a port",
    },
    "qualified": {
        "like": _QUALIFIED,
        "unlike": "^[^/]{254}[^/]*/",
        "most": 317,
        "words": _QUALIFIED_WORDS,
    },
    "labelValue": {
        "like": "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?",
        "words": "use letters, digits, '-', '_' and '.', at most 63 characters",
    },
    "path": {"like": "[^/].*", "unlike": rf"{_STEPS_UP}|^\.\.", "words": _RELATIVE_WORDS},
    "below": {"like": "([^/].*)?", "unlike": _STEPS_UP, "words": _RELATIVE_WORDS},
    "steady": {"like": ".*", "unlike": _STEPS_UP, "words": "write a path without '..'"},
    "absolute": {"like": "/.*", "words": "write an absolute path"},
    "image": {"like": r"\S(.*\S)?", "words": "write an image's name, without spaces around it"},
    "medium": {
        "like": "(Memory|HugePages(-[0-9]+([KMGTPE]i|[kMGTPE])?)?)?",
        "words": "use Memory or HugePages, or leave it out",
    },
    "hostPath": {
        "like": "(|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice)",
        "words": "use one such as Directory or File, or leave it out",
    },
    "header": {"like": "[-A-Za-z0-9]+", "words": "use letters, digits and '-'"},
    "sysctl": {
        "like": r"[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*",
        "most": 253,
        "words": "write one such as net.ipv4.tcp_syncookies",
    },
    "ip": {"like": f"{_IPV4}|{_IPV6}", "words": "write an IP address"},
    "search": {
        "like": r"\.|[a-z0-9]([-_.a-z0-9]*[a-z0-9])?\.?",
        "most": 254,
        "words": "write a domain, such as shop.svc.cluster.local",
    },
    "tlsHost": {
        "like": rf"(\*\.)?{_SUBDOMAIN}",
        "unlike": rf"^{_IPV4}$",
        "most": 253,
        "words": "write a host name in lower-case letters, or one with *. before it",
    },
    "cidr": {
        "like": rf"{_IPV4}/([0-9]|[12][0-9]|3[0-2])|{_IPV6}/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])",
        "words": "write an address and a length, such as 10.0.0.0/8",
    },
    "amount": {
        "like": r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,3})?|-0+",
        "words": "write a number of 0 or more with a unit, such as 250m, 64Mi or 1Gi",
    },
    "accessMode": {
        "like": "ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod",
        "words": "use ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod",
    },
}
"""A text is `like` a pattern as a whole, not `unlike` another, and has `most` characters."""

_FIELDS: dict[tuple[str, str], str] = {
    ("CSIVolumeSource", "driver"): "=driver",
    ("ConfigMapEnvSource", "name"): "=object",
    ("ConfigMapKeySelector", "key"): "=key",
    ("ConfigMapKeySelector", "name"): "=object",
    ("Container", "image"): "=image",
    ("ContainerPort", "hostIP"): "=ip",
    ("ContainerPort", "name"): "=portName",
    ("DownwardAPIVolumeFile", "path"): "=path",
    ("EmptyDirVolumeSource", "medium"): "=medium",
    ("EnvFromSource", "prefix"): "=variable",
    ("EnvVar", "name"): "=variable",
    ("HTTPGetAction", "port"): "=port",
    ("HTTPHeader", "name"): "=header",
    ("HostAlias", "hostnames"): "+object",
    ("HostAlias", "ip"): "=ip",
    ("HostPathVolumeSource", "path"): "=steady",
    ("HostPathVolumeSource", "type"): "=hostPath",
    ("IPBlock", "cidr"): "=cidr",
    ("IPBlock", "except"): "+cidr",
    ("IngressTLS", "hosts"): "+tlsHost",
    ("IngressTLS", "secretName"): "=object",
    ("KeyToPath", "key"): "=key",
    ("KeyToPath", "path"): "=path",
    ("LabelSelector", "matchLabels"): "%labels",
    ("LabelSelectorRequirement", "key"): "=qualified",
    ("LabelSelectorRequirement", "values"): "+labelValue",
    ("LocalObjectReference", "name"): "=object",
    ("NFSVolumeSource", "path"): "=absolute",
    ("NetworkPolicyPort", "port"): "=port",
    ("NodeSelectorRequirement", "key"): "=qualified",
    ("NodeSelectorRequirement", "values"): "+labelValue",
    ("PersistentVolumeClaimSpec", "accessModes"): "+accessMode",
    ("PersistentVolumeClaimVolumeSource", "claimName"): "=object",
    ("PodAffinityTerm", "matchLabelKeys"): "+qualified",
    ("PodAffinityTerm", "mismatchLabelKeys"): "+qualified",
    ("PodAffinityTerm", "namespaces"): "+label",
    ("PodAffinityTerm", "topologyKey"): "=qualified",
    ("PodDNSConfig", "nameservers"): "+ip",
    ("PodDNSConfig", "searches"): "+search",
    ("SecretEnvSource", "name"): "=object",
    ("SecretKeySelector", "key"): "=key",
    ("SecretKeySelector", "name"): "=object",
    ("ServiceAccountTokenProjection", "path"): "=path",
    ("Sysctl", "name"): "=sysctl",
    ("TCPSocketAction", "port"): "=port",
    ("Toleration", "value"): "=labelValue",
    ("TopologySpreadConstraint", "matchLabelKeys"): "+qualified",
    ("TopologySpreadConstraint", "topologyKey"): "=qualified",
    ("VolumeMount", "subPath"): "=below",
    ("VolumeMount", "subPathExpr"): "=below",
}
# Beside those that Kubernetes' definitions call required.
_NEEDED: dict[str, list[str]] = {
    "ConfigMapEnvSource": ["name"],
    "ConfigMapKeySelector": ["name"],
    "ConfigMapProjection": ["name"],
    "ConfigMapVolumeSource": ["name"],
    "Container": ["image"],
    "EphemeralVolumeSource": ["volumeClaimTemplate"],
    "ExecAction": ["command"],
    "HTTPHeader": ["name"],
    "ImageVolumeSource": ["reference"],
    "LocalObjectReference": ["name"],
    "PersistentVolumeClaimSpec": ["accessModes", "resources"],
    "PodDNSConfigOption": ["name"],
    "SecretEnvSource": ["name"],
    "SecretKeySelector": ["name"],
    "SecretProjection": ["name"],
    "SecretVolumeSource": ["secretName"],
}
# Required as keys, and may be empty.
_MAY_BE_EMPTY = {("HTTPHeader", "value"), ("PreferredSchedulingTerm", "preference")}
_MAY_BE_EMPTY |= {("Sysctl", "value"), ("HostPathVolumeSource", "type")}
_ONE = {
    "DownwardAPIVolumeFile": ["fieldRef", "resourceFieldRef"],
    "EnvFromSource": ["configMapRef", "secretRef"],
    "EnvVarSource": ["configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef"],
    "LifecycleHandler": ["exec", "httpGet", "sleep", "tcpSocket"],
}
CHECKED = [
    "AppArmorProfile",
    "DownwardAPIVolumeFile",
    "EnvVar",
    "EnvVarSource",
    "IPBlock",
    "LabelSelectorRequirement",
    "NetworkPolicyPeer",
    "NetworkPolicyPort",
    "NodeSelectorRequirement",
    "NodeSelectorTerm",
    "PersistentVolumeClaimSpec",
    "PodAffinityTerm",
    "PodDNSConfig",
    "PodSecurityContext",
    "ProjectedVolumeSource",
    "ResourceFieldSelector",
    "ResourceRequirements",
    "SeccompProfile",
    "SecurityContext",
    "Toleration",
    "TopologySpreadConstraint",
    "VolumeResourceRequirements",
]
_QUANTITY = "Quantity"


def rules(definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the rules by kind, for what `fragments.definitions` returns."""
    by_kind = {name.rpartition(".")[2]: described for name, described in definitions.items()}
    found = {kind: _rule(kind, described) for kind, described in by_kind.items()}
    while True:
        empty = {kind for kind, rule in found.items() if not rule}
        if not empty:
            return found
        for kind in empty:
            del found[kind]
        for kind, rule in found.items():
            fields = rule.get("fields", {})
            kept = {
                key: spec
                for key, spec in fields.items()
                if spec[1:] not in empty or spec[0] not in "@*"
            }
            found[kind] = {key: each for key, each in (rule | {"fields": kept}).items() if each}


def _rule(kind: str, described: dict[str, Any]) -> dict[str, Any]:
    properties = described.get("properties", {})
    fields = {key: spec for key, each in properties.items() if (spec := _spec(kind, key, each))}
    required = [
        key
        for key in described.get("required", [])
        if (kind, key) not in _MAY_BE_EMPTY
        and not {"integer", "number", "boolean"} & {*_types(properties[key])}
    ]
    rule = {
        "fields": fields,
        "need": sorted({*required, *_NEEDED.get(kind, [])}),
        "one": _ONE.get(kind, []),
        "most": sorted(key for key, each in properties.items() if "$ref" in each)
        if kind in ("Volume", "VolumeProjection", "Probe")
        else [],
        "check": kind in CHECKED,
    }
    return {key: each for key, each in rule.items() if each}


def _spec(kind: str, field: str, described: dict[str, Any]) -> str:
    if (kind, field) in _FIELDS:
        return _FIELDS[kind, field]
    for sort, each in (("@", described), ("*", described.get("items", {}))):
        if "$ref" in each:
            target = str(each["$ref"]).rpartition(".")[2]
            return "=amount" if target == _QUANTITY else f"{sort}{target}"
    return ""


def _types(described: dict[str, Any]) -> list[str]:
    types = described.get("type", [])
    return types if isinstance(types, list) else [types]
