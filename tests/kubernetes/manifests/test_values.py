from typing import Any

import pytest
import yaml

from rota.kubernetes.manifests.values import (
    helm_values,
    task_values,
    tasks_values,
)
from rota.model.errors import UnknownTaskError
from rota.settings import Settings
from rota.tasks import BaseTask, register_tasks
from rota.tasks.registry import Registry
from support.registries import registry_of, task_of


def bills() -> BaseTask:
    return task_of("send-bills", interval_seconds=900)


def report() -> BaseTask:
    return task_of(
        "report",
        schedule="30 2 * * 1-5",
        timezone="Europe/Berlin",
        run_on_start=True,
        timeout_seconds=600.0,
        overlap="replace",
        catch_up_seconds=120,
        backoff_limit=0,
        shards=4,
        suspend=False,
    )


def values_of(task: BaseTask, **overrides: Any) -> dict[str, Any]:
    key = task.name.replace("-", "_")
    registry = registry_of(task, task={key: overrides} if overrides else {})
    return task_values(registry.found[task.name])


def test_a_task_that_states_an_interval_exports_nothing_else():
    assert values_of(bills()) == {"intervalSeconds": 900}


def test_everything_stated_is_exported_and_zero_and_false_survive():
    assert values_of(report()) == {
        "schedule": "30 2 * * 1-5",
        "timezone": "Europe/Berlin",
        "runOnStart": True,
        "timeoutSeconds": 600,
        "overlap": "replace",
        "catchUpSeconds": 120,
        "backoffLimit": 0,
        "shards": 4,
        "suspend": False,
    }


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        pytest.param({"interval_seconds": 60}, {"intervalSeconds": 60}, id="interval"),
        pytest.param({"schedule": "@daily"}, {"schedule": "@daily"}, id="cron-without-zone"),
        pytest.param({"schedule": "@every 90m"}, {"intervalSeconds": 5400}, id="every-is-interval"),
        pytest.param(
            {"timeout_seconds": 2.5},
            {"intervalSeconds": 900, "timeoutSeconds": 2.5},
            id="parts-of-a-second",
        ),
        pytest.param(
            {"splay_minutes": 7},
            {"intervalSeconds": 900, "splayMinutes": 7},
            id="splay-stays-splay",
        ),
    ],
)
def test_what_the_environment_states_is_exported(overrides, expected):
    assert values_of(bills(), **overrides) == expected


def test_what_a_task_was_called_before_is_an_annotation_of_its_cronjob():
    task = task_of("send-bills", interval_seconds=900, formerly=("bill", "billing"))

    assert values_of(task) == {
        "intervalSeconds": 900,
        "annotations": {"rota/formerly": "bill,billing"},
    }


def test_the_interval_of_a_task_that_states_none_is_exported_as_decided():
    registry = registry_of(task_of("plain"), task_interval_seconds=120)

    assert task_values(registry.found["plain"]) == {"intervalSeconds": 120}


def test_the_reference_tasks_are_exported_like_any_others():
    registry = Registry(Settings())
    register_tasks(registry)

    assert tasks_values(registry) == {
        "cleanup": {"intervalSeconds": 3600},
        "notifications": {"intervalSeconds": 300, "runOnStart": True},
    }


def test_a_disabled_task_is_exported_as_disabled():
    registry = registry_of(bills(), task={"send_bills": {"enabled": False}})

    assert tasks_values(registry)["send-bills"] == {"intervalSeconds": 900, "enabled": False}


def test_with_only_the_named_tasks_are_exported():
    registry = registry_of(bills(), report(), only=("send-bills",))

    assert tasks_values(registry) == {
        "send-bills": {"intervalSeconds": 900},
    }


def test_settings_of_a_task_that_nobody_has_are_refused():
    registry = registry_of(bills(), task={"send_bill": {"interval_seconds": 5}})

    with pytest.raises(UnknownTaskError, match="ROTA_TASK__SEND_BILL__"):
        tasks_values(registry)


def test_the_largest_gaps_of_cron_texts_are_exported_where_they_are_asked_for():
    registry = registry_of(bills(), report(), task={"report": {"timezone": "Europe/Berlin"}})

    values = tasks_values(registry, largest_gaps=True)

    # From Friday over a Monday whose slot is jumped over would be more; clocks change on Sundays.
    assert values["report"]["largestGapSeconds"] == 3 * 86_400 + 3600
    assert "largestGapSeconds" not in values["send-bills"]
    assert "largestGapSeconds" not in helm_values(registry)


def test_the_values_file_is_sorted_quoted_and_the_same_every_time():
    text = helm_values(registry_of(report(), bills()))

    assert text == helm_values(registry_of(bills(), report()))
    assert yaml.safe_load(text)["tasks"]["report"]["schedule"] == "30 2 * * 1-5"
    assert text == (
        "# Written by `rota export helm-values`: change the tasks, and export again.\n"
        "tasks:\n"
        "  report:\n"
        "    backoffLimit: 0\n"
        "    catchUpSeconds: 120\n"
        "    overlap: replace\n"
        "    runOnStart: true\n"
        '    schedule: "30 2 * * 1-5"\n'
        "    shards: 4\n"
        "    suspend: false\n"
        "    timeoutSeconds: 600\n"
        "    timezone: Europe/Berlin\n"
        "  send-bills:\n"
        "    intervalSeconds: 900\n"
    )
