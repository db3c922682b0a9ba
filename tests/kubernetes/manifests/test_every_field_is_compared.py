"""`rota diff` over every field of a task: what an export of one says, against the other."""

from dataclasses import fields

import pytest

from rota.kubernetes.manifests.comparison import Kind, compare
from rota.kubernetes.manifests.deployed import deployed_tasks
from rota.kubernetes.manifests.kustomize import kustomize_files
from rota.model.task_fields import NON_SCHEDULE_FIELDS
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition
from support.kustomize import unbuilt
from support.registries import registry_of, task_of

HOURLY = {"interval_seconds": 3600}
# No deadline changes with `catch_up: none`, since it is short already.
PROMPT = {"interval_seconds": 3600, "catch_up_seconds": 30}
NIGHTLY = {"schedule": "5 4 * * *"}
BERLIN = {**NIGHTLY, "timezone": "Europe/Berlin"}


def another_value(field):
    """Return a value that the field allows, and that is not its default."""
    if field.choices:
        return next(choice for choice in field.choices if choice != field.default)
    if field.type is bool:
        return not field.default
    if field.type is str:
        return "another"
    lowest = field.minimum or 0
    return next(each for each in (lowest, lowest + 1) if each not in (field.default, field.above))


# Field → attributes of a task, attributes that differ in that field alone, what is told.
COMPARED = {
    field.name: (HOURLY, {**HOURLY, field.name: another_value(field)}, field.name)
    for field in NON_SCHEDULE_FIELDS
} | {
    "schedule": (NIGHTLY, {"schedule": "5 5 * * *"}, Kind.SCHEDULE),
    "interval_seconds": (HOURLY, {"interval_seconds": 7200}, Kind.SCHEDULE),
    "enabled": (HOURLY, {**HOURLY, "enabled": False}, Kind.EXTRA),
    "suspend": (HOURLY, {**HOURLY, "suspend": True}, Kind.SUSPENDED),
    "catch_up": (PROMPT, {**PROMPT, "catch_up": "none"}, "catch_up"),
}
NOT_IN_MANIFESTS = {
    "name": "it is what tasks are matched by",
    "formerly": "it is what renamed tasks are matched by",
    "handler": "it is in the image",
    "explicit_fields": "a default that is set explicitly means the same",
    "source": "it says where the code was found",
    "concurrency": "it is the installation's, set by ROTA_FAN_OUT_CONCURRENCY",
}
MODES = ("cronjobs", "scheduler")


def told(here, there, mode):
    """Return what is told of a registry with one task, against an export of another."""
    registry = registry_of(task_of("other", interval_seconds=60), task_of("a", **here))
    deployed = registry_of(task_of("other", interval_seconds=60), task_of("a", **there))
    objects = unbuilt(kustomize_files(deployed, Settings()), mode)
    selected = registry.selected()
    found = deployed_tasks(objects, image_tasks=[task.name for task in selected])
    return compare(selected, found)


def test_every_field_is_compared_or_has_a_reason_why_not():
    assert {each.name for each in fields(TaskDefinition)} == {*COMPARED, *NOT_IN_MANIFESTS}


@pytest.mark.fault(108)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("field", COMPARED)
def test_a_field_that_differs_is_reported_by_its_name(field, mode):
    here, there, kind = COMPARED[field]
    if field == "enabled":
        here, there = there, here

    found = told(here, there, mode)

    assert kind in {each.kind for each in found}
    assert {each.task for each in found} == {"a"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "attributes",
    [each for pair in COMPARED.values() for each in pair[:2] if "enabled" not in each] + [BERLIN],
    ids=str,
)
def test_an_export_of_the_same_task_is_the_same(attributes, mode):
    assert told(attributes, attributes, mode) == []


@pytest.mark.fault(108)
@pytest.mark.parametrize("mode", MODES)
def test_a_time_zone_that_differs_is_reported(mode):
    assert [each.kind for each in told(BERLIN, NIGHTLY, mode)] == [Kind.SCHEDULE]


def test_a_default_that_is_stated_means_the_same():
    assert told({**HOURLY, "backoff_limit": 2, "overlap": "forbid"}, HOURLY, "cronjobs") == []


def test_an_interval_without_a_cron_text_has_no_deadline():
    assert told({"interval_seconds": 5400}, {"interval_seconds": 5400}, "cronjobs") == []


def test_values_are_reported_as_a_person_writes_them():
    found = told(
        {**HOURLY, "timeout_seconds": 90.0, "run_on_start": True, "shards": 2}, HOURLY, "cronjobs"
    )

    assert {(each.kind, each.registry, each.deployed) for each in found} == {
        ("timeout_seconds", "90", "3600"),
        ("run_on_start", "true", "false"),
        ("shards", "2", "1"),
    }
