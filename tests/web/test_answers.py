"""Questions that are short, and searches, which may take long."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from rota.ledger.memory import MemoryLedger
from rota.ledger.reader import LongSearchError
from rota.web.answers import Answers
from support.console_app import console, reader_of
from support.html import Page
from support.ledger_runs import START
from support.statuses import Installation, make_task


async def test_searches_wait_for_each_other_and_hold_up_no_other_question():
    ends, at_once = threading.Event(), []

    def search(_):
        at_once.append(None)
        ends.wait(20)
        return len(at_once)

    answers = Answers(lambda: SimpleNamespace(in_memory=False))
    searches = [asyncio.create_task(answers.ask(search, search=True)) for _ in range(3)]
    pages = [await answers.ask(lambda _: "a page") for _ in range(3)]
    begun = len(at_once)
    ends.set()

    assert pages == ["a page"] * 3
    assert begun <= 1
    assert await asyncio.gather(*searches) == [1, 2, 3]
    answers.close()


@pytest.mark.parametrize(
    ("path", "searches"),
    [
        pytest.param("/", False, id="overview"),
        pytest.param("/?q=t&state=failing", False, id="some tasks"),
        pytest.param("/runs", False, id="newest"),
        pytest.param("/runs?task=t&state=&q=", False, id="of a task"),
        pytest.param("/runs?q=paper", True, id="text"),
        pytest.param("/runs?exit_code=7", True, id="exit code"),
        pytest.param("/runs.csv", True, id="all"),
        pytest.param("/calendar", True, id="past failures"),
        pytest.param("/api/v1/runs?task=t&limit=5", False, id="newest, as JSON"),
        pytest.param("/api/v1/runs?state=failed", True, id="state, as JSON"),
    ],
)
async def test_what_no_index_has_is_a_search(monkeypatch, path, searches):
    asked = []

    async def ask(_, question, *, search=False):
        asked.append(search)
        raise LongSearchError("the search was given up after 10 s")

    monkeypatch.setattr(Answers, "ask", ask)
    installation = Installation(START, make_task("t"), ledger=MemoryLedger())
    async with reader_of(console(installation)) as client:
        answer = await client.get(path)

    assert asked == [searches]
    assert answer.status_code == 503
    assert "the search was given up after 10 s" in answer.text.lower()
    if not path.startswith("/api"):
        assert Page(answer.text).one("h1").text == "The search takes too long"
