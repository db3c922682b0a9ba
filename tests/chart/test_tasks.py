import re

import pytest

from rota.tasks.naming import MAX_NAME_CHARACTERS
from support import helm
from support.chart_values import LONGEST_RELEASE


def cronjob(task, *, values=None, **options):
    tasks = {"tasks": {"x": {"intervalSeconds": 3600, **task}}}
    return helm.only({**tasks, **(values or {})}, "CronJob", **options)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("successfulJobsHistoryLimit", ("spec",)),
        ("failedJobsHistoryLimit", ("spec",)),
        ("backoffLimit", ("spec", "jobTemplate", "spec")),
        ("ttlSecondsAfterFinished", ("spec", "jobTemplate", "spec")),
    ],
)
@pytest.mark.parametrize("value", [0, 7, 2_000_000])
def test_zero_and_large_numbers_survive(key, path, value):
    if key == "backoffLimit":
        value = min(value, 100)
    for values in ({key: value}, {}):
        found = cronjob(values, values=None if values else {"taskDefaults": {key: value}})
        for step in path:
            found = found[step]
        assert found[key] == value


def test_false_in_a_task_overrides_true_in_the_defaults():
    values = {
        "taskDefaults": {"suspend": True, "runOnStart": True, "argocdIgnoreHealthcheck": True}
    }
    said = {"suspend": False, "runOnStart": False, "argocdIgnoreHealthcheck": False}
    found = helm.objects({"tasks": {"x": {"intervalSeconds": 60, **said}}, **values})
    (own,) = [each for each in found if each["kind"] == "CronJob"]
    assert "suspend" not in own["spec"]
    assert "annotations" not in own["metadata"]
    assert not [each for each in found if each["kind"] == "Job"]
    by_default = cronjob({}, values=values)
    assert by_default["spec"]["suspend"] is True
    assert by_default["metadata"]["annotations"] == {
        "argocd.argoproj.io/ignore-healthcheck": "true"
    }


@pytest.mark.parametrize("key", ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"])
def test_null_gives_a_history_limit_its_default(key):
    assert cronjob({})["spec"][key] == 3
    assert cronjob({}, values={"taskDefaults": {key: None}})["spec"][key] == 3
    assert cronjob({key: None})["spec"][key] == 3


@pytest.mark.parametrize("name", ["cleanup", "x"])
def test_null_in_a_task_means_the_same_for_the_charts_tasks_and_others(name):
    task = {"intervalSeconds": 3600, "backoffLimit": None, "overlap": None, "env": None}
    found = helm.by_task(helm.objects({"tasks": {name: task}}))[name]["spec"]
    assert found["concurrencyPolicy"] == "Forbid"
    assert found["jobTemplate"]["spec"]["backoffLimit"] == 2


@pytest.mark.parametrize("mode", ["cronjobs", "scheduler"])
def test_a_null_task_and_a_disabled_one_leave_no_trace(mode):
    values = {
        "mode": mode,
        "tasks": {
            "here": {"intervalSeconds": 60},
            "gone": None,
            "absent": {"schedule": "x", "enabled": False},
        },
    }
    rendered = helm.template(values)
    assert not re.search("gone|absent", rendered, re.IGNORECASE)
    assert "ROTA_ONLY=here\n" in rendered


def test_a_task_without_workload_leaves_no_pod_that_would_run_all_tasks_of_the_image():
    # An empty ROTA_ONLY means every task that is found.
    for mode in ("cronjobs", "scheduler", "hybrid"):
        kinds = {each["kind"] for each in helm.objects({"mode": mode, "tasks": {"gone": None}})}
        assert kinds == {"ServiceAccount", "ConfigMap"}


def test_suspending_all_suspends_every_task_and_starts_none():
    for found in helm.objects({"suspendAll": True}):
        assert found["kind"] != "Job"
        assert found["kind"] != "CronJob" or found["spec"]["suspend"] is True
    config = helm.only({"suspendAll": True, "mode": "scheduler"}, "ConfigMap")
    assert helm.settings(config)["ROTA_TASK__CLEANUP__SUSPEND"] == "true"


@pytest.mark.fault(129)
@pytest.mark.parametrize("suspend", [False, None])
def test_false_is_not_rendered_so_that_a_suspension_by_hand_outlives_an_upgrade(suspend):
    assert "suspend" not in cronjob({"suspend": suspend})["spec"]
    assert cronjob({"suspend": True})["spec"]["suspend"] is True


@pytest.mark.parametrize("overlap", ["forbid", "replace", "allow"])
def test_the_overlap_is_the_concurrency_policy(overlap):
    assert cronjob({"overlap": overlap})["spec"]["concurrencyPolicy"] == overlap.title()


def test_maps_of_texts_are_joined_and_everything_else_is_replaced():
    values = {
        "taskDefaults": {
            "env": {"A": "default", "B": "default", "C": "default"},
            "podAnnotations": {"a": "default"},
            "affinity": {"nodeAffinity": {}},
            "tolerations": [{"key": "default"}],
        }
    }
    task = {
        "env": {"B": "", "C": None, "D": 0},
        "podAnnotations": {"b": "own"},
        "affinity": {"podAffinity": {}},
        "resources": {"limits": {"memory": "1Gi"}},
        "tolerations": [],
    }
    found = cronjob(task, values=values)
    env = helm.environment(found)
    assert {name: env.get(name) for name in "ABCD"} == {
        "A": "default",
        "B": "",
        "C": None,
        "D": "0",
    }
    pod = helm.pod_spec(found)
    assert pod["affinity"] == {"podAffinity": {}}
    assert "tolerations" not in pod
    assert helm.container(found)["resources"] == {"limits": {"memory": "1Gi"}}
    template = found["spec"]["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["annotations"] == {"a": "default", "b": "own"}


@pytest.mark.fault(139)
def test_a_tasks_environment_wins_over_that_of_all_pods():
    found = cronjob({"env": {"A": "own"}}, values={"env": {"A": "all", "B": "all"}})
    env = helm.environment(found)
    assert (env["A"], env["B"]) == ("own", "all")


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({}, "neither intervalSeconds nor schedule is set"),
        (
            {"intervalSeconds": 60, "schedule": "* * * * *"},
            "intervalSeconds and schedule are both set; keep one, and set the other to null",
        ),
        ({"intervalSeconds": 60, "timezone": "Etc/UTC"}, "timezone: requires cron text"),
        ({"schedule": "* * * * *", "timezone": "Local"}, 'timezone: "Local" is refused'),
        ({"schedule": "0 * * * * *"}, "it has 6 fields, but needs five"),
        ({"schedule": "CRON_TZ=UTC * * * * *"}, "use timezone"),
        ({"schedule": "@every 5m"}, "use intervalSeconds"),
        ({"schedule": "@reboot"}, "the descriptors are @yearly"),
        ({"schedule": "0 * * * *", "splayMinutes": 5}, 'move the minute in \\"0 * * * *\\"'),
        ({"intervalSeconds": 5400, "splayMinutes": 5}, "splayMinutes: is refused"),
        ({"intervalSeconds": 5400, "catchUpSeconds": 600}, "catchUpSeconds: is refused"),
        ({"intervalSeconds": 5400, "catchUp": "none"}, "catchUp: none is refused for an interval"),
        ({"intervalSeconds": 60, "catchUp": "all"}, "catchUp: all is refused in a CronJob"),
        (
            {"intervalSeconds": 5, "catchUp": "all", "overlap": "allow"},
            "catchUp: all starts one slot after the other, so it requires overlap: forbid",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_task_named(task, message):
    for version in ("helm", "helm3"):
        with pytest.raises(helm.HelmRefusedError) as refusal:
            helm.template({"tasks": {"x": task}}, version=version)
        assert "tasks.x" in str(refusal.value)
        assert message.replace("\\", "") in str(refusal.value).replace("\\", "")


def test_all_problems_are_reported_at_once():
    tasks = {"a": {}, "b": {"intervalSeconds": 5}, "c--d": {"intervalSeconds": 60}}
    with pytest.raises(helm.HelmRefusedError) as refusal:
        helm.template({"tasks": tasks})
    for name in tasks:
        assert f"tasks.{name}" in str(refusal.value)


@pytest.mark.fault(76)
@pytest.mark.parametrize("name", ["Upper", "a.b", "a--b", "a__b", "-a", "a-", "a" * 41, "ä", "a b"])
def test_a_name_that_python_refuses_is_refused(name):
    with pytest.raises(helm.HelmRefusedError, match="the name is not allowed: use lower-case"):
        helm.template({"tasks": {name: {"intervalSeconds": 60}}})


@pytest.mark.fault(76)
def test_two_names_that_meet_in_kubernetes_are_refused():
    tasks = {"send-bills": {"intervalSeconds": 60}, "send_bills": {"intervalSeconds": 60}}
    with pytest.raises(helm.HelmRefusedError) as refusal:
        helm.template({"tasks": tasks})
    told = str(refusal.value).replace("\\", "")
    assert 'tasks.send_bills: it would be "send-bills" in Kubernetes, as "send-bills" would' in told


LONG_NAMES = [
    "a" * MAX_NAME_CHARACTERS,
    "a" * (MAX_NAME_CHARACTERS - 1) + "b",
    "long-names-that-differ-in-the-middle-x-y",
    "long-names-that-differ-in-the-middle_z-y",
    "short",
    "start",
    "cleanup-start",
]
RELEASES = ["rota", "shop", "shop-rota", "rota-shop", "rota-rota", LONGEST_RELEASE, "a.b"]


@pytest.mark.fault(76)
@pytest.mark.fault(77)
def test_no_two_objects_of_any_releases_in_a_namespace_share_a_name():
    tasks = {name: {"intervalSeconds": 300, "runOnStart": True} for name in LONG_NAMES}
    seen = {}
    for release in [*RELEASES, LONGEST_RELEASE[:-1] + "x"]:
        for mode in ("cronjobs", "scheduler"):
            values = {
                "tasks": tasks,
                "mode": mode,
                "service": {"enabled": True},
                "state": {"persistence": {"enabled": True}},
            }
            for found in helm.objects(values, release=release):
                name = (found["kind"], found["metadata"]["name"])
                assert seen.setdefault(name, release) == release, name
    assert {"CronJob", "Job", "Deployment", "PersistentVolumeClaim"} <= {kind for kind, _ in seen}
    for kind, name in seen:
        longest = {"CronJob": 50, "Job": 59}.get(kind, 63)
        assert len(name) <= longest, name
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name), name


@pytest.mark.fault(76)
def test_a_cut_name_keeps_the_tasks_name():
    name = "send-the-bills-of-the-month"
    values = {"tasks": {name: {"intervalSeconds": 60}}}
    found = helm.only(values, "CronJob", release=LONGEST_RELEASE)["metadata"]["name"]
    assert found.endswith(f"-{name}")
    assert re.match(r"a-release-\w*-?[0-9a-f]{8}-", found)


@pytest.mark.parametrize(
    ("release", "values", "expected"),
    [
        ("shop", {}, "shop-rota"),
        ("rota", {}, "rota"),
        ("rota-shop", {}, "rota-shop"),
        ("shop-rota", {}, "shop-rota-rota"),
        ("shop", {"nameOverride": "jobs"}, "shop-jobs"),
        ("shop", {"fullnameOverride": "jobs"}, "jobs"),
        ("a.b", {}, "a-b-rota"),
    ],
)
def test_objects_are_named_after_the_release(release, values, expected):
    found = helm.objects(values, release=release)
    names = {(each["kind"], each["metadata"]["name"]) for each in found}
    assert ("ConfigMap", expected) in names
    assert ("CronJob", f"{expected}-cleanup") in names


@pytest.mark.fault(77)
def test_two_releases_select_none_of_each_others_pods():
    selectors = [
        helm.only({"mode": "scheduler"}, "Deployment", release=release)["spec"]["selector"]
        for release in RELEASES
    ]
    assert all(selectors.count(each) == 1 for each in selectors)


@pytest.mark.fault(78)
def test_tasks_keep_their_names_when_others_come_and_go():
    def names(tasks):
        found = helm.objects({"tasks": tasks}, "CronJob")
        return {each["metadata"]["name"] for each in found}

    few = {"m": {"intervalSeconds": 60}}
    assert names(few) | {"shop-rota-a", "shop-rota-z"} == names(
        {**few, "a": {"intervalSeconds": 60}, "z": {"intervalSeconds": 60}}
    )
