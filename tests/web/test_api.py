import hashlib

import pytest
from starlette.routing import Mount

from rota.ledger.reader import SqliteReader
from rota.settings import default_settings
from rota.web.openapi import document
from support.console_app import console, reader_of
from support.ledger_runs import START
from support.statuses import Installation, make_task, text

HOUR = 3600
NOW = START + 10 * HOUR + 60


@pytest.fixture
def installation():
    installation = Installation(
        NOW,
        make_task("bills", interval_seconds=HOUR),
        make_task("letters", schedule="30 2 * * *", timezone="Europe/Berlin"),
    )
    installation.ran("bills", START + 8 * HOUR)
    installation.ran("bills", START + 9 * HOUR, "failed", reason="no <b>luck</b>")
    installation.skipped("bills", START + 10 * HOUR)
    return installation


async def ask(installation, path, **options):
    async with reader_of(console(installation)) as client:
        return await client.get(f"/api/v1/{path}", **options)


GAP = (NOW - 2 * HOUR, NOW - HOUR)


@pytest.fixture
def seen(installation):
    """Answer as a console that has seen all but an hour."""
    ledger = installation.ledger
    ledger.watched_until = lambda: installation.clock.now
    ledger.gaps = lambda: [GAP]
    return installation


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("tasks", ["bills", "letters"], id="tasks"),
        pytest.param("tasks?sort=name", ["bills", "letters"], id="tasks by name"),
        pytest.param("tasks?limit=1", ["bills"], id="a page of tasks"),
        pytest.param("tasks?limit=1&cursor=1,bills", ["letters"], id="the next page of tasks"),
        pytest.param("tasks?sort=name&cursor=0,bills", ["letters"], id="the next page by name"),
        pytest.param("tasks?state=new&state=ok", ["letters"], id="tasks in a state"),
        pytest.param("tasks?q=LUCK", ["bills"], id="tasks with a text"),
        pytest.param("tasks?label=team=x", [], id="tasks with a label"),
        pytest.param("runs", ["run-2", "run-1"], id="runs"),
        pytest.param("runs?state=failed", ["run-2"], id="runs in a state"),
        pytest.param("runs?state=failed&state=succeeded&limit=1", ["run-2"], id="a page of runs"),
        pytest.param("runs?limit=1&cursor=run-2", ["run-1"], id="the next page"),
        pytest.param("runs?task=letters", [], id="runs of a task"),
        pytest.param("runs?exit_code=1", ["run-2"], id="runs with an exit code"),
        pytest.param("runs?exit_code=255", [], id="runs with the last of all exit codes"),
        pytest.param("runs?limit=500", ["run-2", "run-1"], id="as many as are given at once"),
        pytest.param("runs?q=LUCK", ["run-2"], id="runs with a text"),
        pytest.param("runs?trigger=manual", [], id="runs by hand"),
        pytest.param(f"runs?since={text(START + 9 * HOUR)}", ["run-2"], id="runs since"),
        pytest.param(f"runs?until={text(START + 9 * HOUR)}", ["run-1"], id="runs until"),
        pytest.param(
            "tasks/bills/slots?from=2026-11-24T08:00:00Z&to=2026-11-24T11:00:00Z",
            ["succeeded", "failed", "skipped", "upcoming"],
            id="slots",
        ),
        pytest.param(
            "tasks/bills/slots?from=2026-11-24T09:00:00%2B01:00&to=2026-11-24T10:00:00+01:00",
            ["succeeded", "failed"],
            id="slots between instants with an offset",
        ),
        pytest.param("upcoming?hours=2", ["bills", "bills"], id="what comes within two hours"),
    ],
)
async def test_a_list_has_its_items(installation, path, expected):
    answer = (await ask(installation, path)).json()

    names = ["run_id", "name", "task"] if path.startswith(("runs", "tasks?")) else ["name", "task"]
    keys = [*names, "state"] if "slots" not in path else ["state"]
    assert [next(item[key] for key in keys if key in item) for item in answer["items"]] == expected


async def test_a_page_names_the_next_one_and_the_last_none(installation):
    first = (await ask(installation, "runs?limit=1")).json()
    assert first["next"] == "run-2"
    assert (await ask(installation, "runs?limit=5")).json()["next"] is None


@pytest.mark.parametrize("sort", ["state", "name"])
async def test_tasks_are_all_on_some_page_and_on_one(sort):
    names = [f"task-{number:03}" for number in range(250)]
    made = Installation(NOW, *(make_task(name, interval_seconds=HOUR) for name in names))
    for name in names[::3]:
        made.ran(name, NOW - 60, "failed")
    found, cursor = [], ""
    while cursor is not None:
        suffix = f"&cursor={cursor}" if cursor else ""
        page = (await ask(made, f"tasks?strip=0&sort={sort}{suffix}")).json()
        found, cursor = found + page["items"], page["next"]
        assert len(page["items"]) <= 100
        assert page["counts"]["failing"] == 84

    assert sorted(each["name"] for each in found) == names
    first = [each["state"] for each in found[:84]]
    assert (set(first) == {"failing"}) == (sort == "state")


@pytest.mark.parametrize("length", [0, 1, 2])
async def test_strips_are_as_long_as_is_asked_for(installation, length):
    answer = (await ask(installation, f"tasks?strip={length}")).json()

    assert len(answer["items"][0]["strip"]) == length


async def test_slots_beyond_the_longest_page_are_on_the_next(installation):
    installation.tasks = (make_task("bills", interval_seconds=60),)
    window = f"from={text(START)}&to={text(START + 600 * 60)}"

    first = (await ask(installation, f"tasks/bills/slots?{window}")).json()
    assert len(first["items"]) == 500
    rest = f"from={first['next']}&to={text(START + 600 * 60)}"
    second = (await ask(installation, f"tasks/bills/slots?{rest}")).json()

    assert second["next"] is None
    assert len({each["at"] for each in first["items"] + second["items"]}) == 601


async def test_slots_are_those_of_the_last_day_where_no_instant_is_given(installation):
    answer = (await ask(installation, "tasks/bills/slots")).json()

    assert [answer["items"][at]["at"] for at in (0, -1)] == [
        text(NOW - 60 - 23 * HOUR),
        text(NOW - 60),
    ]


@pytest.mark.parametrize(
    ("path", "complete"),
    [
        pytest.param("tasks/bills/slots", False, id="the last day"),
        pytest.param(f"tasks/bills/slots?from={text(NOW - 60)}", True, id="slots since"),
        pytest.param("runs", False, id="all runs"),
        pytest.param("runs?limit=1", False, id="a page of runs"),
        pytest.param(f"runs?since={text(NOW - HOUR + 1)}", True, id="runs since"),
        pytest.param(f"runs?until={text(START + 2 * HOUR)}", True, id="runs until"),
        pytest.param("upcoming", True, id="what comes"),
        pytest.param("tasks", True, id="what is now"),
    ],
)
async def test_a_list_names_the_time_that_nobody_saw(seen, path, complete):
    answer = (await ask(seen, path)).json()

    assert answer["complete"] is complete
    gap = {"from": text(GAP[0]), "to": text(GAP[1])}
    assert answer["gaps"] == ([] if complete else [gap])
    assert answer["as_of"] == text(NOW)


@pytest.mark.parametrize("path", ["tasks", "runs", "tasks/bills/slots"])
async def test_a_gap_that_lasts_has_no_end(seen, path):
    last_seen = NOW - 600
    seen.ledger.watched_until = lambda: last_seen
    seen.ledger.gaps = list

    answer = (await ask(seen, path)).json()

    assert answer["gaps"] == [{"from": text(last_seen), "to": None}]
    assert not answer["complete"]


async def test_slots_of_which_nothing_is_known_are_not_complete(installation):
    window = f"from={text(START)}&to={text(START + HOUR)}"

    answer = (await ask(installation, f"tasks/bills/slots?{window}")).json()

    assert {each["state"] for each in answer["items"]} == {"unobserved"}
    assert (answer["complete"], answer["gaps"]) == (False, [])


async def test_what_comes_goes_on_where_a_page_ended(installation):
    installation.tasks = (*installation.tasks, make_task("cleanup", interval_seconds=HOUR))
    whole = (await ask(installation, "upcoming?hours=3")).json()
    found, cursor = [], ""
    while cursor is not None:
        suffix = f"&cursor={cursor}" if cursor else ""
        page = (await ask(installation, f"upcoming?hours=3&limit=2{suffix}")).json()
        found, cursor = found + page["items"], page["next"]

    assert whole["next"] is None
    assert found == whole["items"]
    assert len(found) == 6


async def test_the_openapi_document_is_not_sent_again(installation):
    tag = (await ask(installation, "openapi.json")).headers["etag"]

    assert (
        await ask(installation, "openapi.json", headers={"if-none-match": tag})
    ).status_code == 304


async def test_a_slot_is_explained(installation):
    answer = (await ask(installation, f"tasks/bills/slots/{text(START + 9 * HOUR)}")).json()

    assert answer["state"] == "failed"
    assert answer["why"][0].endswith("exit code 1 (the task raised): no <b>luck</b>")


async def test_the_calendar_has_the_load_of_the_week_and_a_splay_that_would_help(installation):
    more = (make_task(name, interval_seconds=HOUR) for name in ("a", "b", "c"))
    installation.tasks = (*installation.tasks, *more)

    answer = (await ask(installation, "calendar")).json()

    assert (len(answer["slots"]), len(answer["slots"][0])) == (7, 24)
    assert answer["peak"] > answer["peak_with_splay"]
    assert set(answer["splay_minutes"]) == {"a", "b", "bills", "c"}


async def test_the_summary_counts_states_and_names_problems(installation):
    assert (await ask(installation, "summary")).json() == {
        "counts": {
            "overdue": 0,
            "failing": 1,
            "running": 0,
            "new": 1,
            "paused": 0,
            "suspended": 0,
            "ok": 0,
            "gone": 0,
        },
        "problems": {"bills": "failing"},
    }


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        (
            "tasks/bill",
            404,
            "no task is named 'bill', did you mean 'bills'? (known: bills, letters)",
        ),
        ("runs/nope", 404, "no run 'nope' is known"),
        ("tasks/bills/slots/2026-11-24T08:00:01Z", 404, "is not a slot of task 'bills'"),
        ("tasks/bills/slots/yesterday", 400, "slot='yesterday' is not allowed"),
        ("tasks/bills/slots?from=1", 400, "from='1' is not allowed"),
        ("tasks/bills/slots?form=1", 400, "unknown parameter 'form' (allowed: from, to)"),
        ("summary?state=failed", 400, "unknown parameter 'state' (allowed: none)"),
        ("tasks?state=failed", 400, "state='failed' is not one of overdue, failing, running"),
        ("tasks?sort=age", 400, "sort='age' is not one of state, name"),
        ("tasks?strip=201", 400, "strip='201' is not a whole number from 0 to 200"),
        ("tasks?cursor=bills", 400, "cursor='bills' is not the `next` of an answer"),
        ("tasks?cursor=9,bills", 400, "cursor='9,bills' is not the `next` of an answer"),
        ("runs?state=lucky", 400, "state='lucky' is not one of due, running, succeeded"),
        ("runs?limit=501", 400, "limit='501' is not a whole number from 1 to 500"),
        ("runs?exit_code=256", 400, "exit_code='256' is not a whole number from 0 to 255"),
        ("runs?limit=x", 400, "limit='x' is not a whole number"),
        (f"runs?limit={'9' * 5000}", 400, "is not a whole number from 1 to 500"),
        (f"tasks?cursor={'9' * 5000},bills", 400, "is not the `next` of an answer"),
        ("runs?since=9999-12-31T23:59:59-14:00", 400, "with its zone"),
        ("runs?cursor=nope", 400, "cursor='nope' is not known (any more): begin anew"),
        ("runs?task=nope", 404, "no task is named 'nope'"),
        ("upcoming?cursor=nope", 400, "cursor='nope' is not allowed"),
        ("upcoming?hours=0", 400, "hours='0' is not a whole number from 1 to 744"),
    ],
)
async def test_a_question_without_an_answer_is_a_problem_that_says_why(
    installation, path, status, detail
):
    answer = await ask(installation, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert detail in problem["detail"]


async def test_a_ledger_that_cannot_be_read_is_503(installation, tmp_path):
    installation.ledger = SqliteReader(tmp_path / "missing")
    answer = await ask(installation, "tasks")

    assert answer.status_code == 503
    assert "cannot be read" in answer.json()["detail"]


async def test_an_answer_that_the_reader_has_is_not_sent_again(installation):
    tag = (await ask(installation, "tasks")).headers["etag"]
    installation.clock.now += 1  # which `as_of` shows
    same = await ask(installation, "tasks", headers={"if-none-match": tag})
    installation.ran("bills", START + 10 * HOUR)
    changed = await ask(installation, "tasks", headers={"if-none-match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("traces", "trace_id"),
    [(True, hashlib.sha256(b"run-2").hexdigest()[:32]), (False, None)],
    ids=["traced", "not traced"],
)
async def test_a_run_names_its_trace(installation, traces, trace_id):
    settings = default_settings().model_copy(update={"traces": traces})
    async with reader_of(console(installation, settings=settings)) as client:
        answer = await client.get("/api/v1/runs/run-2")
    assert answer.json()["trace_id"] == trace_id


def test_the_openapi_document_has_every_route_and_no_other(installation):
    app = console(installation, by_hand=object())
    [api] = [each for each in app.routes if isinstance(each, Mount)]

    assert sorted(document()["paths"]) == sorted(each.path for each in api.routes)


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("tasks/bills", "WholeTask"),
        ("runs/run-2", "WholeRun"),
        ("system", "System"),
        (f"tasks/bills/slots/{text(START + 9 * HOUR)}", "Explanation"),
        ("summary", "Summary"),
        ("calendar", "Calendar"),
    ],
)
async def test_the_openapi_document_has_exactly_what_an_answer_has(installation, path, schema):
    answer = (await ask(installation, path)).json()
    schemas = document()["components"]["schemas"]

    assert answer.keys() == schemas[schema]["properties"].keys()
    for name, listed in (("strip", "Cell"), ("runs", "Run")):
        for item in answer.get(name, []):
            assert item.keys() == schemas[listed]["properties"].keys()


async def test_a_task_that_fails_between_two_looks_stands_where_its_state_belongs(installation):
    installation.ran("bills", START + 10 * HOUR)
    installation.ran("letters", START + 8 * HOUR)
    digests, looks = installation.ledger.digests, []

    def fails_after_the_first_look(names, *, recent):
        looks.append(names)
        if len(looks) > 1:
            installation.ran("letters", START + 9 * HOUR, "failed")
        return digests(names, recent=recent)

    installation.ledger.digests = fails_after_the_first_look
    items = (await ask(installation, "tasks")).json()["items"]

    assert len(looks) > 1
    assert [(each["name"], each["state"]) for each in items] == [
        ("letters", "failing"),
        ("bills", "ok"),
    ]
