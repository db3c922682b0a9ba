"""`kubectl kustomize` of an export against `helm template` of the same export, object by object.

What is taken out before the comparison, because it is Helm's own:
- the labels `app.kubernetes.io/managed-by` and `helm.sh/chart`, and the hook of `helm test`;
- `metadata.namespace`, which kubectl adds on the way to the cluster;
- the hash at the end of a start Job's name: each side hashes its own text, and both must have one;
- the annotation `checksum/settings`.

What is kustomize's own: the hash at the end of a ConfigMap's name, the ConfigMap of the environment
that overlays add to, the label that start Jobs are deleted by, and an instance label that is a name
of objects.
"""

import json
import re

import pytest
import yaml

from rota.kubernetes.manifests.comparison import compare
from rota.kubernetes.manifests.deployed import deployed_tasks
from rota.kubernetes.manifests.kustomize import EXAMPLE_API_URL
from rota.kubernetes.manifests.naming import release_name
from rota.kubernetes.manifests.values import helm_values, tasks_values
from rota.settings import Settings
from rota.tasks import CleanupTask, NotificationTask
from support.helm import CHART, helm, parse, template
from support.kustomize import build, export, pod_template, settings_in_pods, write_overlay
from support.registries import registry_of, task_of

HASH_CHARACTERS = len("-0123456789")
HELM_LABELS = {"app.kubernetes.io/managed-by", "helm.sh/chart"}

REFERENCE = [CleanupTask(), NotificationTask()]
MIXED = [
    task_of("a_b", interval_seconds=60, overlap="allow", backoff_limit=0),
    task_of("cron", schedule="30 2 * * 1-5", timezone="Europe/Berlin", overlap="replace"),
    task_of("descriptor", schedule="@daily", suspend=True, run_on_start=True),
    task_of("every", interval_seconds=5400, timeout_seconds=90.0, backoff_limit=9),
    task_of("every-text", schedule="@every 25h"),
    task_of("late", interval_seconds=86_400, catch_up_seconds=10, run_on_start=True),
    task_of("never-late", interval_seconds=3600, catch_up="none"),
    task_of("hardly-late", interval_seconds=3600, catch_up="none", catch_up_seconds=20),
    task_of("off", interval_seconds=60, enabled=False),
    task_of("on", interval_seconds=604_800),
    task_of("sharded", interval_seconds=300, shards=4, backoff_limit=1, run_on_start=True),
    task_of("splayed", interval_seconds=21_600, splay_minutes=359),
    task_of("x" * 40, interval_seconds=120, run_on_start=True),
]
FAST = [
    task_of("heartbeat", interval_seconds=5, run_on_start=True, catch_up_seconds=30),
    task_of("ledger", interval_seconds=7, catch_up="all"),
    task_of("sweep", interval_seconds=59, suspend=True),
]


def without_helm(text):
    """Return the chart's objects without what is Helm's own."""
    found = parse(text)
    found = [
        each for each in found if "helm.sh/hook" not in each["metadata"].get("annotations", {})
    ]
    for each in found:
        each["metadata"].pop("namespace", None)
        for label in HELM_LABELS:
            each["metadata"]["labels"].pop(label)
        annotations = (pod_template(each) or {"metadata": {}})["metadata"].get("annotations", {})
        annotations.pop("checksum/settings", None)
        if not annotations and pod_template(each):
            pod_template(each)["metadata"].pop("annotations", None)
    return found


def without_kustomize(objects, release):
    """Return the objects of an overlay without what is kustomize's own."""
    found = settings_in_pods(objects)
    for each in found:
        if each["kind"] == "ConfigMap":
            each["metadata"]["name"] = each["metadata"]["name"][:-HASH_CHARACTERS]
    text = json.dumps(found)
    for each in objects:
        if each["kind"] == "ConfigMap":
            name = each["metadata"]["name"]
            text = text.replace(f'"name": "{name}"', f'"name": "{name[:-HASH_CHARACTERS]}"')
    label = '"app.kubernetes.io/instance": '
    return json.loads(text.replace(f'{label}"{release_name(release)}"', f'{label}"{release}"'))


def as_lines(objects):
    """One line per field, so that a difference is told by its line."""
    found = {}
    for each in objects:
        metadata = each["metadata"]
        if each["kind"] == "Job":
            metadata["name"], hashes = re.subn("-start-[0-9a-f]{10}$", "-start", metadata["name"])
            assert hashes == 1
        key = each["kind"], metadata["name"]
        assert key not in found
        found[key] = sorted_lists(each)
    return yaml.safe_dump([found[key] for key in sorted(found)]).splitlines()


def sorted_lists(value):
    """Mounts, volumes and the like are sets by name; args and rules keep their order."""
    if isinstance(value, dict):
        return {key: sorted_lists(inner) for key, inner in value.items()}
    if isinstance(value, list):
        inner = [sorted_lists(each) for each in value]
        named = all(isinstance(each, dict) and "name" in each for each in inner)
        return sorted(inner, key=lambda each: each["name"]) if named else inner
    return value


@pytest.mark.parametrize("release", ["rota", "a.b", "r" * 45])
@pytest.mark.parametrize(
    ("tasks", "mode", "overlay"),
    [
        pytest.param(REFERENCE, "cronjobs", "example-cronjobs", id="reference-cronjobs"),
        pytest.param(REFERENCE, "scheduler", "example-scheduler", id="reference-scheduler"),
        pytest.param(MIXED, "cronjobs", "example-cronjobs", id="mixed-cronjobs"),
        pytest.param(MIXED, "scheduler", "example-scheduler", id="mixed-scheduler"),
        pytest.param(MIXED + FAST, "hybrid", "example-cronjobs", id="fast-hybrid"),
        pytest.param(FAST, "hybrid", "example-cronjobs", id="only-fast-hybrid"),
    ],
)
def test_kustomize_gives_the_objects_that_the_chart_gives(tmp_path, tasks, mode, overlay, release):
    settings = {"release": release, "grace_seconds": 40}
    registry = registry_of(*tasks, **settings)
    export(registry, Settings(**settings), tmp_path)
    values = tmp_path / "values.yaml"
    values.write_text(helm_values(registry))

    rest = {"mode": mode, "businessApi": {"url": EXAMPLE_API_URL}, "gracePeriodSeconds": 40}
    chart = helm("template", release, CHART, "--values", values, values=rest)
    kustomize = build(tmp_path / "overlays" / overlay)

    assert as_lines(without_kustomize(kustomize, release)) == as_lines(without_helm(chart))
    for objects in (kustomize, list(yaml.safe_load_all(chart))):
        found = deployed_tasks(objects, image_tasks=[])
        assert compare(registry.selected(), found) == []


@pytest.mark.parametrize("release", ["rota", "a.b"])
def test_kustomize_gives_the_console_that_the_chart_gives(tmp_path, release):
    settings = {"release": release, "grace_seconds": 40}
    registry = registry_of(*MIXED, *FAST, **settings)
    export(registry, Settings(**settings), tmp_path)
    values = tmp_path / "values.yaml"
    values.write_text(helm_values(registry))
    used = ["cronjobs", "run-on-start", "console", "console-claim"]
    environment = {
        "name": f"{release_name(release)}-env",
        "behavior": "merge",
        "literals": [f"BUSINESS_API_URL={EXAMPLE_API_URL}"],
    }
    kustomization = {
        "resources": ["../../base"],
        "components": [f"../../components/{name}" for name in used],
        "namespace": "default",  # what Helm calls the namespace that nobody names
        "configMapGenerator": [environment],
    }

    rest = {
        "mode": "hybrid",
        "businessApi": {"url": EXAMPLE_API_URL},
        "gracePeriodSeconds": 40,
        "console": {"enabled": True, "persistence": {"enabled": True}},
    }
    chart = helm("template", release, CHART, "--values", values, values=rest)
    kustomize = build(write_overlay(tmp_path, "own", kustomization))
    for each in kustomize:
        del each["metadata"]["namespace"]

    assert as_lines(without_kustomize(kustomize, release)) == as_lines(without_helm(chart))


@pytest.mark.fault(110)
@pytest.mark.parametrize("version", ["helm", "helm3"])
@pytest.mark.parametrize("mode", ["cronjobs", "scheduler"])
def test_the_chart_has_the_reference_tasks_where_it_is_given_none(mode, version):
    given = tasks_values(registry_of(*REFERENCE))

    by_default = template({"mode": mode}, version=version)

    assert by_default == template({"mode": mode, "tasks": given}, version=version)
    assert by_default == template({"mode": mode, "tasks": None}, version=version)


@pytest.mark.fault(110)
def test_a_task_of_ones_own_takes_the_place_of_the_reference_tasks():
    rendered = template({"tasks": {"own": {"intervalSeconds": 60}}})

    assert "ROTA_ONLY=own\n" in rendered
    assert "cleanup" not in rendered.lower()
    assert "CronJob" not in template({"tasks": {"gone": None}})
