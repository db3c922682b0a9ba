"""What is written to the seed document runs as it stands, but for the root of its imports."""

import signal

import pytest

SEED = {"ROTA_TASKS": "seed_tasks:register_tasks", "ROTA_API_CLIENT": "seed_client:ShopApiClient"}


@pytest.mark.parametrize(
    ("task", "last_line"),
    [
        ("cleanup", "Очищено записей: 0"),
        ("notifications", "Отправлено уведомление: notification-2"),
        ("report", "report sent 1 times by this object"),
        ("plain", "plain task called"),
    ],
)
def test_each_task_runs_once_and_logs_as_part_of_its_run(rota, api, task, last_line):
    api.store.add_numbered(2)
    process = rota.run("run", task, **SEED)
    assert process.exit_code == 0
    own = process.log[-2]
    assert own["event"] == last_line
    assert (own["task"], own["run_id"]) == (task, process.message["run_id"])


def test_raise_for_status_of_a_client_of_its_own_ends_with_the_api_s_exit_code(rota, api):
    api.always = (403, None)
    process = rota.run("run", "report", **SEED)
    assert process.exit_code == 3
    assert "403 Forbidden" in process.message["reason"]


def test_a_method_that_the_client_lacks_is_the_task_s_own_failure(rota):
    process = rota.run("run", "report", ROTA_TASKS=SEED["ROTA_TASKS"])
    assert process.exit_code == 1
    assert "send_report" in process.message["reason"]


def test_one_failed_notification_stops_the_rest_only_because_the_seed_s_task_says_so(rota, api):
    api.store.add_numbered(2)
    api.always = (503, None)
    process = rota.run("run", "notifications", **SEED, ROTA_API_ATTEMPTS="2")
    assert process.exit_code == 4


def test_the_scheduler_runs_what_is_to_run_on_start_and_plans_the_rest(rota, api):
    api.store.add_numbered(1)
    process = rota.start("scheduler", **SEED)
    process.until("Отправлено уведомление: notification-1")
    process.until("run.finished")
    assert process.end_after(signal.SIGTERM)[0] == 0
    (started,) = process.events("worker.started")
    assert started["tasks"] == ["cleanup", "notifications", "report", "plain"]
    assert process.events("run.started")[0]["trigger"] == "start"


def test_discovery_takes_the_application_s_tasks_for_the_reference_ones(rota):
    process = rota.run("list", "--json", **SEED)
    assert process.exit_code == 0
    assert process.stdout.count('"source": "seed_tasks:register_tasks"') == 4
    assert "rota.tasks:register_tasks" not in process.stdout
