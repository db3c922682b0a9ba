"""What commands ask of a page, with the console's own answers."""

import pytest

from rota.cli import remote_source
from rota.cli.local_source import LocalSource
from rota.cli.remote_source import RemoteSource
from rota.model.errors import ConfigError, UsageError
from rota.status.slots import MOST_SLOTS
from support.console_app import console
from support.ledger_runs import START
from support.loopback_api import loopback_api
from support.statuses import Installation, make_task

MINUTE = 60


@pytest.fixture
def installation():
    made = Installation(START + 2000 * MINUTE, make_task("ping", interval_seconds=MINUTE))
    made.ran("ping", START)
    made.skipped("ping", START + MINUTE, START + 2 * MINUTE, count=2)
    made.ran("ping", START + 1234 * MINUTE, "failed")
    return made


@pytest.mark.parametrize(
    "count",
    [1, MOST_SLOTS, MOST_SLOTS + 1, 2 * MOST_SLOTS + 300],
    ids=["one", "a-page", "and-one-more", "several-pages"],
)
def test_a_page_and_a_ledger_answer_alike_about_slots_however_many(installation, count):
    first, last = START, START + (count - 1) * MINUTE
    local = LocalSource(installation.board).slots("ping", first, last)

    with loopback_api(app=console(installation)) as served:
        remote = RemoteSource(served.url).slots("ping", first, last)

    assert len(local) == count
    assert list(remote) == list(local)
    assert [slot["state"] for slot in local[:3]] == ["succeeded", "skipped", "skipped"][:count]


def test_all_tasks_are_told_problems_first_however_many_pages_they_take(monkeypatch):
    monkeypatch.setattr(remote_source, "_MOST_TASKS", "2")
    names = ("a", "b", "c", "d", "e")
    made = Installation(START + 30, *(make_task(name, interval_seconds=MINUTE) for name in names))
    for name in names:
        made.ran(name, START, "failed" if name == "d" else "succeeded")
    local = LocalSource(made.board).overview()

    with loopback_api(app=console(made)) as served:
        remote = RemoteSource(served.url).overview()

    assert [item["name"] for item in remote["items"]] == ["d", "a", "b", "c", "e"]
    assert remote == local


def test_a_stretch_without_a_slot_has_none(installation):
    with loopback_api(app=console(installation)) as served:
        assert RemoteSource(served.url).slots("ping", START + 1, START + 59) == []


def test_an_address_that_is_none_is_refused_as_that_of_the_page():
    with pytest.raises(UsageError, match=r"^--url: the page's address must begin with http://"):
        RemoteSource("localhost:8080").overview()


def test_a_page_that_does_not_answer_is_told():
    with pytest.raises(ConfigError, match="no answer from"):
        RemoteSource("http://127.0.0.1:9").slots("ping", START, START)


ANSWERS = {
    "overview": lambda page: page.overview(),
    "runs": lambda page: page.runs(task=None, states=(), limit=1),
    "slots": lambda page: page.slots("ping", START, START),
    "why": lambda page: page.explain("ping", START),
}


@pytest.mark.parametrize("ask", ANSWERS.values(), ids=ANSWERS.keys())
@pytest.mark.parametrize(
    "answer",
    [{}, {"items": [1]}, {"items": [{"name": "ping"}], "at": "2026-11-24T00:00:00Z"}],
    ids=["nothing", "a number", "half of it"],
)
def test_json_of_something_else_is_told_with_what_it_lacks(respx_mock, ask, answer):
    respx_mock.get(url__startswith="http://127.0.0.1:8080/").respond(200, json=answer)

    with pytest.raises(
        ConfigError, match=r"http://127\.0\.0\.1:8080 is not a page of rota.* has no "
    ):
        ask(RemoteSource("http://127.0.0.1:8080"))
