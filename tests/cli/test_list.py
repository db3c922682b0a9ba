import json
from pathlib import Path

import pytest

from rota.model.task_fields import NON_SCHEDULE_FIELDS

FIELDS = {
    "name": "cleanup",
    "status": "scheduled",
    "schedule": "every 1h",
    "interval_seconds": 3600,
    "timezone": "Etc/UTC",
    "cronjob": {"schedule": "0 * * * *", "timeZone": "Etc/UTC", "exact": True},
    "run_on_start": False,
    "timeout_seconds": 3600.0,
    "overlap": "forbid",
    "catch_up_seconds": 3600,
    "splay_minutes": 0,
    "backoff_limit": 2,
    "shards": 1,
    "enabled": True,
    "suspend": False,
    "formerly": [],
    "source": "rota.tasks:register_tasks",
}


def listed(ended):
    assert ended.exit_code == 0
    return {task["name"]: task for task in json.loads(ended.stdout)["tasks"]}


def test_json_has_every_decision_about_a_task(rota):
    task = listed(rota("list", "--json"))["cleanup"]
    following = task.pop("next")
    assert following.endswith(":00:00Z")
    # A field that is new in the table has its default.
    assert task == {field.name: field.default for field in NON_SCHEDULE_FIELDS} | FIELDS


def test_what_is_decided_by_the_environment_shows(rota):
    task = listed(
        rota(
            "list",
            "--json",
            ROTA_TASK__CLEANUP__SCHEDULE="30 2 * * *",
            ROTA_TASK__CLEANUP__TIMEZONE="Europe/Berlin",
            ROTA_TASK__CLEANUP__OVERLAP="replace",
        )
    )["cleanup"]
    assert (task["schedule"], task["timezone"]) == ("30 2 * * *", "Europe/Berlin")
    assert (task["interval_seconds"], task["timeout_seconds"]) == (None, 3600.0)
    assert task["overlap"] == "replace"


def test_a_task_that_does_not_run_says_why_and_has_no_next_slot(rota):
    tasks = listed(rota("list", "--json", ROTA_TASK__CLEANUP__SUSPEND="true"))
    assert (tasks["cleanup"]["status"], tasks["cleanup"]["next"]) == ("suspended", None)
    tasks = listed(rota("list", "--json", ROTA_TASK__CLEANUP__ENABLED="false"))
    assert (tasks["cleanup"]["status"], tasks["cleanup"]["next"]) == ("disabled", None)
    tasks = listed(rota("list", "--json", ROTA_ONLY="cleanup"))
    assert (tasks["notifications"]["status"], tasks["notifications"]["next"]) == (
        "not selected",
        None,
    )


def test_below_a_minute_there_is_no_cronjob(rota):
    variables = {"ROTA_TASK__CLEANUP__INTERVAL_SECONDS": "45"}
    assert listed(rota("list", "--json", **variables))["cleanup"]["cronjob"] is None
    line = rota("list", **variables).stdout.splitlines()[1]
    assert "every 45s" in line
    assert "not possible" in line


def test_people_get_columns(rota):
    heading, first, second = rota("list").stdout.splitlines()
    assert heading.split("  ")[0] == "TASK"
    assert first.startswith("cleanup        scheduled  every 1h ")
    assert second.startswith("notifications  scheduled  every 5m ")
    assert heading.index("CRONJOB") == first.index("0 * * * *") == second.index("*/5 * * * *")


OWN = {"ROTA_TASKS": "seed_tasks:ReportTask"}


@pytest.fixture
def own_tasks(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "fixtures"))


@pytest.mark.fault(110)
@pytest.mark.usefixtures("own_tasks")
def test_a_last_line_says_that_the_reference_tasks_are_left_out(rota):
    _, report, last = rota("list", **OWN).stdout.splitlines()
    assert report.startswith("report  ")
    assert last == (
        "Reference tasks left out: cleanup and notifications "
        "(name them in ROTA_ONLY or ROTA_TASKS to run them)"
    )
    assert json.loads(rota("list", "--json", **OWN).stdout)["left_out"] == [
        "cleanup",
        "notifications",
    ]


@pytest.mark.fault(110)
@pytest.mark.usefixtures("own_tasks")
def test_no_line_says_so_where_none_is(rota):
    assert "left out" not in rota("list").stdout
    both = rota("list", ROTA_TASKS="seed_tasks:ReportTask,rota.tasks:register_tasks")
    assert len(both.stdout.splitlines()) == 4
    assert json.loads(rota("list", "--json").stdout)["left_out"] == []
