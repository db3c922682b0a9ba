"""Tables of small objects, with just the fields that a comparison reads."""

from typing import Any

import pytest

from rota.kubernetes.manifests.comparison import Difference, Kind, compare
from rota.kubernetes.manifests.deployed import deployed_tasks
from rota.model.errors import UsageError
from support.registries import definition_of


def cronjob(
    task: str,
    schedule: str,
    timezone: str | None = "Etc/UTC",
    *,
    suspend: bool | None = None,
    name: str | None = None,
    args: list[str] | None = None,
    env: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    name = name or f"rota-{task}"
    told = {"name": "ROTA_CRONJOB_NAME", "value": name}
    container = {
        "name": "rota",
        "args": ["run", task] if args is None else args,
        "env": [told, *(env or [])],
    }
    pod = {"spec": {"containers": [container]}}
    return {
        "kind": "CronJob",
        "metadata": {"name": name},
        "spec": {
            "schedule": schedule,
            "timeZone": timezone,
            "suspend": suspend,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": None if schedule.startswith("@every") else 3600,
            "jobTemplate": {"spec": {"backoffLimit": 2, "template": pod}},
        },
    }


def scheduler(
    variables: dict[str, str], *, replicas: int | None = 1, namespace: str | None = None
) -> list[dict[str, Any]]:
    place = {"namespace": namespace} if namespace else {}
    container = {
        "args": ["scheduler"],
        "envFrom": [{"secretRef": {"name": "other"}}, {"configMapRef": {"name": "rota"}}],
        "env": [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
    }
    return [
        {
            "kind": "Deployment",
            "metadata": {"name": "rota-scheduler", **place},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": [container]}}},
        },
        {"kind": "ConfigMap", "metadata": {"name": "rota", **place}, "data": variables},
    ]


def differences(tasks: list[Any], objects: list[dict[str, Any]]) -> list[Difference]:
    names = [task.name for task in tasks]
    return compare(tasks, deployed_tasks(objects, image_tasks=names))


CLEANUP = definition_of("cleanup", interval_seconds=3600)
IN_CRONJOB = "CronJob rota-cleanup"


@pytest.mark.parametrize(
    ("attributes", "schedule", "timezone"),
    [
        pytest.param({"interval_seconds": 3600}, "0 * * * *", "Etc/UTC", id="five-fields"),
        pytest.param({"interval_seconds": 5400}, "@every 5400s", "Etc/UTC", id="every"),
        pytest.param({"schedule": "@every 1h30m"}, "@every 5400s", "Etc/UTC", id="every-text"),
        pytest.param({"schedule": "@daily"}, "@daily", "Etc/UTC", id="descriptor"),
        pytest.param(
            {"schedule": "5 4 * * *", "timezone": "Asia/Tokyo"},
            "5 4 * * *",
            "Asia/Tokyo",
            id="zone",
        ),
    ],
)
def test_a_cronjob_on_the_tasks_own_schedule_is_the_same(attributes, schedule, timezone):
    task = definition_of("cleanup", **attributes)

    assert differences([task], [cronjob("cleanup", schedule, timezone)]) == []


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param(
            [],
            Difference("cleanup", Kind.MISSING, "0 * * * * (Etc/UTC)", None, None),
            id="missing",
        ),
        pytest.param(
            [cronjob("cleanup", "0 * * * *"), cronjob("old", "@daily")],
            Difference("old", Kind.EXTRA, None, "@daily (Etc/UTC)", "CronJob rota-old"),
            id="extra",
        ),
        pytest.param(
            [cronjob("cleanup", "30 * * * *")],
            Difference(
                "cleanup",
                Kind.SCHEDULE,
                "0 * * * * (Etc/UTC)",
                "30 * * * * (Etc/UTC)",
                IN_CRONJOB,
            ),
            id="schedule",
        ),
        pytest.param(
            [cronjob("cleanup", "0 * * * *", "Asia/Tokyo")],
            Difference(
                "cleanup",
                Kind.SCHEDULE,
                "0 * * * * (Etc/UTC)",
                "0 * * * * (Asia/Tokyo)",
                IN_CRONJOB,
            ),
            id="zone",
        ),
        pytest.param(
            [cronjob("cleanup", "0 * * * *", None)],
            Difference(
                "cleanup",
                Kind.SCHEDULE,
                "0 * * * * (Etc/UTC)",
                "0 * * * * (the time zone of the controller)",
                IN_CRONJOB,
            ),
            id="no-zone",
        ),
        pytest.param(
            [cronjob("cleanup", "0 * * * *", suspend=True)],
            Difference("cleanup", Kind.SUSPENDED, "active", "suspended", IN_CRONJOB),
            id="suspended",
        ),
        pytest.param(
            [cronjob("cleanup", "0 * * * *"), *scheduler({"ROTA_ONLY": "cleanup"})],
            Difference(
                "cleanup",
                Kind.TWICE,
                "once",
                "2 times",
                "CronJob rota-cleanup, Deployment rota-scheduler",
            ),
            id="twice",
        ),
    ],
)
def test_what_differs_is_reported(objects, expected):
    assert differences([CLEANUP], objects) == [expected]


def test_what_is_suspended_here_and_there_is_the_same():
    task = definition_of("cleanup", interval_seconds=3600, suspend=True)

    assert differences([task], [cronjob("cleanup", "0 * * * *", suspend=True)]) == []
    assert differences([task], [cronjob("cleanup", "0 * * * *")]) == [
        Difference("cleanup", Kind.SUSPENDED, "suspended", "active", IN_CRONJOB)
    ]


@pytest.mark.parametrize(
    "args", [[], ["run"], ["run", "a", "b"], ["scheduler"], ["backup", "cleanup"]]
)
def test_a_cronjob_that_runs_no_task_is_passed_over(args):
    objects = [cronjob("cleanup", "0 * * * *"), cronjob("x", "@daily", args=args)]

    assert differences([CLEANUP], objects) == []


def test_a_container_without_arguments_and_other_kinds_are_passed_over():
    other = cronjob("x", "@daily")
    del other["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"]
    objects = [cronjob("cleanup", "0 * * * *"), other, {"kind": "Secret", "metadata": {}}]

    assert differences([CLEANUP], objects) == []


def test_differences_are_in_the_order_of_the_tasks_names():
    tasks = [definition_of(name, interval_seconds=60) for name in ("c", "a")]

    found = differences(tasks, [cronjob("b", "@daily")])

    assert [(each.task, each.kind) for each in found] == [
        ("a", Kind.MISSING),
        ("b", Kind.EXTRA),
        ("c", Kind.MISSING),
    ]


@pytest.mark.parametrize(
    ("attributes", "variables"),
    [
        pytest.param({"interval_seconds": 3600}, {"INTERVAL_SECONDS": "3600"}, id="five-fields"),
        pytest.param({"interval_seconds": 45}, {"INTERVAL_SECONDS": "45"}, id="below-a-minute"),
        pytest.param({"schedule": "@every 45s"}, {"SCHEDULE": "@every 45s"}, id="every"),
        pytest.param({"schedule": "@every 45s"}, {"INTERVAL_SECONDS": "45"}, id="every-and-number"),
        pytest.param(
            {"schedule": "5 4 * * *", "timezone": "Asia/Tokyo"},
            {"SCHEDULE": "5 4 * * *", "TIMEZONE": "Asia/Tokyo"},
            id="cron",
        ),
        pytest.param({"interval_seconds": 45}, {}, id="left-to-the-image"),
        pytest.param(
            {"interval_seconds": 3600, "splay_minutes": 9},
            {"INTERVAL_SECONDS": "3600"},
            id="splay-left-to-the-image",
        ),
    ],
)
def test_a_scheduler_whose_settings_say_the_same_is_the_same(attributes, variables):
    task = definition_of("send-bills", **attributes)
    settings = {f"ROTA_TASK__SEND_BILLS__{key}": value for key, value in variables.items()}

    assert differences([task], scheduler({"ROTA_ONLY": "send-bills", **settings})) == []


@pytest.mark.parametrize(
    ("variables", "deployed"),
    [
        pytest.param({"INTERVAL_SECONDS": "45"}, "every 45 s (Etc/UTC)", id="interval"),
        pytest.param({"SCHEDULE": "@daily"}, "@daily (Etc/UTC)", id="cron"),
        pytest.param({"SCHEDULE": "61 * * * *"}, "61 * * * * (Etc/UTC)", id="refused-text"),
        pytest.param(
            {"INTERVAL_SECONDS": "45", "SPLAY_MINUTES": "3"},
            "every 45 s, splay 3 min (Etc/UTC)",
            id="refused-splay",
        ),
    ],
)
def test_a_scheduler_on_another_schedule_differs(variables, deployed):
    settings = {f"ROTA_TASK__CLEANUP__{key}": value for key, value in variables.items()}

    [found, *others] = differences([CLEANUP], scheduler({"ROTA_ONLY": "cleanup", **settings}))

    assert (found.kind, found.deployed) == (Kind.SCHEDULE, deployed)
    assert {each.kind for each in others} <= {"splay_minutes"}


@pytest.mark.parametrize(
    ("suspend", "replicas", "expected"),
    [
        pytest.param(None, 1, [], id="not-said"),
        pytest.param("false", 1, [], id="said-not"),
        pytest.param("true", 1, [Kind.SUSPENDED], id="said"),
        pytest.param(None, 0, [Kind.SUSPENDED], id="no-replica"),
        pytest.param(None, None, [], id="replicas-not-said"),
    ],
)
def test_a_task_that_the_scheduler_does_not_start_is_suspended(suspend, replicas, expected):
    settings = {"ROTA_TASK__CLEANUP__SUSPEND": suspend} if suspend else {}
    objects = scheduler({"ROTA_ONLY": "cleanup", **settings}, replicas=replicas)

    assert [each.kind for each in differences([CLEANUP], objects)] == expected


def test_a_scheduler_without_only_runs_every_task_of_the_image():
    assert differences([CLEANUP], scheduler({})) == []


def test_settings_of_another_namespace_are_not_the_schedulers():
    objects = [
        *scheduler({"ROTA_ONLY": "cleanup"}, namespace="shop"),
        *scheduler({"ROTA_ONLY": "other"}, namespace="lab")[1:],
    ]

    found = differences([CLEANUP, definition_of("other", interval_seconds=60)], objects)

    assert [(each.task, each.kind) for each in found] == [("other", Kind.MISSING)]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        pytest.param(
            {"kind": "CronJob", "metadata": {"name": "x"}},
            "CronJob x is not a complete manifest: it has no 'spec'",
            id="no-spec",
        ),
        pytest.param(
            {"kind": "Deployment"}, "Deployment without a name is not a comp", id="nothing"
        ),
        pytest.param(
            {"kind": "CronJob", "metadata": 5}, "CronJob without a name is not a comp", id="number"
        ),
        pytest.param({"kind": "ConfigMap"}, "ConfigMap without a name is not a comp", id="no-name"),
        pytest.param(
            {"kind": "Deployment", "metadata": {"name": "x"}, "spec": "y"},
            "Deployment x is not a complete manifest: ",
            id="spec-of-text",
        ),
    ],
)
def test_an_object_that_kubernetes_would_refuse_is_named(found, message):
    with pytest.raises(UsageError, match=message):
        differences([CLEANUP], [found])


@pytest.mark.parametrize("release", ["rota", "shop"])
def test_splay_is_compared_by_the_deployed_release(release):
    here = definition_of("cleanup", interval_seconds=3600, splay_minutes=59)
    there = definition_of("cleanup", release=release, interval_seconds=3600, splay_minutes=59)
    env = [{"name": "ROTA_RELEASE", "value": release}]

    assert differences([here], [cronjob("cleanup", there.schedule.text, env=env)]) == []
    assert [each.kind for each in differences([here], [cronjob("cleanup", "59 * * * *")])] == [
        Kind.SCHEDULE
    ]


def kinds_after(change):
    """Return what is told of the fake CronJob once `change` has been made to it."""
    found = cronjob("cleanup", "0 * * * *")
    change(found["spec"])
    return [(each.kind, each.registry, each.deployed) for each in differences([CLEANUP], [found])]


def rename_in_pods(spec):
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    pod["containers"][0]["env"] = [{"name": "ROTA_CRONJOB_NAME", "value": "lab-cleanup"}]


def forget_in_pods(spec):
    spec["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["env"] = []


def index(spec):
    spec["jobTemplate"]["spec"] |= {"completionMode": "Indexed", "completions": 4}


@pytest.mark.fault(108)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            rename_in_pods, [(Kind.CRONJOB_NAME, "rota-cleanup", "lab-cleanup")], id="renamed"
        ),
        pytest.param(forget_in_pods, [(Kind.CRONJOB_NAME, "rota-cleanup", None)], id="not-told"),
        pytest.param(
            lambda spec: spec.pop("concurrencyPolicy"),
            [("overlap", "forbid", "allow")],
            id="kubernetes-allows-overlap",
        ),
        pytest.param(
            lambda spec: spec.pop("startingDeadlineSeconds"),
            [("catch_up_seconds", "3600", "none")],
            id="no-deadline",
        ),
        pytest.param(
            lambda spec: spec.update(startingDeadlineSeconds=60),
            [("catch_up_seconds", "3600", "60")],
            id="a-shorter-deadline",
        ),
        pytest.param(
            lambda spec: spec["jobTemplate"]["spec"].pop("backoffLimit"),
            [("backoff_limit", "2", "6")],
            id="kubernetes-tries-six-times",
        ),
        pytest.param(
            index,
            [("backoff_limit", "2", "6"), ("shards", "1", "4")],
            id="indexed",
        ),
    ],
)
def test_what_kubernetes_acts_on_is_compared(change, expected):
    assert kinds_after(change) == expected


def test_settings_of_the_pods_count_beside_the_spec():
    env = [
        {"name": "ROTA_TASK__CLEANUP__SHARDS", "value": "4"},
        {"name": "ROTA_TASK__CLEANUP__TIMEOUT_SECONDS", "value": "soon"},
    ]

    found = differences([CLEANUP], [cronjob("cleanup", "0 * * * *", env=env)])

    assert [(each.kind, each.registry, each.deployed) for each in found] == [
        ("timeout_seconds", "3600", "soon"),
        ("shards", "1", "4"),
    ]


def test_a_task_that_is_deployed_under_a_former_name_was_renamed():
    task = definition_of("early", interval_seconds=3600, formerly=("first", "remind"))
    objects = [cronjob("remind", "30 * * * *"), cronjob("first", "0 * * * *")]

    assert differences([task, CLEANUP], [*objects, cronjob("cleanup", "0 * * * *")]) == [
        Difference("early", Kind.RENAMED, "early", "remind", "CronJob rota-remind"),
        Difference(
            "early",
            Kind.SCHEDULE,
            "0 * * * * (Etc/UTC)",
            "30 * * * * (Etc/UTC)",
            "CronJob rota-remind",
        ),
        Difference("first", Kind.EXTRA, None, "0 * * * * (Etc/UTC)", "CronJob rota-first"),
    ]


def test_a_former_name_beside_the_new_one_is_extra():
    task = definition_of("early", interval_seconds=3600, formerly=("remind",))
    objects = [cronjob("remind", "0 * * * *"), cronjob("early", "0 * * * *")]

    assert differences([task], objects) == [
        Difference("remind", Kind.EXTRA, None, "0 * * * * (Etc/UTC)", "CronJob rota-remind")
    ]
