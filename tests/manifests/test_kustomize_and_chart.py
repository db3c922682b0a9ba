"""`kubectl kustomize` of an export against `helm template` of the same export, object by object.

What is taken out before the comparison, because it is Helm's own:
- the labels `app.kubernetes.io/managed-by` and `helm.sh/chart`, and the hook of `helm test`;
- `metadata.namespace`, which kubectl adds on the way to the cluster;
- the hash at the end of a start Job's name: each side hashes its own text, and both must have one.
"""

import re
import subprocess

import pytest
import yaml

from rota.manifests.kustomize import EXAMPLE_API_URL, kustomize_files
from rota.manifests.values import CHART_DEFAULT_TASKS, helm_values
from rota.settings import Settings
from rota.tasks import CleanupTask, NotificationTask
from support.helm import CHART, helm, tool
from support.registries import registry_of, task_of

LONGEST_SECONDS = 60
HELM_LABELS = {"app.kubernetes.io/managed-by", "helm.sh/chart"}

REFERENCE = [CleanupTask(), NotificationTask()]
MIXED = [
    task_of("a_b", interval_seconds=60, overlap="allow", backoff_limit=0),
    task_of("cron", schedule="30 2 * * 1-5", timezone="Europe/Berlin", overlap="replace"),
    task_of("descriptor", schedule="@daily", suspend=True, run_on_start=True),
    task_of("every", interval_seconds=5400, timeout_seconds=90.0, backoff_limit=9),
    task_of("every-text", schedule="@every 25h"),
    task_of("late", interval_seconds=86_400, catch_up_seconds=10, run_on_start=True),
    task_of("off", interval_seconds=60, enabled=False),
    task_of("on", interval_seconds=604_800),
    task_of("sharded", interval_seconds=300, shards=4, backoff_limit=1, run_on_start=True),
    task_of("splayed", interval_seconds=21_600, splay_minutes=359),
    task_of("x" * 40, interval_seconds=120, run_on_start=True),
]
FAST = [
    task_of("heartbeat", interval_seconds=5, run_on_start=True, catch_up_seconds=30),
    task_of("sweep", interval_seconds=59, suspend=True),
]


def objects(text):
    found = {}
    for each in filter(None, yaml.safe_load_all(text)):
        metadata = each["metadata"]
        if "helm.sh/hook" in metadata.get("annotations", {}):
            continue
        metadata.pop("namespace", None)
        for label in HELM_LABELS:
            metadata.get("labels", {}).pop(label, None)
        if each["kind"] == "Job":
            metadata["name"], hashes = re.subn("-start-[0-9a-f]{10}$", "-start", metadata["name"])
            assert hashes == 1
        key = each["kind"], metadata["name"]
        assert key not in found
        found[key] = sorted_lists(each)
    return dict(sorted(found.items()))


def as_lines(text):
    """One line per field, so that a difference is told by its line."""
    return yaml.safe_dump(list(objects(text).values())).splitlines()


def sorted_lists(value):
    """Mounts, volumes and the like are sets by name; args and rules keep their order."""
    if isinstance(value, dict):
        return {key: sorted_lists(inner) for key, inner in value.items()}
    if isinstance(value, list):
        inner = [sorted_lists(each) for each in value]
        named = all(isinstance(each, dict) and "name" in each for each in inner)
        return sorted(inner, key=lambda each: each["name"]) if named else inner
    return value


def built(folder):
    done = subprocess.run(
        [tool("kubectl"), "kustomize", folder],
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def exported(registry, settings, folder):
    for name, text in kustomize_files(registry, settings).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    values = folder / "values.yaml"
    values.write_text(helm_values(registry))
    return values


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
    values = exported(registry_of(*tasks, **settings), Settings(**settings), tmp_path)

    rest = {"mode": mode, "businessApi": {"url": EXAMPLE_API_URL}, "gracePeriodSeconds": 40}
    chart = helm("template", release, CHART, "--values", values, values=rest)
    kustomize = built(tmp_path / "overlays" / overlay)

    assert as_lines(kustomize) == as_lines(chart)


def test_a_name_prefix_reaches_what_the_pods_are_told_of_their_cronjob(tmp_path):
    exported(registry_of(*REFERENCE), Settings(), tmp_path)
    own = tmp_path / "overlays" / "own"
    own.mkdir()
    (own / "kustomization.yaml").write_text(
        "resources: [../example-scheduler]\n"
        "components: [../../components/cronjobs]\n"
        "namePrefix: lab-\nnameSuffix: -b\n"
    )

    found = objects(built(own))

    cronjob = found["CronJob", "lab-rota-cleanup-b"]
    container = cronjob["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert {"name": "ROTA_CRONJOB_NAME", "value": "lab-rota-cleanup-b"} in container["env"]
    (settings,) = config_maps(found["Deployment", "lab-rota-scheduler-b"]["spec"]["template"])
    assert ("ConfigMap", settings) in found


def config_maps(template):
    return [
        source["configMap"]["name"]
        for volume in template["spec"]["volumes"]
        for source in volume.get("projected", {}).get("sources", ())
        if "configMap" in source
    ]


def test_the_charts_own_values_are_the_reference_tasks():
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    assert values["tasks"] == CHART_DEFAULT_TASKS
