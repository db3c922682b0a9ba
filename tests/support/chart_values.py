"""Values of the Helm chart in many shapes."""

from pathlib import Path
from typing import Any

import yaml

CLIENT_CERTIFICATE = {"existingSecret": "shop-client"}
EVERYTHING: dict[str, Any] = {
    "image": {"repository": "registry.example/shop", "digest": "sha256:" + "0a" * 32},
    "commonLabels": {"team": "shop"},
    "podLabels": {"sidecar.example/inject": "true"},
    "podAnnotations": {"prometheus.io/scrape": "false"},
    "businessApi": {
        "url": "https://shop.example/base",
        "existingSecret": "shop-token",
        "ca": {"existingConfigMap": "shop-ca"},
        "clientCertificate": CLIENT_CERTIFICATE,
    },
    "settings": {"LOG_LEVEL": "debug", "ROTA_API_MAX_RESPONSE_BYTES": 2000000, "DEBUG": False},
    "env": {
        "REGION": "north",
        "FLAG": True,
        "SECRET": {"valueFrom": {"secretKeyRef": {"name": "shop", "key": "k"}}},
    },
    "envFrom": [{"secretRef": {"name": "shop-env", "optional": True}}],
    "tasks": {
        "cleanup": {"intervalSeconds": 3600, "splayMinutes": 30, "argocdIgnoreHealthcheck": True},
        "notifications": {
            "intervalSeconds": 300,
            "runOnStart": True,
            "shards": 4,
            "backoffLimit": 0,
            "catchUpSeconds": 120,
        },
        "monthly_report": {
            "schedule": "30 6 1 * *",
            "timezone": "Europe/Berlin",
            "overlap": "allow",
            "runOnStart": True,
            "env": {"PAGES": 3, "EMPTY": ""},
            "labels": {"cost": "reports"},
            "annotations": {"owner": "finance"},
            "podAnnotations": {"note": "big"},
            "nodeSelector": {"disk": "fast"},
            "tolerations": [{"key": "batch", "operator": "Exists"}],
            "affinity": {"nodeAffinity": {}},
            "priorityClassName": "low",
            "resources": {"limits": {"memory": "1Gi"}},
            "activeDeadlineSeconds": 9000,
            "ttlSecondsAfterFinished": 0,
            "successfulJobsHistoryLimit": 0,
            "failedJobsHistoryLimit": 10,
        },
        "odd": {"intervalSeconds": 5400, "suspend": True},
        "off": {"intervalSeconds": 60, "enabled": False},
        "gone": None,
    },
    "state": {"persistence": {"enabled": True, "storageClassName": ""}},
    "service": {"enabled": True},
    "podDisruptionBudget": {"enabled": True},
    "networkPolicy": {
        "enabled": True,
        "egress": [{"ports": [{"port": 8000}]}],
        "ingressFrom": [{"namespaceSelector": {}}],
    },
    "serviceAccount": {"annotations": {"iam.example/role": "shop"}},
    "initContainers": [{"name": "wait", "image": "shop-wait"}],
    "sidecars": [{"name": "proxy", "image": "shop-proxy"}],
    "volumes": [{"name": "data", "emptyDir": {}}],
    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
}
SHAPES: dict[str, dict[str, Any]] = {
    "the defaults": {},
    "everything": EVERYTHING,
    "a token of the ServiceAccount": {
        "businessApi": {"serviceAccountToken": {"enabled": True, "audience": "shop"}},
        "serviceAccount": {"create": False, "name": "shop"},
    },
    "no task": {"tasks": {"gone": None, "off": {"intervalSeconds": 60, "enabled": False}}},
    "all suspended": {"suspendAll": True},
    "nulls": {
        "taskDefaults": {
            "failedJobsHistoryLimit": None,
            "backoffLimit": None,
            "resources": None,
            "overlap": None,
            "env": None,
        },
        "scheduler": {"livenessProbe": None, "resources": None},
        "podSecurityContext": {"fsGroup": None},
        "volumes": None,
        "settings": None,
        "image": {"tag": None},
    },
    "an IPv6 cluster and a claim of one's own": {
        "scheduler": {"healthHost": "[::]", "replicas": 0},
        "state": {"persistence": {"enabled": True, "existingClaim": "shop-state"}},
    },
}
CONSOLES: dict[str, dict[str, Any]] = {
    "by port-forward": {},
    "a password": {
        "access": {"mode": "basic", "existingSecret": "shop-console"},
        "hosts": ["rota.internal.example"],
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "annotations": {"cert-manager.example/issuer": "shop"},
            "hosts": [
                {"host": "rota.example"},
                {"host": "shop.example", "paths": [{"path": "/rota", "pathType": "Exact"}]},
            ],
            "tls": [{"secretName": "rota-tls", "hosts": ["rota.example"]}],
        },
        "service": {"port": 8080, "annotations": {"owner": "shop"}},
        "persistence": {"enabled": True, "storageClassName": ""},
        "podAnnotations": {"note": "console"},
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "batch", "operator": "Exists"}],
        "priorityClassName": "low",
        "serviceAccount": {"name": "reader", "annotations": {"owner": "shop"}},
        "networkPolicy": {"ingressFrom": [{"podSelector": {"matchLabels": {"app": "nginx"}}}]},
    },
    "a proxy": {
        "access": {
            "mode": "proxy",
            "existingSecret": "shop-console",
            "existingSecretKey": "proxy",
            "proxies": ["10.0.0.0/8", "192.0.2.1"],
            "userHeader": "X-Auth-Request-User",
        },
        "httpRoute": {
            "enabled": True,
            "parentRefs": [{"name": "gateway", "sectionName": "https", "port": 443}],
            "hostnames": ["rota.example"],
        },
        "persistence": {"enabled": True, "existingClaim": "mine"},
        "serviceAccount": {"create": False, "name": "reader"},
        "rbac": {"create": False},
    },
    "everybody, on IPv6": {
        "host": "[::]",
        "access": {"mode": "none"},
        "rbac": {"events": False},
        "livenessProbe": None,
        "resources": None,
    },
}
"""The console's values; it is enabled in all of them."""


def with_console(console: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return values with a console, in addition to those given."""
    return {**values, "console": {"enabled": True, **console}}


SHAPES["the scheduler's pages"] = {
    "scheduler": {
        "pages": {
            "enabled": True,
            "actions": True,
            **{key: CONSOLES["a password"][key] for key in ("access", "hosts", "ingress")},
            "service": CONSOLES["a password"]["service"],
            "networkPolicy": CONSOLES["a password"]["networkPolicy"],
            "httpRoute": CONSOLES["a proxy"]["httpRoute"],
        }
    },
    "networkPolicy": {"enabled": True, "egress": [{"ports": [{"port": 8000}]}]},
}

CI_FILES = sorted((Path(__file__).parents[2] / "deploy/helm/rota/ci").glob("*-values.yaml"))
"""Values files that come with the chart, each with the mode that it is for."""
CI_VALUES = {f"ci/{path.name}": yaml.safe_load(path.read_text("utf-8")) for path in CI_FILES}
MODES = ("cronjobs", "scheduler", "hybrid")
LONGEST_RELEASE = "a-release-with-the-longest-name-that-helm-accepts-yes"
