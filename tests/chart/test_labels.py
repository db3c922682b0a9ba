"""Labels and annotations of all places meet in one map, on every object."""

import pytest

from support import helm
from support.chart_values import CI_VALUES, EVERYTHING, MODES, SHAPES

VERSIONS = ("helm", "helm3")
FAST = {"fast": {"intervalSeconds": 5}}
COMMON = {
    "commonLabels": {"common": "yes", "shared": "common"},
    "commonAnnotations": {"example.com/common": "yes", "example.com/shared": "common"},
}
# The same keys again wherever the chart takes labels or annotations.
AGAIN = {
    "podLabels": {"shared": "pod", "pod": "yes"},
    "podAnnotations": {"example.com/shared": "pod", "example.com/pod": "yes"},
    "taskDefaults": {
        "labels": {"shared": "default", "default": "yes"},
        "annotations": {"example.com/shared": "default"},
        "podAnnotations": {"example.com/shared": "default"},
    },
    "scheduler": {
        "annotations": {"example.com/shared": "scheduler"},
        "podAnnotations": {"example.com/shared": "scheduler"},
    },
    "service": {"enabled": True, "annotations": {"example.com/shared": "service"}},
    "serviceAccount": {"annotations": {"example.com/shared": "account"}},
    "state": {
        "persistence": {"enabled": True, "annotations": {"example.com/shared": "state"}},
    },
}
CASES = {
    f"{name}, {mode}": {**values, "mode": mode}
    for name, values in {**SHAPES, **CI_VALUES}.items()
    for mode in MODES
    if mode != "cronjobs" or not any(each in (values.get("tasks") or {}) for each in ("heartbeat",))
    if mode != "scheduler" or "console" not in values
} | {
    f"everything twice, {mode}": {
        **EVERYTHING,
        **AGAIN,
        "mode": mode,
        "tasks": EVERYTHING["tasks"] | ({} if mode == "cronjobs" else FAST),
    }
    for mode in MODES
}


def metadata(found):
    """Yield the metadata of an object and of what it makes, with a title each."""
    title = f"{found['kind']} {found['metadata']['name']}"
    yield title, found["metadata"]
    spec = found.get("spec", {})
    for key in ("jobTemplate", "template"):
        while key in spec:
            yield f"{title}, {key}", spec[key]["metadata"]
            spec = spec[key]["spec"]
            key = "template"  # noqa: PLW2901 (of the Job)


@pytest.mark.fault(128)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES)
def test_common_labels_and_annotations_reach_everything_and_no_key_comes_twice(case, version):
    found = helm.objects({**CASES[case], **COMMON}, version=version)
    # An extra object is what its text says.
    found = [each for each in found if each["metadata"]["name"] != "shop-extra"]
    kinds = {each["kind"] for each in found}
    if case.startswith("everything twice, hybrid"):
        assert kinds >= {"CronJob", "Job", "Deployment", "Pod", "Service", "ServiceAccount"}
        assert kinds >= {"ConfigMap", "NetworkPolicy", "PersistentVolumeClaim"}
        assert "PodDisruptionBudget" in kinds
    for each in found:
        for title, made in metadata(each):
            assert made["labels"]["common"] == "yes", title
            assert made["annotations"]["example.com/common"] == "yes", title


@pytest.mark.fault(128)
def test_the_nearer_place_wins_and_every_key_comes_once():
    tasks = {**FAST, "slow": {"intervalSeconds": 60}}
    values = {**COMMON, **AGAIN, "mode": "hybrid", "tasks": tasks}
    found = {each["kind"]: each for each in helm.objects(values)}
    own = {
        "ServiceAccount": ("common", "account"),
        "ConfigMap": ("common", "common"),
        "Service": ("common", "service"),
        "Deployment": ("common", "scheduler"),
        "PersistentVolumeClaim": ("common", "state"),
        "CronJob": ("default", "default"),
        # The Pod of `helm test` is labelled like the tasks.
        "Pod": ("default", "default"),
    }
    for kind, (label, annotation) in own.items():
        _, made = next(metadata(found[kind]))
        assert made["labels"]["shared"] == label, kind
        assert made["annotations"]["example.com/shared"] == annotation, kind
    *_, (_, pod) = metadata(found["Deployment"])
    assert (pod["labels"]["shared"], pod["labels"]["pod"]) == ("pod", "yes")
    assert pod["annotations"]["example.com/shared"] == "scheduler"
    *_, (_, pod) = metadata(found["CronJob"])
    assert (pod["labels"]["shared"], pod["labels"]["pod"]) == ("default", "yes")
    assert pod["annotations"]["example.com/shared"] == "default"


def test_a_null_takes_a_label_out_again():
    values = {**COMMON, "podLabels": {"common": None}}
    (account, *_), *_, pod = ([each] for each in helm.objects(values))
    assert account["metadata"]["labels"]["common"] == "yes"
    assert "common" not in pod[0]["metadata"]["labels"]


@pytest.mark.fault(128)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"commonLabels": {"app.kubernetes.io/name": "x"}}, "commonLabels.app.kubernetes.io/name"),
        (
            {"podLabels": {"app.kubernetes.io/instance": "x"}},
            "podLabels.app.kubernetes.io/instance",
        ),
        (
            {"taskDefaults": {"labels": {"app.kubernetes.io/component": "x"}}},
            "taskDefaults.labels.app.kubernetes.io/component",
        ),
        (
            {"tasks": {"x": {"intervalSeconds": 60, "labels": {"rota/task": "y"}}}},
            "tasks.x.labels.",
        ),
        ({"commonAnnotations": {"helm.sh/hook": "test"}}, "commonAnnotations.helm.sh/hook"),
        (
            {"scheduler": {"podAnnotations": {"checksum/settings": "0"}}},
            "scheduler.podAnnotations.checksum/settings",
        ),
    ],
    ids=str,
)
def test_what_the_chart_sets_itself_is_refused(values, path, version):
    with pytest.raises(helm.HelmRefusedError, match="the chart sets it") as refused:
        helm.template(values, version=version)
    assert path in str(refused.value)


def test_the_version_label_may_be_the_applications():
    values = {"commonLabels": {"app.kubernetes.io/version": "2026"}}
    for each in helm.objects(values):
        for title, made in metadata(each):
            assert made["labels"]["app.kubernetes.io/version"] == "2026", title
