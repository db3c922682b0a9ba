import re

import pytest

from rota.kubernetes.manifests.manual_job import manual_job
from rota.model.errors import UsageError

CRONJOB = {
    "metadata": {"name": "shop-rota-cleanup", "namespace": "shop", "uid": "uid-of-cronjob"},
    "spec": {
        "schedule": "0 * * * *",
        "suspend": True,
        "jobTemplate": {
            "metadata": {"labels": {"rota/task": "cleanup"}, "annotations": {"team": "shop"}},
            "spec": {
                "backoffLimit": 2,
                "template": {
                    "spec": {
                        "containers": [
                            {"name": "rota", "args": ["run", "cleanup"], "image": "shop:1"},
                            {"name": "proxy", "args": ["run", "proxy"]},
                        ]
                    }
                },
            },
        },
    },
}
# What the console and a pod take for a scheduled Job's name.
SLOT = re.compile(r".*-\d{8}")


def renamed(name):
    return {**CRONJOB, "metadata": {**CRONJOB["metadata"], "name": name}}


def arguments_of(job):
    return [each["args"] for each in job["spec"]["template"]["spec"]["containers"]]


def test_a_job_is_the_one_that_kubectl_makes_from_the_cronjob():
    job = manual_job(CRONJOB, suffix="kqzbxw")

    assert job == {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": "shop-rota-cleanup-manual-kqzbxw",
            "namespace": "shop",
            "labels": {"rota/task": "cleanup"},
            "annotations": {"cronjob.kubernetes.io/instantiate": "manual", "team": "shop"},
            "ownerReferences": [
                {
                    "apiVersion": "batch/v1",
                    "kind": "CronJob",
                    "name": "shop-rota-cleanup",
                    "uid": "uid-of-cronjob",
                    "controller": True,
                }
            ],
        },
        "spec": CRONJOB["spec"]["jobTemplate"]["spec"],
    }


def test_arguments_go_to_the_container_that_runs_the_task_alone():
    job = manual_job(CRONJOB, suffix="kqzbxw", slot="2026-11-25T06:00:00Z", arguments=["limit=10"])

    expected = ["run", "cleanup", "--slot", "2026-11-25T06:00:00Z", "--arg", "limit=10"]
    assert arguments_of(job) == [expected, ["run", "proxy"]]
    assert job["metadata"]["annotations"]["rota/slot"] == "2026-11-25T06:00:00Z"
    assert arguments_of({"spec": CRONJOB["spec"]["jobTemplate"]["spec"]})[0] == ["run", "cleanup"]


@pytest.mark.parametrize("length", [1, 45, 46, 50, 52])
def test_a_name_is_short_enough_for_the_pods_of_100_shards_and_never_a_slots(length):
    name = manual_job(renamed("c" * length), suffix="bcdfgh")["metadata"]["name"]

    assert len(f"{name}-99") <= 63
    assert not SLOT.fullmatch(name)


def test_cronjobs_whose_long_names_differ_at_their_end_have_jobs_that_differ():
    names = {
        manual_job(renamed("c" * 49 + end), suffix="bcdfgh")["metadata"]["name"] for end in "ab"
    }

    assert len(names) == 2


@pytest.mark.parametrize(
    "container",
    [
        pytest.param({"name": "rota", "args": ["scheduler"]}, id="another-command"),
        pytest.param({"name": "rota"}, id="the-images-own-command"),
        pytest.param({"name": "rota", "args": ["run"]}, id="no-task"),
        pytest.param({"name": "main", "args": ["run", "cleanup"]}, id="another-name"),
    ],
)
def test_arguments_are_refused_where_there_is_nothing_to_add_them_to(container):
    template = {"spec": {"containers": [container]}}
    cronjob = {
        "metadata": CRONJOB["metadata"],
        "spec": {"jobTemplate": {"spec": {"template": template}}},
    }

    with pytest.raises(UsageError, match="CronJob shop-rota-cleanup has no container"):
        manual_job(cronjob, suffix="bcdfgh", slot="2026-11-25T06:00:00Z")
