"""The tables of instants in docs/migrating.md are what was recorded, and what is computed."""

import ast
import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rota import task
from rota.model.clock import instant, rfc3339
from rota.schedules import fire_times
from rota.settings import Settings
from rota.tasks.definition import define_task
from rota.testing import FakeApi, simulate

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/migrating.md").read_text("utf-8")
FOUR_YEARS_SECONDS = 4 * 366 * 86_400


def rows_below(mark):
    table = PAGE.split(f"<!-- instants: {mark} -->\n\n", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip(" `") for cell in row[1:-1].split(" | ")] for row in table.splitlines()[2:]]


def recorded(library):
    path = Path(__file__).parent / f"recorded/{library}.json"
    return json.loads(path.read_text("utf-8"))


def case(library, code, zone, after):
    [found] = [
        each
        for each in recorded(library)["cases"]
        if (each["code"], each["zone"], each["after"]) == (code, zone, after)
    ]
    return found


def assert_begins(told, found):
    told = told.split(", ")
    assert len(told) > 1
    assert told == found[: len(told)]


def assert_ours(options, after, told):
    """Compare with the slots of a task that has these options, from the instant on."""

    async def work(api): ...

    keywords = ast.parse(f"task({options})", mode="eval").body.keywords
    made = task(**{each.arg: ast.literal_eval(each.value) for each in keywords})(work)
    settings = Settings(_env_file=None)
    definition = define_task("work", made, None, run_on_start=False, settings=settings)
    start = int(datetime.fromisoformat(after).timestamp()) - 1
    slots = fire_times(definition.schedule, start, start + FOUR_YEARS_SECONDS)
    count = len(told.split(", "))
    assert_begins(told, [rfc3339(instant(next(slots))) for _ in range(count)])


@pytest.mark.parametrize(
    ("library", "row"),
    [(library, row) for library in ("apscheduler", "celery") for row in rows_below(library)],
)
def test_instants_before_and_after(library, row):
    code, zone, after, theirs, options, ours = row
    assert_begins(theirs, case(library, code, zone, after)["runs"])
    assert_ours(options, after, ours)


@pytest.mark.parametrize("row", rows_below("airflow"))
def test_instants_of_both_airflows(row):
    code, zone, after, second, dates, third, options, ours = row
    old, new = (case(f"airflow-{version}", code, zone, after) for version in (2, 3))
    assert_begins(second, old["runs"])
    assert_begins(dates, old["logical_dates"])
    assert_begins(third, new["runs"])
    assert new["runs"] == new["logical_dates"]
    assert_ours(options, after, ours)


@pytest.mark.parametrize("library", ["apscheduler", "celery", "airflow-2", "airflow-3"])
def test_all_that_was_recorded_is_shown_with_the_librarys_version(library):
    found = recorded(library)
    shown = {tuple(row[:3]) for row in rows_below(library.partition("-")[0])}

    assert {(each["code"], each["zone"], each["after"]) for each in found["cases"]} == shown
    assert re.search(rf"\b{re.escape(found['version'])}\b", PAGE)


def python_blocks():
    return re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def worked(name, start, days):
    """Return the instants at which a task of the page has called the API."""
    scope = {}
    for block in python_blocks():
        exec(block, scope)  # noqa: S102 (that it runs is what is tested)
    api = FakeApi()
    for path in ("superstitions/check", "months/close", "reports", "reports/send"):
        api.on("POST", f"/api/v1/{path}", {"id": 7})
    report = simulate(scope[name], start, timedelta(days=days), api=api)
    assert {run.state.value for run in report.runs} == {"succeeded"}
    return sorted({call.time for call in api.calls})


@pytest.mark.parametrize(
    ("name", "code", "days"),
    [
        ("friday_the_13th", "CronTrigger.from_crontab('0 0 13 * fri', timezone=zone)", 700),
        ("close_month", "CronTrigger(day='last', timezone=zone)", 36),
    ],
)
def test_the_tasks_with_a_check_work_when_apscheduler_did(name, code, days):
    after = "2026-11-26T10:02:30Z"
    theirs = case("apscheduler", code, "Etc/UTC", after)["runs"]

    assert worked(name, after, days) == theirs


def test_the_other_examples_run():
    assert len(worked("send_report", "2026-11-26T00:00:00Z", 3)) == 3
