import json

import pytest

FROM = ("--from", "2026-11-24T00:00:00Z")


@pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
def test_a_day_of_a_task_is_told_slot_by_slot(rota, mode):
    ended = rota("simulate", "cleanup", "--days", "1", *FROM, "--mode", mode, "--json")

    assert ended.exit_code == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert [run["slot"] for run in told["runs"]][:2] == [
        "2026-11-24T01:00:00Z",
        "2026-11-24T02:00:00Z",
    ]
    assert [hour["runs"] for hour in told["day"]] == [1] * 24


@pytest.mark.parametrize("down", ["2026-11-24T01:00:00Z/2026-11-24T04:00:00Z", "1h/4h"])
def test_an_outage_shows_in_the_table(rota, down):
    ended = rota("simulate", "cleanup", "--days", "1", *FROM, "--down", down)

    assert ended.exit_code == 0, ended.stderr
    rows = [line.split() for line in ended.stdout.splitlines()]
    assert ["cleanup", "24", "20", "3", "0", "1", "2026-11-24T01:00:00Z"] in rows


def test_a_run_longer_than_its_interval_shows_what_is_skipped(rota):
    ended = rota("simulate", "notifications", "--days", "1", *FROM, "--takes", "299")
    assert "skipped" not in ended.stdout

    ended = rota(
        *("simulate", "notifications", "--days", "1", *FROM, "--takes", "700"),
        ROTA_TASK__NOTIFICATIONS__TIMEOUT_SECONDS="900",
    )
    assert "skipped: notifications 2026-11-24T00:05:00Z (overlap)" in ended.stdout


def test_the_code_of_tasks_is_not_run(rota):
    ended = rota("simulate", "--days", "1", *FROM, "--json")

    assert set(json.loads(ended.stdout)["effects"]) == {"POST /stand-in"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--down", "yesterday"], "--down 'yesterday' is not two instants or spans"),
        (["--down", "a/b"], "'a' is not an instant"),
        (["--from", "2026-11-24T00:00:00"], "write an instant with its zone"),
        (["nothing"], "no task is named 'nothing'"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(rota, arguments, text):
    ended = rota("simulate", *arguments)

    assert ended.exit_code == 2
    assert text in ended.stderr
