"""What single tasks have of their own in their pods, and what all pods have."""

import pytest

from support import helm

VERSIONS = ("helm", "helm3")
HOURLY = {"intervalSeconds": 3600}
SPREAD = [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}]
DIGEST = "sha256:" + "0a" * 32


def pods(task, **values):
    """Return the pod specs of the task, and of another one beside it."""
    tasks = {"own": {**HOURLY, **task}, "other": HOURLY}
    found = helm.by_task(helm.objects({**values, "tasks": tasks}))
    return helm.pod_spec(found["own"]), helm.pod_spec(found["other"])


def refusal(values, version="helm"):
    with pytest.raises(helm.HelmRefusedError) as refused:
        helm.template(values, version=version)
    return str(refused.value)


@pytest.mark.fault(136)
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("serviceAccountName", "reports"),
        ("automountServiceAccountToken", True),
        ("topologySpreadConstraints", SPREAD),
        ("hostAliases", [{"ip": "192.0.2.1", "hostnames": ["a"]}]),
        ("dnsConfig", {"nameservers": ["192.0.2.2"]}),
        ("runtimeClassName", "gvisor"),
    ],
)
def test_a_key_of_a_task_is_its_pods_alone(key, value):
    own, other = pods({key: value})
    assert own[key] == value
    assert other.get(key) != value
    mine, others = pods({}, taskDefaults={key: value})
    assert mine[key] == others[key] == value


@pytest.mark.fault(136)
@pytest.mark.parametrize(
    ("key", "value", "replaced"),
    [
        ("topologySpreadConstraints", SPREAD, []),
        ("hostAliases", [{"ip": "192.0.2.1", "hostnames": ["a"]}], []),
        ("dnsConfig", {"nameservers": ["192.0.2.2"]}, {"nameservers": ["192.0.2.3"]}),
        ("runtimeClassName", "gvisor", "kata"),
    ],
)
def test_what_all_pods_have_reaches_every_pod_and_a_task_replaces_it(key, value, replaced):
    tasks = {"fast": {"intervalSeconds": 5}, "slow": {**HOURLY, "runOnStart": True}}
    for each in helm.objects({"mode": "hybrid", "tasks": tasks, key: value}):
        if each["kind"] in {"CronJob", "Job", "Deployment", "Pod"}:
            assert helm.pod_spec(each)[key] == value, each["kind"]
    own, other = pods({key: replaced}, **{key: value})
    assert own.get(key, []) == replaced
    assert other[key] == value


@pytest.mark.fault(136)
@pytest.mark.parametrize(
    "image", ["reports", "registry.example:5000/a/b:1.2", f"a@{DIGEST}", f"a:1@{DIGEST}"]
)
def test_a_task_may_have_an_image_of_its_own(image):
    own, other = pods({"image": image}, **{"global": {"imageRegistry": "mirror.example"}})
    assert own["containers"][0]["image"] == image
    assert other["containers"][0]["image"] == "mirror.example/rota:0.1.0"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "image", ["A", "https://a/b", "a:", "a:1 ", "a@", "a@sha256:12", "a:1:2", "/a", "{{ .x }}"]
)
def test_an_image_that_is_none_is_refused(image, version):
    assert "tasks.x.image: " in refusal({"tasks": {"x": {**HOURLY, "image": image}}}, version)


@pytest.mark.fault(136)
def test_lists_of_a_task_come_after_those_of_all_pods():
    both = {
        "envFrom": ([{"secretRef": {"name": "a"}}], [{"secretRef": {"name": "b"}}]),
        "volumes": ([{"name": "a", "emptyDir": {}}], [{"name": "b", "emptyDir": {}}]),
        "volumeMounts": ([{"name": "a", "mountPath": "/a"}], [{"name": "b", "mountPath": "/b"}]),
        "initContainers": ([{"name": "a", "image": "x"}], [{"name": "b", "image": "x"}]),
    }
    given = {key: mine for key, (_, mine) in both.items()}
    shared = {key: value for key, (value, _) in both.items()}
    own, other = pods(given, **shared, sidecars=[{"name": "s", "image": "x"}])
    assert [each["secretRef"]["name"] for each in own["containers"][0]["envFrom"]] == ["a", "b"]
    assert [each["name"] for each in own["volumes"]] == ["rota", "tmp", "a", "b"]
    mounts = [each["mountPath"] for each in own["containers"][0]["volumeMounts"]]
    assert mounts == ["/etc/rota", "/tmp", "/a", "/b"]  # noqa: S108 (in a container)
    assert [each["name"] for each in own["initContainers"]] == ["a", "s", "b"]
    restarts = [each.get("restartPolicy") for each in own["initContainers"]]
    assert restarts == [None, "Always", None]
    for each in own["initContainers"]:
        assert each["securityContext"]["allowPrivilegeEscalation"] is False
    assert [each["name"] for each in other["volumes"]] == ["rota", "tmp", "a"]


@pytest.mark.fault(136)
def test_security_contexts_of_a_task_go_over_those_of_all_pods_key_by_key():
    own, other = pods(
        {"securityContext": {"runAsUser": 7}, "podSecurityContext": {"fsGroup": None}}
    )
    assert own["containers"][0]["securityContext"] == {
        **other["containers"][0]["securityContext"],
        "runAsUser": 7,
    }
    assert "fsGroup" not in own["securityContext"]
    assert own["securityContext"]["runAsNonRoot"] is True
    assert other["securityContext"]["fsGroup"] == 65532


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("task", "path"),
    [
        ({"volumes": [{"name": "tmp", "emptyDir": {}}]}, "tasks.x.volumes[0].name"),
        ({"volumes": [{"name": "all", "emptyDir": {}}]}, "tasks.x.volumes[0].name"),
        ({"volumeMounts": [{"name": "no", "mountPath": "/a"}]}, "tasks.x.volumeMounts[0].name"),
        ({"volumeMounts": [{"name": "all", "mountPath": "/all"}]}, "tasks.x.volumeMounts[0].mount"),
        (
            {"volumeMounts": [{"name": "all", "mountPath": "/etc/rota"}]},
            "tasks.x.volumeMounts[0].mountPath",
        ),
        ({"initContainers": [{"name": "rota", "image": "x"}]}, "tasks.x.initContainers[0].name"),
        ({"initContainers": [{"name": "i", "image": "x"}]}, "tasks.x.initContainers[0].name"),
        ({"envFrom": [{"secretRef": {}}]}, "tasks.x.envFrom[0].secretRef.name"),
        ({"parallelism": 2}, "tasks.x.parallelism: requires several shards"),
        ({"shards": 2, "parallelism": 3}, "tasks.x.parallelism: is 3, but there are only 2 shards"),
        ({"shards": 2, "maxFailedIndexes": 3}, "tasks.x.maxFailedIndexes: is 3, but"),
    ],
    ids=str,
)
def test_what_collides_with_the_pods_of_all_is_refused(task, path, version):
    shared = {
        "volumes": [{"name": "all", "emptyDir": {}}],
        "volumeMounts": [{"name": "all", "mountPath": "/all"}],
        "initContainers": [{"name": "i", "image": "x"}],
    }
    assert path in refusal({**shared, "tasks": {"x": {**HOURLY, **task}}}, version)


def test_a_volume_of_the_defaults_can_be_mounted_by_a_task():
    defaults = {"volumes": [{"name": "big", "emptyDir": {}}]}
    task = {"volumeMounts": [{"name": "big", "mountPath": "/big"}]}
    own, other = pods(task, taskDefaults=defaults)
    assert own["containers"][0]["volumeMounts"][-1]["mountPath"] == "/big"
    assert other["volumes"][-1]["name"] == "big"


@pytest.mark.fault(136)
@pytest.mark.parametrize(
    ("shards", "parallelism", "turns"), [(5, 2, 3), (4, 2, 2), (3, 3, 1), (3, None, 1)]
)
def test_shards_that_take_turns_have_a_deadline_for_all_of_them(shards, parallelism, turns):
    task = {**HOURLY, "shards": shards, "parallelism": parallelism, "timeoutSeconds": 100}
    found = helm.only({"tasks": {"x": {**task, "maxFailedIndexes": 1}}}, "CronJob")
    spec = found["spec"]["jobTemplate"]["spec"]
    assert (spec["completions"], spec["parallelism"]) == (shards, parallelism or shards)
    assert spec["maxFailedIndexes"] == 1
    assert spec["activeDeadlineSeconds"] == 120 + turns * (3 * 130 + 10 + 20)


def test_parallelism_of_the_defaults_never_exceeds_a_tasks_shards():
    defaults = {"parallelism": 3, "maxFailedIndexes": 3}
    for shards, expected in ((1, None), (2, 2), (5, 3)):
        values = {"taskDefaults": defaults, "tasks": {"x": {**HOURLY, "shards": shards}}}
        spec = helm.only(values, "CronJob")["spec"]["jobTemplate"]["spec"]
        assert spec.get("parallelism") == spec.get("maxFailedIndexes") == expected


@pytest.mark.fault(136)
def test_the_sizes_of_tmp_and_of_the_state_can_be_set():
    values = {"mode": "scheduler", "tmp": {"sizeLimit": "1Gi"}, "state": {"sizeLimit": "2Gi"}}
    volumes = helm.pod_spec(helm.only(values, "Deployment"))["volumes"]
    limits = {each["name"]: each["emptyDir"]["sizeLimit"] for each in volumes if "emptyDir" in each}
    assert limits == {"tmp": "1Gi", "state": "2Gi"}
    nothing = {"mode": "scheduler", "tmp": {"sizeLimit": None}, "state": {"sizeLimit": None}}
    volumes = helm.pod_spec(helm.only(nothing, "Deployment"))["volumes"]
    assert [each["emptyDir"] for each in volumes if "emptyDir" in each] == [{}, {}]
    assert "tmp.sizeLimit: " in refusal({"tmp": {"sizeLimit": "big"}})


@pytest.mark.fault(136)
@pytest.mark.parametrize("version", VERSIONS)
def test_extra_objects_are_maps_or_texts_with_templates(version):
    text = "kind: A\nmetadata: {name: '{{ .Release.Name }}-a'}\n---\nkind: B\nmetadata: {name: b}"
    mapped = {"kind": "C", "metadata": {"name": "{{ .Chart.Name }}-c"}, "spec": {"empty": []}}
    extra = {"extraObjects": [text, mapped]}
    found = {each["kind"]: each for each in helm.objects(extra, version=version)}
    assert found["A"]["metadata"]["name"] == "shop-a"
    assert found["B"]["metadata"]["name"] == "b"
    assert found["C"] == {**mapped, "metadata": {"name": "rota-c"}}
    assert helm.objects({"enabled": False, **extra}, version=version) == []


@pytest.mark.fault(136)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"businessApi": {"url": "http://{{ .Release.Name }}-api"}}, "businessApi.url"),
        ({"businessApi": {"existingSecret": "{{ .x }}"}}, "businessApi.existingSecret"),
        ({"serviceAccount": {"name": "{{ .x }}"}}, "serviceAccount.name"),
        ({"tasks": {"x": {**HOURLY, "serviceAccountName": "{{ .x }}"}}}, "serviceAccountName"),
        ({"tasks": {"x": {**HOURLY, "runtimeClassName": "{{ .x }}"}}}, "runtimeClassName"),
    ],
    ids=str,
)
def test_a_template_where_none_is_rendered_is_refused(values, path, version):
    said = refusal(values, version)
    assert path in said
    assert "templates in values are not rendered" in said
