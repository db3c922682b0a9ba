"""What an export holds; tests/manifests/test_kustomize_and_chart.py has kubectl build it."""

import pytest
import yaml

from rota.kubernetes.manifests.kustomize import kustomize_files
from rota.model.errors import ConfigError, ScheduleError, UsageError
from rota.settings import Settings
from support.registries import registry_of, task_of

HOURLY = {"interval_seconds": 3600}


def files_of(*tasks, **settings):
    return kustomize_files(registry_of(*tasks, **settings), Settings(**settings))


def start_job_names(files):
    jobs = yaml.safe_load_all(files["components/run-on-start/jobs.yaml"])
    return [job["metadata"]["name"] for job in jobs]


def test_the_same_tasks_in_any_order_give_the_same_bytes():
    one, other = task_of("a", **HOURLY), task_of("b", **HOURLY, run_on_start=True)

    assert files_of(one, other) == files_of(other, one)


def test_a_base_components_and_two_examples_are_written():
    assert {path.rsplit("/", 1)[0] for path in files_of(task_of("a", **HOURLY))} == {
        "base",
        "components/ca",
        "components/client-certificate",
        "components/console",
        "components/console-claim",
        "components/console-network-policy",
        "components/cronjobs",
        "components/network-policy",
        "components/pod-disruption-budget",
        "components/run-on-start",
        "components/scheduler",
        "components/scheduler-pages",
        "components/service",
        "components/state-claim",
        "components/token",
        "overlays/example-cronjobs",
        "overlays/example-scheduler",
    }


def test_a_console_has_cronjobs_keep_the_successes_of_ten_minutes_and_one_failure():
    tasks = [
        task_of(name, interval_seconds=seconds)
        for name, seconds in {"hourly": 3600, "minutely": 60, "too": 60, "second": 120}.items()
    ]
    files = files_of(*tasks, task_of("fast", interval_seconds=5))
    component = yaml.safe_load(files["components/console/kustomization.yaml"])
    limits = {
        each["target"]["labelSelector"].partition(",")[2]: yaml.safe_load(
            files[f"components/console/{each['path']}"]
        )["spec"]
        for each in component["patches"]
    }

    assert limits == {
        "": {"failedJobsHistoryLimit": 1},
        "rota/task in (second)": {"successfulJobsHistoryLimit": 5},
        "rota/task in (minutely,too)": {"successfulJobsHistoryLimit": 10},
    }


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param({"run_on_start": True}, ["jobs.yaml"], id="runs"),
        pytest.param({}, [], id="does-not"),
        pytest.param({"run_on_start": True, "suspend": True}, [], id="suspended"),
    ],
)
def test_runs_on_start_are_a_component_of_their_own(attributes, expected):
    files = files_of(task_of("a", **HOURLY, **attributes))
    component = yaml.safe_load(files["components/run-on-start/kustomization.yaml"])

    assert component["resources"] == expected
    assert ("components/run-on-start/jobs.yaml" in files) == bool(expected)


@pytest.mark.fault(129)
def test_only_a_suspended_cronjob_states_suspend():
    files = files_of(task_of("a", **HOURLY), task_of("b", **HOURLY, suspend=True))
    cronjobs = yaml.safe_load_all(files["components/cronjobs/cronjobs.yaml"])

    assert [each["spec"].get("suspend") for each in cronjobs] == [None, True]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"timeout_seconds": 7.0}, id="its-spec"),
        pytest.param({"catch_up_seconds": 60}, id="the-settings-alone"),
    ],
)
def test_a_change_renames_the_start_job_since_a_job_cannot_be_changed(change):
    before = files_of(task_of("a", **HOURLY, run_on_start=True))
    after = files_of(task_of("a", **HOURLY, run_on_start=True, **change))

    assert start_job_names(before) != start_job_names(after)


def test_tasks_below_a_minute_get_a_scheduler_beside_the_cronjobs():
    files = files_of(task_of("a", **HOURLY), task_of("fast", interval_seconds=5))
    container = yaml.safe_load(files["components/cronjobs/scheduler.yaml"])["spec"]["template"][
        "spec"
    ]["containers"][0]

    (settings,) = [each for each in container["env"] if each["name"] == "ROTA_SETTINGS"]
    assert settings["value"].splitlines()[-1] == "ROTA_ONLY=fast"
    assert "fast" not in files["components/cronjobs/cronjobs.yaml"]


def test_parts_of_a_second_of_the_grace_are_rounded_up_where_kubernetes_has_none():
    files = files_of(task_of("a", **HOURLY), grace_seconds=2.5)
    pod = yaml.safe_load(files["components/scheduler/deployment.yaml"])["spec"]["template"]

    assert pod["spec"]["terminationGracePeriodSeconds"] == 8
    assert "\nROTA_GRACE_SECONDS=2.5\n" in files["base/settings.env"]


def test_nothing_of_the_machine_that_exports_gets_into_the_files():
    settings = {"business_api_url": "http://localhost:1/canary", "api_token": "canary"}

    assert "canary" not in "".join(files_of(task_of("a", **HOURLY), **settings).values())


@pytest.mark.parametrize(
    ("tasks", "settings", "error", "message"),
    [
        pytest.param(
            [task_of("a", **HOURLY)],
            {"release": "Shop_1"},
            UsageError,
            "ROTA_RELEASE 'Shop_1' cannot be part of Kubernetes names",
            id="release",
        ),
        pytest.param(
            [task_of("a", interval_seconds=5400, catch_up_seconds=60)],
            {},
            ScheduleError,
            "task 'a': catch_up_seconds is refused in a CronJob for an interval of 5400 s",
            id="every-with-deadline",
        ),
        pytest.param(
            [task_of("a", interval_seconds=5400, catch_up="none")],
            {},
            ScheduleError,
            "task 'a': catch_up=none is refused in a CronJob for an interval of 5400 s",
            id="every-without-catch-up",
        ),
        pytest.param(
            [task_of("a", catch_up="all", **HOURLY)],
            {},
            ScheduleError,
            "task 'a': catch_up=all is refused in a CronJob: Kubernetes starts only the newest",
            id="catch-up-of-all",
        ),
        pytest.param(
            [task_of("a", enabled=False)], {}, ConfigError, "no task would run", id="no-task"
        ),
    ],
)
def test_what_kubernetes_cannot_do_is_refused(tasks, settings, error, message):
    with pytest.raises(error, match=message):
        files_of(*tasks, **settings)
