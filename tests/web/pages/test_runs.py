from dataclasses import replace

import pytest

from rota.model.run import Trigger
from support.console import HOUR, NOW
from support.ledger_runs import record
from support.statuses import Installation, make_task


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


async def test_the_json_of_a_search_is_that_of_its_task_state_and_trigger(history, read):
    page = await read(history, "/runs?task=a&state=failed&trigger=schedule&exit_code=1&q=paper")

    assert page.all("a", href="./api/v1/runs?task=a&state=failed&trigger=schedule")


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


async def test_a_search_that_the_history_cannot_answer_says_how_much_it_looked_through(read):
    installation = Installation(NOW, make_task("t", interval_seconds=60))
    installation.ledger._forget_at = 10**6
    for number in range(2600):
        installation.ran("t", NOW - 2600 + number, "failed" if number == 100 else "succeeded")

    first = await read(installation, "/runs?exit_code=1")
    link = first.one("a", rel="next").attributes["href"]
    second = await read(installation, f"/runs{link}")

    assert shown(first) == []
    assert "The newest 0 of 2000 runs that were looked through" in first.text
    assert shown(second) == ["run-101"]
    assert not second.all("a", rel="next")
