import shutil

import pytest

from rota.model.exit_codes import ExitCode
from rota.runs.pod import slot_of_job
from support import helm
from support.chart_values import EVERYTHING

FILE_SETTINGS = (
    "ROTA_API_TOKEN_FILE",
    "ROTA_API_CA_FILE",
    "ROTA_API_CLIENT_CERT_FILE",
    "ROTA_API_CLIENT_KEY_FILE",
)


def job_spec(task=None, **values):
    tasks = {"x": {"intervalSeconds": 300, **(task or {})}}
    return helm.only({"tasks": tasks, **values}, "CronJob")["spec"]["jobTemplate"]["spec"]


def start_job(task=None, **options):
    tasks = {"x": {"intervalSeconds": 300, "runOnStart": True, **(task or {})}}
    return helm.only({"tasks": tasks, **options.pop("values", {})}, "Job", **options)


def rules(spec):
    return spec["podFailurePolicy"]["rules"]


@pytest.mark.fault(82)
def test_a_disrupted_pod_is_ignored_before_any_exit_code_is_looked_at():
    assert rules(job_spec())[0] == {
        "action": "Ignore",
        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
    }


@pytest.mark.parametrize(("shards", "action"), [(1, "FailJob"), (3, "FailIndex")])
def test_exactly_the_codes_that_cannot_be_retried_fail_at_once(shards, action):
    final = [int(code) for code in ExitCode if not code.retryable and code != ExitCode.SUCCEEDED]
    assert rules(job_spec({"shards": shards}))[1:] == [
        {
            "action": action,
            "onExitCodes": {"containerName": "rota", "operator": "In", "values": sorted(final)},
        }
    ]


def test_a_pod_is_never_restarted_in_place():
    assert job_spec()["template"]["spec"]["restartPolicy"] == "Never"


@pytest.mark.parametrize(
    ("task", "grace", "expected"),
    [
        ({}, 25, 120 + 3 * (300 + 30) + 10 + 20),
        ({"backoffLimit": 0}, 25, 120 + 330),
        ({"timeoutSeconds": 1000, "backoffLimit": 1}, 0, 120 + 2 * 1005 + 10),
        ({"timeoutSeconds": 0.5, "backoffLimit": 0}, 0, 120 + 1 + 5),
        ({"activeDeadlineSeconds": 77}, 25, 77),
    ],
)
@pytest.mark.fault(83)
def test_the_deadline_covers_all_attempts_and_belongs_to_the_job(task, grace, expected):
    spec = job_spec(task, gracePeriodSeconds=grace)
    assert spec["activeDeadlineSeconds"] == expected
    assert "activeDeadlineSeconds" not in spec["template"]["spec"]


@pytest.mark.parametrize("grace", [0, 25, 3600])
def test_kubernetes_waits_five_seconds_longer_than_rota(grace):
    found = helm.objects({"gracePeriodSeconds": grace, "mode": "hybrid"})
    for each in found:
        if each["kind"] in {"CronJob", "Job", "Deployment", "Pod"}:
            assert helm.pod_spec(each)["terminationGracePeriodSeconds"] == grace + 5
    (config,) = [each for each in found if each["kind"] == "ConfigMap"]
    assert helm.settings(config)["ROTA_GRACE_SECONDS"] == str(grace)


def test_a_pod_gets_its_task_its_cronjob_and_its_job():
    cronjob = helm.only({"tasks": {"send_bills": {"intervalSeconds": 60}}}, "CronJob")
    assert helm.container(cronjob)["args"] == ["run", "send_bills"]
    assert cronjob["metadata"]["name"] == "shop-rota-send-bills"
    told = helm.environment(cronjob)
    assert told.pop("ROTA_SETTINGS").splitlines() == [
        "ROTA_RELEASE=shop",
        "ROTA_GRACE_SECONDS=25",
        "ROTA_ONLY=send_bills",
        "ROTA_TASK__SEND_BILLS__INTERVAL_SECONDS=60",
        "ROTA_TASK__SEND_BILLS__SPLAY_MINUTES=0",
        "ROTA_TASK__SEND_BILLS__RUN_ON_START=false",
        "ROTA_TASK__SEND_BILLS__TIMEOUT_SECONDS=60",
        "ROTA_TASK__SEND_BILLS__OVERLAP=forbid",
        "ROTA_TASK__SEND_BILLS__CATCH_UP_SECONDS=3600",
        "ROTA_TASK__SEND_BILLS__CATCH_UP=latest",
        "ROTA_TASK__SEND_BILLS__BACKOFF_LIMIT=2",
        "ROTA_TASK__SEND_BILLS__SHARDS=1",
        "ROTA_TASK__SEND_BILLS__SUSPEND=false",
    ]
    attempt = "metadata.annotations['batch.kubernetes.io/job-index-failure-count']"
    assert told == {
        "BUSINESS_API_URL": helm.URL,
        "ROTA_NAMESPACE": "metadata.namespace",
        "ROTA_CRONJOB_NAME": "shop-rota-send-bills",
        "ROTA_JOB_NAME": "metadata.labels['batch.kubernetes.io/job-name']",
        "ROTA_JOB_UID": "metadata.labels['batch.kubernetes.io/controller-uid']",
        "ROTA_JOB_ATTEMPT": attempt,
    }


def test_shards_become_an_indexed_job_that_is_retried_per_index():
    spec = job_spec({"shards": 4, "backoffLimit": 0})
    assert spec["completionMode"] == "Indexed"
    assert (spec["completions"], spec["parallelism"]) == (4, 4)
    assert spec["backoffLimitPerIndex"] == 0
    assert "backoffLimit" not in spec
    env = {each["name"]: each for each in spec["template"]["spec"]["containers"][0]["env"]}
    path = env["ROTA_JOB_ATTEMPT"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert path == "metadata.annotations['batch.kubernetes.io/job-index-failure-count']"


def test_a_run_on_start_is_a_job_and_no_hook():
    found = start_job()
    assert "annotations" not in found["metadata"]
    assert found["metadata"]["name"].startswith("shop-rota-x-start-")
    tasks = {"tasks": {"x": {"intervalSeconds": 300, "runOnStart": True}}}
    cronjob = helm.only(tasks, "CronJob")
    assert helm.environment(found) == helm.environment(cronjob)
    assert "ttlSecondsAfterFinished" not in start_job({"ttlSecondsAfterFinished": 5})["spec"]


@pytest.mark.fault(81)
def test_a_start_job_has_no_name_that_looks_like_a_slots():
    tasks = {
        f"x{number}": {"intervalSeconds": 300, "runOnStart": True, "shards": number}
        for number in range(1, 60)
    }
    for task, found in helm.by_task(helm.objects({"tasks": tasks}), "Job").items():
        for cronjob in (f"shop-rota-{task}", f"shop-rota-{task}-start"):
            name = found["metadata"]["name"]
            assert slot_of_job(name, cronjob, now=5e9, longest_age_seconds=5e9) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"task": {"backoffLimit": 1}},
        {"values": {"image": {"tag": "2"}}},
        {"values": {"settings": {"LOG_LEVEL": "debug"}}},
        {"values": {"businessApi": {"url": "http://other"}}},
    ],
    ids=str,
)
def test_an_upgrade_that_changes_something_names_the_start_job_anew(changed):
    assert start_job(**changed)["metadata"]["name"] != start_job()["metadata"]["name"]


def test_a_new_version_of_the_chart_alone_does_not_run_start_jobs_again(tmp_path):
    newer = tmp_path / "rota"
    shutil.copytree(helm.CHART, newer)
    text = (newer / "Chart.yaml").read_text("utf-8")
    (newer / "Chart.yaml").write_text(text.replace("\nversion: ", "\nversion: 9"), "utf-8")
    before, after = start_job(), start_job(chart=newer)
    assert before["metadata"]["labels"] != after["metadata"]["labels"]
    assert before["metadata"]["name"] == after["metadata"]["name"]
    assert before["spec"] == after["spec"]


@pytest.mark.fault(88)
def test_sidecars_are_native_so_that_a_job_ends():
    pod = helm.pod_spec(helm.by_task(helm.objects(EVERYTHING))["cleanup"])
    assert [each["name"] for each in pod["containers"]] == ["rota"]
    wait, proxy = pod["initContainers"]
    assert "restartPolicy" not in wait
    assert proxy["restartPolicy"] == "Always"


def test_the_image_is_by_digest_where_there_is_one():
    digest = "sha256:" + "0a" * 32
    image = {"repository": "registry.example/shop", "tag": "2.5", "digest": digest}
    for given, expected in (
        (image, f"registry.example/shop@{digest}"),
        ({**image, "digest": None}, "registry.example/shop:2.5"),
        ({}, "rota:0.1.0"),
    ):
        (found,) = job_spec(image=given)["template"]["spec"]["containers"]
        assert found["image"] == expected


def projected(found):
    """Return the sources of the volume with files, and where rota's container has it."""
    (volume,) = [each for each in helm.pod_spec(found)["volumes"] if each["name"] == "rota"]
    (mount,) = [each for each in helm.container(found)["volumeMounts"] if each["name"] == "rota"]
    assert mount["readOnly"] is True
    return volume["projected"]["sources"], mount["mountPath"]


def test_secrets_are_mounted_as_files_and_never_named_in_the_environment():
    for mode in ("cronjobs", "scheduler"):
        objects = helm.objects({**EVERYTHING, "mode": mode})
        (config,) = [each for each in objects if each["kind"] == "ConfigMap"]
        for found in objects:
            if found["kind"] not in {"CronJob", "Deployment"}:
                continue
            sources, folder = projected(found)
            items = [
                item
                for source in sources
                for kind in ("secret", "configMap")
                for item in source.get(kind, {}).get("items", ())
            ]
            settings = helm.settings(config if mode == "scheduler" else found)
            for name in FILE_SETTINGS:
                assert settings[name].removeprefix(f"{folder}/") in [each["path"] for each in items]
            assert {each["secret"]["name"] for each in sources if "secret" in each} == {
                "shop-token",
                "shop-client",
            }


def test_a_projected_token_has_its_audience():
    token = {"enabled": True, "audience": "shop", "expirationSeconds": 900}
    values = {"businessApi": {"serviceAccountToken": token}}
    sources, _ = projected(helm.only({**values, "mode": "scheduler"}, "Deployment"))
    (found,) = [each for each in sources if "serviceAccountToken" in each]
    assert found == {
        "serviceAccountToken": {"audience": "shop", "expirationSeconds": 900, "path": "token/token"}
    }


@pytest.mark.fault(125)
@pytest.mark.parametrize("mode", ["cronjobs", "scheduler"])
def test_no_name_in_a_pod_comes_and_goes_with_the_values(mode):
    """Helm 3 never removes a keyed entry that only a failed revision had."""

    def names(values):
        found = helm.objects({**values, "mode": mode, "tasks": {"x": {"intervalSeconds": 60}}})
        (pod,) = [each for each in found if each["kind"] in {"CronJob", "Deployment"}]
        return {
            "env": [each["name"] for each in helm.container(pod)["env"]],
            "mounts": [each["name"] for each in helm.container(pod)["volumeMounts"]],
            "volumes": [each["name"] for each in helm.pod_spec(pod)["volumes"]],
            "settings": [
                key for each in found if each["kind"] == "ConfigMap" for key in each["data"]
            ],
        }

    more = {key: EVERYTHING[key] for key in ("businessApi", "settings", "state")}
    assert names(more) == names({})
