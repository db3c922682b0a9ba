import weakref

import pytest

from rota.doctor.finding import Health
from rota.doctor.tasks import examine_tasks, examine_time_zones, schedule_findings
from rota.tasks import function
from support.environment import clear_environment, settings_from
from support.statuses import make_task

NOW = 1_795_478_400  # 2026-11-24T00:00:00Z


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)


def texts(**fields):
    return [each.text for each in schedule_findings([make_task("bills", **fields)], NOW)]


def test_the_tasks_that_run_are_named(monkeypatch):
    [found, *_] = examine_tasks(settings_from(monkeypatch, {"ROTA_ONLY": "cleanup"}), NOW)

    assert (found.health, found.text) == (Health.OK, "1 found: cleanup")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ROTA_TASKS": "nowhere:Nothing"}, "nowhere"),
        ({"ROTA_ONLY": "clenup"}, "did you mean 'cleanup'"),
        (
            {"ROTA_TASK__CLEANUP__ENABLED": "false", "ROTA_TASK__NOTIFICATIONS__ENABLED": "false"},
            "no task would run",
        ),
    ],
    ids=["import", "unknown", "none"],
)
def test_tasks_that_cannot_be_found_are_a_failure_and_not_the_end(monkeypatch, variables, message):
    [finding] = examine_tasks(settings_from(monkeypatch, variables), NOW)

    assert finding.health is Health.FAIL
    assert message in finding.text


PROGRAM = """
from rota import task

@task(interval_seconds=3600)
async def bills(api): ...

@task(interval_seconds=3600)
async def forgotten(api): ...

TASKS = [bills]
"""


def test_a_task_that_nobody_registered_is_told(monkeypatch, tmp_path):
    (tmp_path / "forgetful_office.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(function, "_decorated", weakref.WeakSet())

    findings = examine_tasks(settings_from(monkeypatch, {"ROTA_TASKS": "forgetful_office"}), NOW)

    assert [(each.health, each.text) for each in findings] == [
        (Health.OK, "1 found: bills"),
        (
            Health.WARN,
            "forgetful_office:forgotten is decorated but not registered: name it in ROTA_TASKS",
        ),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"interval_seconds": 3600},
        {"schedule": "0 9 * * 1-5", "timezone": "Europe/Berlin"},
        {"schedule": "0 12 * * *", "timezone": "Europe/Berlin"},
        {"schedule": "0 2 * * *", "timezone": "Etc/UTC"},
    ],
    ids=["hourly", "weekdays", "noon", "utc"],
)
def test_an_ordinary_schedule_is_nothing_to_say(fields):
    assert texts(**fields) == []


def test_a_slot_that_a_clock_change_leaves_out_is_told():
    told = texts(schedule="30 2 * * *", timezone="Europe/Berlin")

    assert any(
        "a change of the clock in Europe/Berlin leaves out a slot: then 1d23h lie between two"
        in each
        and "otherwise at most 1d" in each
        for each in told
    )


def test_a_slot_in_the_distant_future_is_told():
    told = texts(schedule="0 0 29 2 *", timezone="Etc/UTC")

    assert any(
        each.startswith("its next slot is 2028-02-29T00:00:00Z, in 462 days") for each in told
    )


def test_the_tz_database_is_named():
    [finding] = examine_time_zones()

    assert finding.text.startswith("tz database 2")
