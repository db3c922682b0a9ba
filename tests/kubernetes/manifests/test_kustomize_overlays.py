"""What overlays make of an export: those of docs/kustomize.md, prefixes, components, settings."""

import functools
import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils

from rota.kubernetes.manifests.kustomize import EXAMPLE_API_URL
from rota.kubernetes.manifests.values import helm_values
from rota.settings import Settings
from rota.tasks import CleanupTask, NotificationTask
from support.helm import CHART, helm
from support.kustomize import build, by_name, export, pod_template, write_overlay
from support.registries import registry_of, task_of

PAGE = (Path(__file__).parents[3] / "docs/kustomize.md").read_text("utf-8")
FILE = re.compile(r"^```\w+\n# (overlays/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = dict(FILE.findall(PAGE))
DOCUMENTED = sorted({path.split("/")[1] for path in FILES})
COMPONENTS = [
    "token",
    "ca",
    "client-certificate",
    "state-claim",
    "service",
    "scheduler-pages",
    "network-policy",
    "pod-disruption-budget",
]
CONSOLE = ["console", "console-claim", "console-network-policy"]
TASKS = [CleanupTask(), NotificationTask(), task_of("heartbeat", interval_seconds=5)]
SELECTING = [
    *["service", "network-policy", "pod-disruption-budget"],
    *["console", "console-network-policy"],
]
BASE = {"resources": ["../../base"]}
MODES = ("cronjobs", "scheduler")


@pytest.fixture
def folder(tmp_path):
    export(registry_of(*TASKS), Settings(), tmp_path)
    return tmp_path


def overlay(folder, name="own", **kustomization):
    return build(write_overlay(folder, name, {**BASE, **kustomization}))


def components(*names):
    return [f"../../components/{name}" for name in names]


def pods(objects):
    """Return every pod template by the kind and the name of what makes it."""
    found = {(each["kind"], each["metadata"]["name"]): pod_template(each) for each in objects}
    return {key: template for key, template in found.items() if template}


def valid(objects, monkeypatch):
    monkeypatch.setattr(utils, "schema_contents", functools.cache(utils.schema_contents))
    for each in objects:
        kubernetes_validate.validate(each, "1.34", strict=True)


# The page.


@pytest.mark.fault(137)
@pytest.mark.parametrize("name", DOCUMENTED)
def test_an_overlay_of_the_page_builds_and_is_valid(folder, name, monkeypatch):
    for path, text in FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, "utf-8")

    found = build(folder / "overlays" / name)

    valid(found, monkeypatch)
    assert pods(found)
    environment = by_name(found)
    (data,) = [
        each["data"]
        for (kind, title), each in environment.items()
        if kind == "ConfigMap" and title.endswith("-env")
    ]
    assert data["BUSINESS_API_URL"].startswith("http")


def test_the_page_has_overlays_with_every_component():
    used = {
        component.rpartition("/")[2]
        for text in FILES.values()
        if "kind: Kustomization" in text
        for component in yaml.safe_load(text).get("components", [])
    }

    assert used == {*MODES, "run-on-start", *COMPONENTS, *CONSOLE}


# Settings.


def name_of_settings(objects):
    """Return the hashed names that the scheduler's pod reads its settings from."""
    template = pods(objects)["Deployment", "rota-scheduler"]
    sources = template["spec"]["volumes"][0]["projected"]["sources"]
    (file,) = [each["configMap"]["name"] for each in sources if "configMap" in each]
    (source,) = template["spec"]["containers"][0]["envFrom"]
    return {file, source["configMapRef"]["name"]}


@pytest.mark.fault(137)
def test_a_changed_setting_of_an_overlay_restarts_the_scheduler(folder):
    def built(level):
        literals = [f"BUSINESS_API_URL={EXAMPLE_API_URL}", f"LOG_LEVEL={level}"]
        generator = [{"name": "rota-env", "behavior": "merge", "literals": literals}]
        used = {"components": components("scheduler"), "configMapGenerator": generator}
        return overlay(folder, level, **used)

    info, debug = built("info"), built("debug")

    assert len(name_of_settings(info) - name_of_settings(debug)) == 1
    assert name_of_settings(info) <= {each["metadata"]["name"] for each in info}


@pytest.mark.fault(137)
def test_a_changed_task_restarts_the_scheduler(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    export(registry_of(task_of("cleanup", interval_seconds=60)), Settings(), other)
    used = {"components": components("scheduler")}

    before, after = (name_of_settings(overlay(each, **used)) for each in (folder, other))

    assert len(before - after) == 1


def test_every_pod_reads_the_same_environment(folder):
    found = overlay(folder, components=components("cronjobs", "run-on-start"))
    read = [template["spec"]["containers"][0]["envFrom"] for template in pods(found).values()]

    assert len(read) >= 4
    assert all(each == read[0] for each in read)


# Prefixes.


def selected(objects, labels):
    """Return what makes pods that `labels` select."""
    return {
        key
        for key, template in pods(objects).items()
        if labels.items() <= template["metadata"]["labels"].items()
    }


def selectors(objects):
    """Return every selector of pods by the kind and the name of what has it."""
    found = {}
    for each in objects:
        spec = each.get("spec", {})
        selector = spec.get("podSelector", spec.get("selector"))
        if selector is not None:
            key = each["kind"], each["metadata"]["name"]
            found[key] = selector.get("matchLabels", selector)
    return found


@pytest.mark.fault(137)
@pytest.mark.parametrize("release", ["rota", "shop", "a.b"])
def test_two_installations_under_prefixes_do_not_select_each_others_pods(tmp_path, release):
    export(registry_of(*TASKS, release=release), Settings(release=release), tmp_path)
    used = components("cronjobs", "run-on-start", *SELECTING)
    built = {
        prefix: overlay(tmp_path, f"own-{prefix}", components=used, namePrefix=f"{prefix}-")
        for prefix in ("a", "b")
    }

    together = [*built["a"], *built["b"]]
    for prefix, objects in built.items():
        assert {kind for kind, _ in selectors(objects)} == {
            "Deployment",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "Service",
        }
        for key, labels in selectors(objects).items():
            found = selected(together, labels)
            assert found, key
            assert all(name.startswith(f"{prefix}-") for _, name in found), key


@pytest.mark.fault(108)
@pytest.mark.fault(137)
def test_a_prefix_and_a_suffix_reach_the_cronjob_name_in_the_pods(folder):
    used = components("cronjobs", "run-on-start")
    found = overlay(folder, components=used, namePrefix="lab-", nameSuffix="-b", namespace="lab")

    for task in ("cleanup", "notifications"):
        template = pods(found)["CronJob", f"lab-rota-{task}-b"]
        told = {"name": "ROTA_CRONJOB_NAME", "value": f"lab-rota-{task}-b"}
        assert told in template["spec"]["containers"][0]["env"]
    (job,) = [template for (kind, _), template in pods(found).items() if kind == "Job"]
    told = {"name": "ROTA_CRONJOB_NAME", "value": "lab-rota-notifications-b"}
    assert told in job["spec"]["containers"][0]["env"]


@pytest.mark.fault(137)
def test_only_runs_on_start_have_the_label_that_they_are_deleted_by(folder):
    used = components("cronjobs", "run-on-start")
    found = overlay(folder, components=used, namePrefix="lab-", namespace="lab")
    labelled = [each for each in found if "rota/run-on-start" in each["metadata"]["labels"]]

    assert [each["kind"] for each in labelled] == ["Job"]
    for template in pods(found).values():
        assert "rota/run-on-start" not in template["metadata"]["labels"]


# Components.


def file_sources(template, settings=""):
    """Return what each file is mounted from that a setting points to: kind, name, key."""
    container = template["spec"]["containers"][0]
    volumes = {each["name"]: each for each in template["spec"]["volumes"]}
    text = [settings, *(each.get("value", "") for each in container["env"])]
    pairs = [each.split("=", 1) for each in "\n".join(text).splitlines() if "=" in each]
    pairs += [(each["name"], each.get("value", "")) for each in container["env"]]
    found = {}
    for name, path in pairs:
        for mount in container["volumeMounts"] if re.fullmatch("ROTA_API_.*_FILE", name) else ():
            if path.startswith(f"{mount['mountPath']}/"):
                inner = path.removeprefix(f"{mount['mountPath']}/")
                found[name] = _source(volumes[mount["name"]], inner)
    return found


def _source(volume, path):
    sources = volume.get("projected", {}).get("sources", [volume])
    for each in sources:
        for kind in {"secret", "configMap"} & set(each):
            name = each[kind].get("secretName") or each[kind]["name"]
            for item in each[kind].get("items", ()):
                if item["path"] == path:
                    return kind, name, item["key"]
    return None


@pytest.mark.fault(137)
@pytest.mark.parametrize("mode", MODES)
def test_a_component_gives_what_the_chart_gives_for_the_value_of_its_name(folder, mode):
    values = folder / "values.yaml"
    values.write_text(helm_values(registry_of(*TASKS)))
    rule = {"to": [{"podSelector": {"matchLabels": {"app": "api"}}}], "ports": [{"port": 8000}]}
    rest = {
        "mode": "hybrid" if mode == "cronjobs" else mode,
        "businessApi": {
            "url": EXAMPLE_API_URL,
            "existingSecret": "rota-api-token",
            "ca": {"existingConfigMap": "rota-api-ca"},
            "clientCertificate": {"existingSecret": "rota-api-client"},
        },
        "state": {"persistence": {"enabled": True}},
        "service": {"enabled": True},
        "networkPolicy": {"enabled": True, "egress": [rule]},
        "podDisruptionBudget": {"enabled": True},
    }
    rendered = helm("template", "rota", CHART, "--values", values, values=rest)
    chart = by_name([each for each in yaml.safe_load_all(rendered) if each])
    settings = chart["ConfigMap", "rota"]["data"]["settings.env"]
    patch = yaml.safe_dump([{"op": "add", "path": "/spec/egress/-", "value": rule}])
    patches = [{"target": {"kind": "NetworkPolicy"}, "patch": patch}]
    found = overlay(folder, components=components(mode, *COMPONENTS), patches=patches)

    for key, template in pods(found).items():
        sources = file_sources(template)
        assert len(sources) == 4
        assert sources == file_sources(pod_template(chart[key]), settings)
    added = {key: each for key, each in by_name(found).items() if key[0] in ADDED}
    assert {kind for kind, _ in added} == ADDED
    for key, each in added.items():
        expected = {name: value for name, value in chart[key]["spec"].items() if value != []}
        assert each["spec"] == expected, key
    state = pods(found)["Deployment", "rota-scheduler"]["spec"]["volumes"]
    claim = {"name": "state", "persistentVolumeClaim": {"claimName": "rota-state"}}
    assert claim in state


ADDED = {"NetworkPolicy", "PersistentVolumeClaim", "PodDisruptionBudget", "Service"}


def test_a_console_gets_no_credentials_of_the_api_and_a_claim_of_its_own(folder):
    used = components("cronjobs", *COMPONENTS, *CONSOLE)
    found = pods(overlay(folder, components=used, namespace="shop"))
    console, scheduler = (
        found["Deployment", f"rota-{name}"]["spec"] for name in ("console", "scheduler")
    )

    assert file_sources({"spec": console}) == {}
    assert len(file_sources({"spec": scheduler})) == 4
    claims = [
        each["persistentVolumeClaim"]["claimName"]
        for spec in (console, scheduler)
        for each in spec["volumes"]
        if "persistentVolumeClaim" in each
    ]
    assert claims == ["rota-console", "rota-state"]
    assert [
        (spec["serviceAccountName"], spec["automountServiceAccountToken"])
        for spec in (console, scheduler)
    ] == [("rota-console", True), ("rota", False)]


def test_a_console_is_bound_to_its_role_under_a_prefix_and_in_its_namespace(folder):
    used = components("cronjobs", "console")
    found = by_name(overlay(folder, components=used, namespace="shop", namePrefix="lab-"))
    binding = found["RoleBinding", "lab-rota-console"]

    assert binding["roleRef"]["name"] == "lab-rota-console"
    assert ("Role", "lab-rota-console") in found
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "lab-rota-console", "namespace": "shop"}
    ]


@pytest.mark.parametrize("component", [*COMPONENTS, *CONSOLE])
def test_a_component_alone_is_valid_and_leaves_other_objects_alone(folder, component, monkeypatch):
    other = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop-api"},
        "spec": {
            "selector": {"matchLabels": {"app": "shop-api"}},
            "template": {
                "metadata": {"labels": {"app": "shop-api"}},
                "spec": {"containers": [{"name": "shop-api", "image": "shop-api"}]},
            },
        },
    }
    own = write_overlay(
        folder,
        "own",
        {
            "resources": ["../../base", "shop-api.yaml"],
            "components": components("cronjobs", "run-on-start", component),
        },
    )
    (own / "shop-api.yaml").write_text(yaml.safe_dump(other))

    found = build(own)

    valid(found, monkeypatch)
    assert other in found


def test_the_schedulers_pages_are_served_inside_of_its_pod(folder):
    found = overlay(folder, components=components("scheduler", "scheduler-pages"))
    [scheduler] = [each for each in found if each["kind"] == "Deployment"]
    [container] = pod_template(scheduler)["spec"]["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    env = {each["name"]: each.get("value") for each in container["env"]}

    assert ports == {"health": 8080, "web": 8081}
    assert env["ROTA_WEB_ADDRESS"] == "127.0.0.1:8081"
    assert env["ROTA_WEB_ACCESS"] == "loopback"
