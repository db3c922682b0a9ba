"""Tells kustomize which strings are names, so that they get its prefix and suffix."""

from typing import Any

from rota.kubernetes.manifests.installation import INSTANCE_LABEL

# Labels of pods, or that select pods, by kind; the labels of objects are in all kinds.
_LABEL_PATHS = {
    "CronJob": (
        "spec/jobTemplate/metadata/labels",
        "spec/jobTemplate/spec/template/metadata/labels",
    ),
    "Job": ("spec/template/metadata/labels",),
    "Deployment": ("spec/selector/matchLabels", "spec/template/metadata/labels"),
    "Service": ("spec/selector",),
    "PodDisruptionBudget": ("spec/selector/matchLabels",),
    "NetworkPolicy": ("spec/podSelector/matchLabels",),
}
_ENVIRONMENT_PATHS = {
    "CronJob": "spec/jobTemplate/spec/template/spec/containers/env/value",
    "Job": "spec/template/spec/containers/env/value",
}


def name_references() -> dict[str, Any]:
    """Return kustomize's configuration.

    Pods get the name of their CronJob as the overlay has it. Labels of the installation follow
    the ServiceAccount's name, so that two installations under prefixes do not select each other's
    pods.
    """
    instance = INSTANCE_LABEL.replace("/", "\\/")
    labels = [
        {"kind": kind, "path": f"{path}/{instance}"}
        for kind, paths in _LABEL_PATHS.items()
        for path in paths
    ]
    references = [{"kind": kind, "path": path} for kind, path in _ENVIRONMENT_PATHS.items()]
    return {
        "nameReference": [
            {"group": "batch", "kind": "CronJob", "fieldSpecs": references},
            {
                "version": "v1",
                "kind": "ServiceAccount",
                "fieldSpecs": [{"path": f"metadata/labels/{instance}"}, *labels],
            },
        ]
    }
