import json
import shutil

import pytest

from support import helm

VERSIONS = ("helm", "helm3")
PODS = ("CronJob", "Job", "Deployment", "Pod")
FAST = {"mode": "hybrid", "tasks": {"fast": {"intervalSeconds": 5}}}


@pytest.fixture
def parent(tmp_path):
    """Return a function that makes a parent chart with this text as its values.yaml."""

    def make(values):
        folder = tmp_path / "parent"
        shutil.copytree(helm.CHART, folder / "charts/rota", dirs_exist_ok=True)
        dependency = {"name": "rota", "version": "0.1.0", "condition": "rota.enabled"}
        chart = {"apiVersion": "v2", "name": "parent", "version": "1.0.0"}
        (folder / "Chart.yaml").write_text(json.dumps(chart | {"dependencies": [dependency]}))
        (folder / "values.yaml").write_text(values)
        return folder

    return make


def images(found):
    return {helm.container(each)["image"] for each in found if each["kind"] in PODS}


def pull_secrets(values):
    pods = [each for each in helm.objects({**FAST, **values}) if each["kind"] in PODS]
    (found,) = {json.dumps(helm.pod_spec(each).get("imagePullSecrets")) for each in pods}
    return json.loads(found)


@pytest.mark.fault(130)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_parent_chart_hands_down_anchors_registry_and_secrets(parent, version):
    chart = parent(
        """
        global: {imageRegistry: mirror.example, imagePullSecrets: [mirror], other: 1}
        rota:
          enabled: true
          x-team: &team {team: shop}
          podLabels: {<<: *team, more: x}
          tasks: {x: {intervalSeconds: 60, labels: *team}}
          businessApi: {url: http://shop-api}
        """
    )
    found = helm.objects(chart=chart, version=version)
    assert images(found) == {"mirror.example/rota:0.1.0"}
    cronjob = helm.by_task(found)["x"]
    assert helm.pod_spec(cronjob)["imagePullSecrets"] == [{"name": "mirror"}]
    pod = cronjob["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert (pod["team"], pod["more"]) == ("shop", "x")


@pytest.mark.fault(130)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_chart_that_is_not_enabled_renders_nothing_and_checks_nothing(parent, version):
    assert helm.objects({"enabled": False, "businessApi": {}}, version=version) == []
    assert helm.objects(chart=parent("rota: {enabled: false}"), version=version) == []


@pytest.mark.parametrize(
    ("repository", "registry", "image"),
    [
        ("shop/tasks", "mirror.example", "mirror.example/shop/tasks"),
        ("registry.example/shop/tasks", "mirror.example", "mirror.example/shop/tasks"),
        ("registry:5000/tasks", "mirror.example:5000/a", "mirror.example:5000/a/tasks"),
        ("localhost/tasks", "mirror", "mirror/tasks"),
        ("registry.example/tasks", "", "registry.example/tasks"),
        ("registry.example/tasks", None, "registry.example/tasks"),
    ],
)
@pytest.mark.fault(130)
def test_a_global_registry_takes_the_place_of_the_repositorys(repository, registry, image):
    given = {"image": {"repository": repository}, "global": {"imageRegistry": registry}}
    assert images(helm.objects({**FAST, **given})) == {f"{image}:0.1.0"}
    digest = "sha256:" + "0a" * 32
    given["image"]["digest"] = digest
    assert images(helm.objects({**FAST, **given})) == {f"{image}@{digest}"}


@pytest.mark.fault(130)
def test_pull_secrets_of_parent_and_chart_come_once_each():
    given = {
        "global": {"imagePullSecrets": ["a", {"name": "b"}]},
        "image": {"pullSecrets": [{"name": "b"}, {"name": "c"}]},
    }
    assert pull_secrets(given) == [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    assert pull_secrets({}) is None
    assert pull_secrets({"global": {"imagePullSecrets": ""}}) is None


@pytest.mark.parametrize("registry", ["https://mirror.example", "mirror/", "a b"])
def test_a_global_registry_of_a_wrong_form_is_refused(registry):
    with pytest.raises(helm.HelmRefusedError, match=r"global\.imageRegistry: .* no.? a registry"):
        helm.template({"global": {"imageRegistry": registry}})


def nullable():
    """Yield each value that may be null, and that is none but where "" means something else."""
    schema = json.loads((helm.CHART / "values.schema.json").read_text("utf-8"))
    task = schema["definitions"].pop("task")

    def within(described, path=()):
        for key, each in described["properties"].items():
            named = each.get("$ref", "").rpartition("/")[2]
            each = schema["definitions"].get(named, each)  # noqa: PLW2901 (what it refers to)
            if "properties" in each and not named and "null" not in each["type"]:
                yield from within(each, (*path, key))
            elif "null" in each.get("type", ()) and key not in ("global", "storageClassName"):
                yield (*path, key)

    yield from within(schema)
    yield from (("taskDefaults", key) for key in task["properties"])
    yield from (("tasks", "cleanup", key) for key in task["properties"])
    yield from (("tasks",), ("taskDefaults",), ("tasks", "cleanup"), ("settings", "LOG_LEVEL"))


def joined(paths, value):
    values = {}
    for path in paths:
        target = values
        for key in path[:-1]:
            target = target.setdefault(key, {})
        target[path[-1]] = value
        if path[:2] == ("tasks", "cleanup") and len(path) > 2:
            target.setdefault("intervalSeconds", 3600)
    return values


def outcome(values, version):
    try:
        return helm.template({"mode": "hybrid", **values}, version=version)
    except helm.HelmRefusedError as error:
        return str(error)


@pytest.mark.fault(130)
def test_empty_means_unset_wherever_null_does():
    paths = [path for path in nullable() if path != ("businessApi", "url")]
    assert len(paths) > 80
    own = [path for path in paths if path[0] not in ("tasks", "taskDefaults", "settings")]
    defaults = [path for path in paths if path[0] == "taskDefaults" and len(path) == 2]
    task = [path for path in paths if path[:2] == ("tasks", "cleanup") and len(path) == 3]
    task.remove(("tasks", "cleanup", "intervalSeconds"))
    for together in (own, defaults, task, *[[path] for path in paths if len(path) == 1]):
        for version in VERSIONS:
            empty = outcome(joined(together, ""), version)
            assert empty == outcome(joined(together, None), version), together
            assert "kind: ServiceAccount" in empty, empty


@pytest.mark.fault(130)
def test_empty_is_a_value_where_kubernetes_has_it():
    env = {"tasks": {"cleanup": {"intervalSeconds": 60, "env": {"EMPTY": ""}}}}
    assert helm.environment(helm.by_task(helm.objects(env))["cleanup"])["EMPTY"] == ""
    state = {"mode": "scheduler", "state": {"persistence": {"enabled": True}}}
    state["state"]["persistence"]["storageClassName"] = ""
    assert helm.only(state, "PersistentVolumeClaim")["spec"]["storageClassName"] == ""


@pytest.mark.parametrize(("key", "text"), [("intervalSeconds", "60"), ("suspend", "true")])
def test_a_quoted_number_or_boolean_is_refused_with_what_to_do(key, text):
    expected = rf'tasks\.cleanup\.{key}: "{text}" is a string; write .* without quotes'
    with pytest.raises(helm.HelmRefusedError, match=expected):
        helm.template({"tasks": {"cleanup": {key: text}}})
