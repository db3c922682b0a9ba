import csv
import io
import json
from dataclasses import replace

import pytest

from rota.model.run import Trigger
from rota.web.pages import run_csv
from support.console import HOUR, NOW, make_app, pages_of
from support.ledger_runs import record
from support.statuses import Installation, make_task, text


def shown(page):
    rows = [each for each in page.all("tr") if each.attributes.get("id", "").startswith("run-")]
    return [row.attributes["id"].removeprefix("run-") for row in rows]


@pytest.fixture
def history():
    installation = Installation(NOW, make_task("a", interval_seconds=HOUR), make_task("b"))
    installation.ran("a", NOW - 50, "failed", reason="No paper", duration_seconds=1)
    installation.ran("b", NOW - 40, "timed_out")
    installation.ran("a", NOW - 30)
    by_hand = record("by-hand", task="a", slot=None, started_at=NOW - 20)
    by_hand = replace(by_hand, run=replace(by_hand.run, trigger=Trigger.MANUAL))
    installation.ledger.run_ended(by_hand, owed=False)
    installation.runs("b", NOW - 10)
    return installation


@pytest.mark.parametrize(
    ("query", "runs"),
    [
        pytest.param("", ["run-4", "by-hand", "run-3", "run-2", "run-1"], id="all"),
        pytest.param("task=a", ["by-hand", "run-3", "run-1"], id="task"),
        pytest.param("state=failed", ["run-1"], id="state"),
        pytest.param("trigger=manual", ["by-hand"], id="trigger"),
        pytest.param("exit_code=0", ["by-hand", "run-3"], id="exit code"),
        pytest.param("q=PAPER", ["run-1"], id="text of a reason"),
        pytest.param("q=by-h", ["by-hand"], id="part of an id"),
        pytest.param("task=b&state=running", ["run-4"], id="several"),
        pytest.param(f"since={text(NOW - 30)}", ["run-4", "by-hand", "run-3"], id="since"),
        pytest.param("until=2026-11-28T02:10:31", ["run-1"], id="until, in UTC"),
        pytest.param("since=2026-11-28T03:10:51%2B01:00", ["run-4", "by-hand"], id="another zone"),
        pytest.param("since=yesterday&until=0001-01-01T00:00%2B10:00", 5, id="no times"),
        pytest.param("exit_code=99999999999999999999", 5, id="no code"),
        pytest.param("q=%ED%A0%80", [], id="half a character"),
        pytest.param("before=run-3", ["run-2", "run-1"], id="before a run"),
        pytest.param("state=nonsense&trigger=x&exit_code=-", 5, id="what there is not"),
    ],
)
async def test_a_search_finds_what_is_asked_for(history, read, query, runs):
    found = shown(await read(history, f"/runs?{query}"))

    assert found == runs if isinstance(runs, list) else len(found) == runs


async def test_the_form_keeps_what_is_asked_for(history, read):
    page = await read(history, "/runs?task=a&state=failed&exit_code=1&q=paper")

    assert page.one("input", name="task").attributes["value"] == "a"
    assert page.one("input", name="exit_code").attributes["value"] == "1"
    chosen = [each for each in page.all("option") if "selected" in each.attributes]
    assert [each.attributes["value"] for each in chosen] == ["failed"]
    assert [each.attributes["value"] for each in page.all("option")][:2] == ["a", "b"]


async def test_a_run_has_its_reason_exit_code_and_links(history, read):
    page = await read(history, "/runs?state=failed")

    assert page.one("tr", id="run-run-1").text.endswith("0.50 s 1.0 s 1 No paper")
    assert page.all("a", href="./runs/run-1")
    assert page.all("a", href="./tasks/a")


async def test_the_json_of_a_search_is_the_same_search(history, read):
    asked = "task=a&state=failed&trigger=schedule&exit_code=1&q=paper"

    page = await read(history, f"/runs?{asked}&since=2026-11-28T02:00&until=2026-11-28T03:00:30")

    times = "since=2026-11-28T02%3A00%3A00Z&until=2026-11-28T03%3A00%3A30Z"
    assert page.all("a", href=f"./api/v1/runs?{asked}&{times}")
    assert page.one("input", name="since").attributes["value"] == "2026-11-28T02:00"


async def test_a_task_that_is_not_there_is_reported(history, read):
    page = await read(history, "/runs?task=zzz")

    assert "No task is named zzz." in page.text
    assert "No runs." in page.text


async def test_a_hundred_runs_are_on_a_page_and_the_next_goes_on_from_there(busy, read):
    first = await read(busy, "/runs")
    link = first.one("a", rel="next").attributes["href"]
    second = await read(busy, f"/runs{link}")

    assert len(shown(first)) == len(shown(second)) == 100
    assert not set(shown(first)) & set(shown(second))
    newest = [each for each in second.all("a") if each.text == "← the newest"]
    assert newest[0].attributes["href"] == "?"


async def test_a_rare_run_is_found_behind_thousands_of_others(read):
    installation = Installation(NOW, make_task("t", interval_seconds=60))
    installation.ledger._forget_at = 10**6
    for number in range(2600):
        installation.ran("t", NOW - 2600 + number, "failed" if number == 100 else "succeeded")

    page = await read(installation, "/runs?exit_code=1")

    assert shown(page) == ["run-101"]
    assert not page.all("a", rel="next")


async def rows_of(installation, query=""):
    async with pages_of(make_app(installation)) as client:
        answer = await client.get(f"/runs.csv{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text, newline=""))), answer


async def test_what_is_found_can_be_had_as_csv(history, read):
    page = await read(history, "/runs?task=a&state=failed")
    [link] = [each for each in page.all("a") if "CSV" in each.text]
    rows, answer = await rows_of(history, "?task=a&state=failed")

    assert link.attributes["href"] == "./runs.csv?task=a&state=failed"
    [row] = rows
    assert row["run_id"] == "run-1"
    assert row["slot"] == text(NOW - 50)
    assert (row["duration_seconds"], row["exit_code"], row["reason"]) == ("1", "1", "No paper")
    assert row["meaning"] == "the task raised"
    assert "link" not in answer.headers


async def test_all_runs_are_in_the_csv_not_a_page_of_them(busy):
    rows, _ = await rows_of(busy)

    assert len(rows) == busy.ledger.count_runs() > 500
    assert len({row["run_id"] for row in rows}) == len(rows)


async def test_a_csv_of_very_many_runs_says_where_it_goes_on(busy, monkeypatch):
    monkeypatch.setattr(run_csv, "MOST_ROWS", 20)

    first, answer = await rows_of(busy, "?task=letters")
    second, _ = await rows_of(
        busy, answer.headers["link"].partition(">")[0].removeprefix("<runs.csv")
    )

    assert len(first) == len(second) == 20
    assert first[-1]["run_id"] == "run-101"
    assert second[0]["run_id"] == "run-100"


async def test_a_csv_of_a_task_that_is_not_there_has_no_rows(history):
    assert (await rows_of(history, "?task=zzz"))[0] == []


@pytest.mark.parametrize("reason", ["=1+1", "+1", "-1", "@x", "\tx"])
async def test_no_reason_becomes_a_formula(reason):
    installation = Installation(NOW, make_task("t", interval_seconds=60))
    installation.ran("t", NOW - 60, "failed", reason=reason)

    [row] = (await rows_of(installation))[0]

    assert row["reason"] == f"'{reason}"


async def test_lines_and_commas_of_a_reason_stay_one_cell():
    installation = Installation(NOW, make_task("t", interval_seconds=60))
    installation.ran("t", NOW - 60, "failed", reason='no "luck",\nnone', counts={"sent": 3})

    [row] = (await rows_of(installation))[0]

    assert row["reason"] == 'no "luck",\nnone'
    assert json.loads(row["counts"]) == {"sent": 3}
