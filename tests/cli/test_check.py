import json
import re

import pytest


def test_all_well_takes_one_line(rota):
    ended = rota("check")
    assert (ended.exit_code, ended.stderr) == (0, "")
    database, last = ended.stdout.splitlines()
    assert re.fullmatch(r"tz database: \d{4}[a-z] \(.+\)", database)
    assert last == "ok: 2 tasks: cleanup, notifications"


def test_json_has_the_tasks_and_their_warnings(rota):
    ended = rota("check", "--json")
    facts = json.loads(ended.stdout)
    assert set(facts.pop("tz_database")) == {"version", "source"}
    assert facts == {
        "ok": True,
        "tasks": ["cleanup", "notifications"],
        "warnings": {"cleanup": [], "notifications": []},
        "unregistered": [],
    }


def test_a_function_that_is_decorated_and_not_registered_is_reported(rota, tmp_path):
    text = """
from rota import task

@task
async def bills(api): ...

@task
async def monthly(api): ...

TASKS = [bills]
"""
    (tmp_path / "shop_unregistered.py").write_text(text, "utf-8")
    ended = rota("check", ROTA_TASKS="shop_unregistered")
    assert ended.exit_code == 0
    assert (
        "warning: decorated but not registered: shop_unregistered:monthly; name it in ROTA_TASKS, "
        "or in a list TASKS\n"
    ) in ended.stdout
    assert "shop_unregistered:bills" not in ended.stdout
    assert ended.stdout.endswith("ok: 1 task: bills\n")


def test_a_task_for_another_client_is_an_error(rota, tmp_path):
    text = """
from rota import BusinessApiClient, task

class WantedClient(BusinessApiClient): ...

@task
async def bills(api: WantedClient): ...
"""
    (tmp_path / "shop_client_type.py").write_text(text, "utf-8")
    ended = rota("check", ROTA_TASKS="shop_client_type")
    assert ended.exit_code == 2
    assert ended.stderr == (
        "rota: error: task 'bills' (shop_client_type:bills) wants a shop_client_type.WantedClient, "
        "but gets a rota.api.client.BusinessApiClient: set "
        "ROTA_API_CLIENT=shop_client_type:WantedClient, or name it as the entry point "
        "rota.api_client of the package\n"
    )
    client = "shop_client_type:WantedClient"
    assert rota("check", ROTA_TASKS="shop_client_type", ROTA_API_CLIENT=client).exit_code == 0


@pytest.mark.parametrize(
    ("variables", "warning"),
    [
        ({"INTERVAL_SECONDS": "45"}, "every 45 s is too often for a CronJob"),
        ({"INTERVAL_SECONDS": "420"}, "a CronJob keeps the gap but counts from its creation"),
        (
            {"INTERVAL_SECONDS": "420", "CATCH_UP_SECONDS": "60"},
            "catch_up_seconds is refused in CronJob mode",
        ),
        (
            {"INTERVAL_SECONDS": "420", "CATCH_UP": "none"},
            "catch_up=none is refused in CronJob mode",
        ),
        ({"CATCH_UP": "all"}, "catch_up=all is refused in CronJob mode"),
        ({"SCHEDULE": "*/90 * * * *"}, "*/90"),
    ],
    ids=[
        "below a minute",
        "seven minutes",
        "a deadline beside @every",
        "none beside @every",
        "all",
        "*/90",
    ],
)
@pytest.mark.fault(2)
@pytest.mark.fault(3)
@pytest.mark.fault(10)
def test_what_may_not_be_meant_is_a_warning_and_no_refusal(rota, variables, warning):
    named = {f"ROTA_TASK__CLEANUP__{field}": value for field, value in variables.items()}
    ended = rota("check", "--json", **named)
    assert ended.exit_code == 0
    assert any(warning in text for text in json.loads(ended.stdout)["warnings"]["cleanup"])


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"ROTA_API_TOKEN_FILE": "/nonexistent"}, "token file /nonexistent: cannot be read"),
        ({"ROTA_API_CA_FILE": "/nonexistent"}, "/nonexistent"),
        ({"ROTA_API_CLIENT": "nowhere:Client"}, "ROTA_API_CLIENT"),
        ({"BUSINESS_API_URL": "ftp://shop"}, "BUSINESS_API_URL"),
        ({"ROTA_TASKS": "nowhere:Nothing"}, "ROTA_TASKS"),
        ({"ROTA_ONLY": "clenup"}, "did you mean 'cleanup'?"),
        ({"ROTA_TASK__CLENUP__SHARDS": "2"}, "ROTA_TASK__CLENUP__"),
        ({"ROTA_TASK__CLEANUP__SCHEDULE": "0 0 31 2 *"}, "task 'cleanup': "),
        (
            {
                "ROTA_TASK__CLEANUP__ENABLED": "false",
                "ROTA_TASK__NOTIFICATIONS__ENABLED": "false",
            },
            "no task would run",
        ),
    ],
    ids=lambda each: "+".join(each) if isinstance(each, dict) else None,
)
@pytest.mark.fault(69)
def test_what_a_run_would_refuse_is_refused(rota, variables, told):
    ended = rota("check", **variables)
    assert ended.exit_code == 2
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""
