"""What a reader may have a scheduler do: over the JSON API, and by the forms of a task's page."""

import base64
import contextlib
import re
from urllib.parse import urljoin

import pytest
from starlette.routing import Mount

from rota.model.errors import SettingsError
from rota.settings import WebAccess
from rota.web.access import AccessOptions, check_access
from rota.web.openapi import document
from support.acting import Installed, acting
from support.console_app import console
from support.html import Page
from support.ledger_runs import START
from support.statuses import text

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


async def token_of(client, **options):
    page = Page((await client.get("/tasks/bills", **options)).text)
    assert page.problems == []
    [token, *others] = [
        each.attributes["value"] for each in page.elements if each.attributes.get("name") == "token"
    ]
    assert set(others) <= {token}
    return token


async def test_a_run_by_hand_is_accepted_with_the_address_of_the_run():
    async with acting() as client:
        body = {"slot": None, "reason": "the printer\nworks again", "arguments": {"limit": "7"}}
        answer = await client.post("/api/v1/tasks/bills/runs", json=body)
        url = urljoin(str(answer.url), answer.headers["location"])
        run = (await client.get(url)).json()

    assert answer.status_code == 202
    assert answer.json() == {
        "task": "bills",
        "run_id": run["run_id"],
        "slot": None,
        "started": True,
        "url": answer.headers["location"],
    }
    assert (run["trigger"], run["purpose"], run["actor"]) == (
        "manual",
        "the printer works again",
        None,
    )


async def test_a_run_for_a_slot_is_one_of_that_slot():
    async with acting() as client:
        body = {"slot": text(START)}
        run_id = (await client.post("/api/v1/tasks/bills/runs", json=body)).json()["run_id"]
        slot = (await client.get(f"/api/v1/tasks/bills/slots/{text(START)}")).json()

    assert slot["run"]["run_id"] == run_id


async def test_a_pause_lasts_until_it_is_ended():
    async with acting() as client:
        body = {"seconds": 600, "reason": "the printer is on fire"}
        answer = await client.post("/api/v1/tasks/bills/pause", json=body)
        paused = (await client.get("/api/v1/tasks/bills")).json()
        ended = await client.post("/api/v1/tasks/bills/resume", json={})
        after = (await client.get("/api/v1/tasks/bills")).json()

    facts = {
        "since": text(START + 60),
        "until": text(START + 660),
        "actor": None,
        "reason": "the printer is on fire",
    }
    assert (answer.status_code, answer.json()) == (200, {"task": "bills", "pause": facts})
    assert (paused["state"], paused["pause"]) == ("paused", facts)
    assert (ended.status_code, ended.json()) == (200, {"task": "bills", "pause": None})
    assert after["pause"] is None


RUNS, PAUSE, RESUME = (f"/api/v1/tasks/bills/{name}" for name in ("runs", "pause", "resume"))


async def test_the_openapi_document_has_the_status_of_what_is_done():
    pause = {"seconds": 600, "reason": "the printer is on fire"}
    async with acting() as client:
        answers = [
            await client.post(path, json=body)
            for path, body in ((RUNS, {}), (PAUSE, pause), (RESUME, {}))
        ]

    for name, answer in zip(("runs", "pause", "resume"), answers, strict=True):
        documented = document()["paths"][f"/tasks/{{task}}/{name}"]["post"]["responses"]
        assert documented.keys() == {str(answer.status_code), "default"}


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        pytest.param("/api/v1/tasks/bill/runs", {}, 404, "did you mean 'bills'", id="task"),
        pytest.param(RUNS, {"slot": "2026-11-24T00:30:00Z"}, 400, "in the future", id="future"),
        pytest.param(RUNS, {"slot": "yesterday"}, 400, "'yesterday' is not allowed", id="slot"),
        pytest.param(RUNS, {"slot": 5}, 400, "slot must be a text", id="a number for a slot"),
        pytest.param(RUNS, {"arguments": {"x": "1"}}, 400, "no argument 'x'", id="argument"),
        pytest.param(RUNS, {"arguments": {"limit": 1}}, 400, "object of texts", id="no text"),
        pytest.param(RUNS, {"reason": "x" * 501}, 400, "at most 500", id="long reason"),
        pytest.param(RUNS, {"resaon": "x"}, 400, "unknown name 'resaon'", id="misspelt"),
        pytest.param(RUNS, [], 400, "not a JSON object", id="a list"),
        pytest.param(RUNS, {"reason": "x" * 20_000}, 413, "16384 bytes", id="long body"),
        pytest.param(PAUSE, {"reason": "x"}, 400, "either until", id="a pause without an end"),
        pytest.param(
            PAUSE, {"reason": "x", "seconds": True, "until": "x"}, 400, "either", id="two ends"
        ),
        pytest.param(PAUSE, {"reason": "x", "seconds": 0}, 400, "from 1 to", id="no time"),
        pytest.param(PAUSE, {"seconds": 60}, 400, "needs a reason", id="no reason"),
        pytest.param(PAUSE, {"reason": "x", "seconds": True}, 400, "from 1 to", id="no number"),
        pytest.param(
            PAUSE, {"reason": "x", "until": "9999-12-31T23:59:59.5Z"}, 400, "a year", id="never"
        ),
        pytest.param(
            RUNS, {"slot": "9999-12-31T23:59:59-14:00"}, 400, "with its zone", id="after all time"
        ),
        pytest.param(RESUME, {}, 409, "is not paused", id="no pause"),
    ],
)
async def test_what_cannot_be_done_is_a_problem_that_says_why(path, body, status, detail):
    async with acting() as client:
        answer = await client.post(path, json=body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


async def test_a_task_that_runs_and_forbids_another_run_is_a_conflict():
    async with acting() as client:
        await client.post(RUNS, json={})
        answer = await client.post(RUNS, json={})

    assert (answer.status_code, "overlap is forbid" in answer.text) == (409, True)


# Which requests of a browser are our own pages'. The first two tell of another site.
@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        pytest.param({}, True, id="no browser"),
        pytest.param({"sec-fetch-site": "same-origin"}, True, id="our page"),
        pytest.param({"sec-fetch-site": "none"}, True, id="the address bar"),
        pytest.param({"sec-fetch-site": "cross-site"}, False, id="another site"),
        pytest.param({"sec-fetch-site": "same-site"}, False, id="another port or subdomain"),
        pytest.param({"origin": "http://localhost"}, True, id="our origin"),
        pytest.param({"origin": "http://localhost:3000"}, False, id="another port's origin"),
        pytest.param({"origin": "https://evil.example.com"}, False, id="another origin"),
        pytest.param({"origin": "null"}, False, id="a sandbox"),
        pytest.param({"origin": "http://[bad"}, False, id="no origin at all"),
        pytest.param({"origin": "https://rota.example.com"}, True, id="a name of ours"),
        pytest.param(
            {"origin": "http://localhost", "sec-fetch-site": "cross-site"}, False, id="both"
        ),
    ],
)
@pytest.mark.parametrize("kind", ["api", "form"])
async def test_another_site_cannot_have_a_browser_act(headers, allowed, kind):
    async with acting(hosts=["rota.example.com"]) as client:
        if kind == "api":
            answer = await client.post(RUNS, json={}, headers=headers)
        else:
            form = {"token": await token_of(client)}
            answer = await client.post("/tasks/bills/run", data=form, headers=headers)
        runs = (await client.get("/api/v1/runs")).json()["items"]

    assert answer.status_code == ((202 if kind == "api" else 303) if allowed else 403)
    assert len(runs) == allowed


@pytest.mark.parametrize(
    ("path", "content_type", "body", "status"),
    [
        pytest.param(RUNS, "text/plain", "{}", 415, id="what any form can send"),
        pytest.param(RUNS, FORM, "{}", 415, id="a form to the API"),
        pytest.param(RUNS, "", "{}", 415, id="nothing is said"),
        pytest.param(RUNS, JSON, "[" * 16_000, 400, id="what no parser takes"),
        pytest.param(RUNS, JSON, '{"reason": "\\ud800"}', 400, id="half a character"),
        pytest.param("/tasks/bills/run", JSON, "{}", 415, id="JSON to a form"),
        pytest.param("/tasks/bills/run", FORM, "reason=x", 403, id="no token"),
        pytest.param("/tasks/bills/run", FORM, "token=abc", 403, id="a token that is made up"),
        pytest.param("/tasks/bills/run", FORM, "token=%FF", 403, id="no text"),
        pytest.param("/tasks/bills/run", FORM, "a=1&" * 30, 400, id="many fields"),
    ],
)
async def test_a_body_that_another_site_could_send_is_refused(path, content_type, body, status):
    async with acting() as client:
        headers = {"content-type": content_type}
        answer = await client.post(path, content=body, headers=headers)
        runs = (await client.get("/api/v1/runs")).json()["items"]

    assert (answer.status_code, runs) == (status, [])


def basic(user):
    return {"authorization": f"Basic {base64.b64encode(f'{user}:pass'.encode()).decode()}"}


@pytest.fixture
def options(tmp_path):
    path = tmp_path / "secret"
    path.write_text("ada:pass\nbob:pass\n")
    return lambda access: AccessOptions(access, path, proxies=("10.0.0.0/8",))


async def test_a_token_is_only_its_users(options):
    async with acting(access=options(WebAccess.BASIC)) as client:
        form = {"token": await token_of(client, headers=basic("ada"))}
        answer = await client.post("/tasks/bills/run", data=form, headers=basic("bob"))

    assert answer.status_code == 403
    assert "load the page again" in answer.text


@pytest.mark.parametrize(
    ("access", "headers", "actor"),
    [
        pytest.param(WebAccess.BASIC, basic("ada"), "ada", id="basic"),
        pytest.param(WebAccess.BEARER, {"authorization": "Bearer ada:pass"}, None, id="bearer"),
        pytest.param(
            WebAccess.PROXY,
            {"x-rota-proxy-secret": "ada:pass", "x-forwarded-user": "ada\x7f" + "a" * 200},
            "ada?" + "a" * 96,
            id="proxy",
        ),
        pytest.param(WebAccess.LOOPBACK, {"x-forwarded-user": "ada"}, None, id="loopback"),
    ],
)
async def test_a_run_is_recorded_with_the_user_who_asked_for_it(options, access, headers, actor):
    async with acting(access=options(access), peer="10.1.2.3") as client:
        answer = await client.post(RUNS, json={}, headers=headers)
        run = (await client.get(f"/api/v1/runs/{answer.json()['run_id']}", headers=headers)).json()

    assert run["actor"] == actor


async def test_the_forms_of_a_page_run_pause_and_resume_a_task_without_a_script(options):
    headers = basic("ada")
    async with acting(access=options(WebAccess.BASIC)) as client:
        client.headers.update(headers)
        token = await token_of(client)
        pause = {"token": token, "seconds": "3600", "reason": "stocktaking"}
        paused = await client.post("/tasks/bills/pause", data=pause)
        page = Page((await client.get("/tasks/bills")).text)
        resumed = await client.post("/tasks/bills/resume", data={"token": token})
        run = {"token": token, "slot": text(START), "reason": "the printer works again"}
        ran = await client.post("/tasks/bills/run", data=run)
        shown = await client.get(urljoin("/tasks/bills/run", ran.headers["location"]))

    assert [each.status_code for each in (paused, resumed, ran)] == [303] * 3
    assert paused.headers["location"] == resumed.headers["location"] == "../../tasks/bills"
    assert page.one(id="reason").text == f"paused by ada until {text(START + 3660)}: stocktaking"
    forms = {each.attributes["id"] for each in page.all("form")}
    assert forms == {"resume", "run-now"}
    assert Page(shown.text).one(id="asked-for").text == "by ada: the printer works again"


async def test_a_slot_that_has_come_is_run_by_the_form_of_its_page():
    async with acting() as client:
        come = Page((await client.get(f"/tasks/bills/slots/{text(START)}")).text)
        upcoming = Page((await client.get(f"/tasks/bills/slots/{text(START + 3600)}")).text)
        fields = {
            each.attributes["name"]: each.attributes.get("value", "") for each in come.all("input")
        }
        await client.post("/tasks/bills/run", data=fields)
        [run] = (await client.get("/api/v1/runs")).json()["items"]

    assert come.problems == upcoming.problems == []
    assert come.one("form").attributes["action"] == "../../../tasks/bills/run"
    assert (run["slot"], run["trigger"]) == (text(START), "manual")
    assert upcoming.all("form") == []


async def test_a_form_that_cannot_be_done_says_why_and_leads_back():
    async with acting(fields={"suspend": True}) as client:
        form = {"token": await token_of(client), "seconds": "3600", "reason": "stocktaking"}
        answers = [
            await client.post("/tasks/bills/pause", data=form),
            await client.post("/tasks/bills/pause", data=form | {"seconds": "1"}),
            await client.post("/tasks/bill/run", data=form),
        ]

    assert [each.status_code for each in answers] == [409, 400, 404]
    page = Page(answers[0].text)
    assert page.problems == []
    assert "../../tasks/bills" in page.links
    assert "is suspended" in answers[0].text


async def test_without_actions_pages_have_no_forms_and_nothing_is_taken():
    async with acting(actions=False) as client:
        paths = ("/tasks/bills", f"/tasks/bills/slots/{text(START)}")
        page = "".join([(await client.get(path)).text for path in paths])
        codes = [
            (await client.post(path, json={})).status_code
            for path in (RUNS, PAUSE, RESUME, "/tasks/bills/run")
        ]

    assert codes == [403] * 4
    assert 'method="post"' not in page
    assert "read-only" in page


def posts_of(routes, prefix=""):
    for route in routes:
        if isinstance(route, Mount):
            yield from posts_of(route.routes, prefix + route.path)
        elif "POST" in (route.methods or ()):
            yield prefix + route.path


# Whoever adds one decides here that it is safe.
TAKEN = {
    f"{place}/tasks/{{task}}/{name}"
    for place, names in (
        ("/api/v1", ("runs", "pause", "resume")),
        ("", ("run", "pause", "resume")),
    )
    for name in names
}


async def test_every_route_that_changes_something_asks_who_and_from_where(options):
    async with acting(access=options(WebAccess.BASIC)) as client:
        app = client.app
        assert set(posts_of(app.routes)) == TAKEN
        for path in TAKEN:
            shown = path.replace("{task}", "bills")
            kind = {"json": {}} if path.startswith("/api") else {"data": {"token": "x"}}
            evil = {"host": "evil.example.com"}
            away = {"sec-fetch-site": "cross-site"}
            codes = [
                (await client.post(shown, headers=headers, **kind)).status_code
                for headers in ({}, basic("ada") | away, basic("ada") | evil)
            ]
            assert codes == [401, 403, 421], path
        others = [
            (await client.request(method, RUNS, headers=basic("ada"))).status_code
            for method in ("PUT", "PATCH", "DELETE")
        ]
        runs = (await client.get("/api/v1/runs", headers=basic("ada"))).json()["items"]

    assert (others, runs) == ([405] * 3, [])


def test_a_console_without_a_scheduler_has_no_route_that_changes_something():
    assert set(posts_of(console(Installed()).routes)) == set()


@pytest.mark.parametrize(
    ("access", "host", "refused"),
    [
        (WebAccess.NONE, "0.0.0.0", True),
        (WebAccess.NONE, "127.0.0.1", False),
        (WebAccess.LOOPBACK, "localhost", False),
        (WebAccess.BASIC, "0.0.0.0", False),
    ],
)
def test_where_nobody_is_asked_actions_are_for_this_machine_only(options, access, host, refused):
    expected = pytest.raises(SettingsError, match="ROTA_WEB_ACTIONS: with ROTA_WEB_ACCESS=none")
    with expected if refused else contextlib.nullcontext():
        check_access(options(access), host, actions=True)


async def test_who_asked_is_in_the_history_although_its_text_is_hostile(options):
    async with acting() as client:
        body = {"reason": "<script>alert(1)</script>"}
        run_id = (await client.post(RUNS, json=body)).json()["run_id"]
        page = (await client.get(f"/runs/{run_id}")).text

    assert not re.search(r"<script>alert", page)
    assert Page(page).one(id="asked-for").text == "by somebody: <script>alert(1)</script>"
