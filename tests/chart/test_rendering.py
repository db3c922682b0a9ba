import functools
import shutil

import kubernetes_validate
import pytest
from kubernetes_validate import utils

from support import helm
from support.chart_values import (
    CI_VALUES,
    CONSOLES,
    EVERYTHING,
    LONGEST_RELEASE,
    MODES,
    SHAPES,
    with_console,
)

KUBERNETES_VERSIONS = ("1.31", "1.34", "1.37")
ALLOWED_VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
CASES = (
    {
        f"{name}, {mode}": ({**values, "mode": mode}, "shop")
        for name, values in SHAPES.items()
        for mode in MODES
    }
    | {
        f"release {release[:20]}, {mode}": ({**EVERYTHING, "mode": mode}, release)
        for release in ("rota", "dotted.release", LONGEST_RELEASE)
        for mode in ("cronjobs", "scheduler")
    }
    | {name: (values, "shop") for name, values in CI_VALUES.items()}
    | {
        f"console: {name}, {mode}": (
            with_console(console, **EVERYTHING, mode=mode),
            LONGEST_RELEASE if mode == "hybrid" else "shop",
        )
        for name, console in CONSOLES.items()
        for mode in ("cronjobs", "hybrid")
    }
)
# Of the Gateway API, which Kubernetes does not come with.
FOREIGN = {"HTTPRoute", "PodMonitor", "PrometheusRule"}


@functools.cache
def rendered(case, version="helm"):
    values, release = CASES[case]
    return helm.template(values, release=release, version=version)


@functools.cache
def rendered_objects(case):
    return helm.parse(rendered(case))


def all_objects():
    """Return every different object of the matrix, by what it is."""
    found = {}
    for case in CASES:
        for each in rendered_objects(case):
            found[str(each)] = (f"{case}: {each['kind']} {each['metadata']['name']}", each)
    return list(found.values())


@pytest.mark.parametrize("case", CASES)
def test_helm_3_and_4_render_the_same_bytes(case):
    assert rendered(case, "helm3") == rendered(case)


@pytest.mark.parametrize("case", ["everything, cronjobs", "everything, scheduler"])
def test_two_renders_are_the_same_bytes(case):
    assert rendered.__wrapped__(case) == rendered(case)


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_every_object_is_valid_for_the_kubernetes_version(version, monkeypatch):
    monkeypatch.setattr(utils, "schema_contents", functools.cache(utils.schema_contents))
    for title, found in all_objects():
        if found["kind"] in FOREIGN:
            continue
        try:
            kubernetes_validate.validate(found, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            pytest.fail(f"{title}: {list(error.path)}: {error.message}")


def test_the_validation_finds_a_field_in_the_wrong_place():
    cronjob = helm.only({"tasks": {"x": {"intervalSeconds": 60}}}, "CronJob")
    cronjob["spec"]["jobTemplate"]["spec"]["startingDeadlineSeconds"] = 60
    with pytest.raises(kubernetes_validate.ValidationError, match="startingDeadlineSeconds"):
        kubernetes_validate.validate(cronjob, "1.34", strict=True)


def pods():
    return [
        (title, helm.pod_spec(found))
        for title, found in all_objects()
        if found["kind"] in {"CronJob", "Job", "Deployment", "Pod"}
    ]


@pytest.mark.fault(87)
def test_every_pod_meets_pod_security_restricted():
    # k8s.io/pod-security-admission, policy/check_*.go; sidecars and init containers included.
    assert len(pods()) > 30
    for title, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, title
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, title
        assert pod["securityContext"].get("runAsUser") != 0, title
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), title
        for volume in pod["volumes"]:
            assert set(volume) - {"name"} <= ALLOWED_VOLUMES, title
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, title
            assert context["capabilities"] == {"drop": ["ALL"]}, title
            assert not any("hostPort" in port for port in container.get("ports", [])), title


def test_no_pod_but_the_consoles_can_talk_to_the_kubernetes_api_or_write_to_its_root():
    for title, pod in pods():
        is_console = pod["containers"][0]["args"] == ["console"]
        assert pod["automountServiceAccountToken"] is is_console, title
        assert pod["enableServiceLinks"] is False, title
        assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True, title
    for title, found in all_objects():
        assert found["kind"] not in {"ClusterRole", "ClusterRoleBinding", "Secret"}, title
        if found["kind"] in {"Role", "RoleBinding"}:
            assert found["metadata"]["labels"]["app.kubernetes.io/component"] == "console", title


def test_pods_carry_no_label_that_changes_with_the_charts_version():
    for title, found in all_objects():
        template = found.get("spec", {}).get("jobTemplate", {}).get("spec", found.get("spec", {}))
        labels = template.get("template", {}).get("metadata", {}).get("labels", {})
        assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(labels), title


def test_selectors_never_match_the_pods_of_tasks():
    found = helm.objects(
        {**EVERYTHING, "mode": "hybrid", "tasks": {"fast": {"intervalSeconds": 5}}}
    )
    selectors = [
        each["spec"]["selector"].get("matchLabels", each["spec"]["selector"])
        for each in found
        if each["kind"] in {"Deployment", "Service", "PodDisruptionBudget"}
    ]
    assert len(selectors) == 3
    (deployment,) = [each for each in found if each["kind"] == "Deployment"]
    pod_labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in selectors:
        assert selector["app.kubernetes.io/component"] == "scheduler"
        assert selector.items() <= pod_labels.items()


def test_it_renders_with_nothing_but_the_url_and_not_without():
    kinds = [each["kind"] for each in helm.objects()]
    assert kinds == ["ServiceAccount", "ConfigMap", "Job", "CronJob", "CronJob", "Pod"]
    with pytest.raises(helm.HelmRefusedError, match=r"businessApi.url: not set.*--set"):
        helm.template({"businessApi": {"url": ""}})


@pytest.mark.fault(138)
def test_a_thousand_tasks_are_rendered():
    # How long that takes is measured by bench/render.py.
    tasks = {f"task-{number}": {"intervalSeconds": 60 + number} for number in range(1000)}
    assert helm.template({"tasks": tasks}).count("kind: CronJob\n") == 1000


@pytest.mark.fault(138)
def test_a_task_among_others_that_are_alike_is_rendered_as_it_is_alone():
    # A percent sign and a text that cannot stand in a block of YAML go through a format, too.
    tasks = {
        "plain": {"intervalSeconds": 60},
        "like-it": {"intervalSeconds": 90, "timeoutSeconds": 7.5},
        "cron": {"schedule": "0\u00a08 * * *", "timezone": "Europe/Berlin", "runOnStart": True},
        "percent": {"intervalSeconds": 60, "env": {"FORMAT": "100% %s %[1]v %"}},
        "late": {"intervalSeconds": 3600, "catchUpSeconds": 600, "activeDeadlineSeconds": 77},
        "other": {"intervalSeconds": 60, "shards": 2, "suspend": True},
        "null": {"intervalSeconds": 60},
    }
    settings = {"ROTA_TERMINATION_MESSAGE_PATH": "/dev/ü %d%%"}
    together = helm.by_task(helm.objects({"tasks": tasks, "settings": settings}))
    assert together.keys() == tasks.keys()
    for name, task in tasks.items():
        alone = helm.only({"tasks": {name: task}, "settings": settings}, "CronJob")
        assert together[name] == alone, name
    assert together["cron"]["spec"]["schedule"] == "0\u00a08 * * *"
    assert helm.environment(together["percent"])["FORMAT"] == "100% %s %[1]v %"
    told = helm.settings(together["percent"])
    assert told["ROTA_TERMINATION_MESSAGE_PATH"] == "/dev/ü %d%%"


@pytest.mark.parametrize("version", ["helm", "helm3"])
def test_a_parent_chart_renders_the_same_objects(tmp_path, version):
    # Values of a parent reach the chart another way, in which Helm treats null differently.
    parent = tmp_path / "parent"
    shutil.copytree(helm.CHART, parent / "charts/rota")
    (parent / "Chart.yaml").write_text("{apiVersion: v2, name: parent, version: 1.0.0}", "utf-8")
    values = {"businessApi": {"url": helm.URL}, **SHAPES["nulls"], "tasks": {"cleanup": None}}
    found = helm.objects({"rota": values}, chart=parent, version=version)
    assert found == helm.objects(values, version=version)
