import contextlib
from dataclasses import dataclass

import httpx
import pytest

from rota.demo.business_api import create_app
from rota.demo.store import DemoOptions, DemoStore
from rota.web.server import serving


@dataclass
class HandClock:
    now: float = 1_764_000_000.0

    def timestamp(self):
        return self.now


@contextlib.asynccontextmanager
async def api_on(store):
    transport = httpx.ASGITransport(create_app(store))
    headers = {"User-Agent": "test/1"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://demo", headers=headers
    ) as client:
        yield client


@contextlib.asynccontextmanager
async def api_over_the_wire(store):
    async with (
        serving(create_app(store), "127.0.0.1", 0) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        yield client


def store_with(*ids, **options):
    store = DemoStore(DemoOptions(**options))
    store.add(ids)
    return store


async def test_cleanup_tells_how_much_it_deleted():
    async with api_on(store_with(expired=42)) as client:
        answers = [await client.post("/api/v1/admin/cleanup") for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"deleted": 42}, {"deleted": 0}]


async def test_cleanup_with_the_same_key_gives_the_same_answer_and_happens_once():
    store = store_with(expired=42)
    key = {"Idempotency-Key": "slot-1"}

    async with api_on(store) as client:
        answers = [await client.post("/api/v1/admin/cleanup", headers=key) for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"deleted": 42}, {"deleted": 42}]
    assert store.cleanups == 1


async def test_pages_are_followed_by_their_next_links():
    async with api_over_the_wire(store_with("a", "b", "c", "d", "e", page_size=2)) as client:
        pages = [(await client.get("/api/v1/notifications?status=pending")).json()]
        while pages[-1]["next"]:
            pages.append((await client.get(pages[-1]["next"])).json())

    assert [[item["id"] for item in page["items"]] for page in pages] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
    ]


async def test_a_full_last_page_has_no_next_link():
    async with api_on(store_with("a", "b", page_size=2)) as client:
        page = (await client.get("/api/v1/notifications?status=pending")).json()

    assert page == {
        "items": [{"id": "a", "status": "pending"}, {"id": "b", "status": "pending"}],
        "next": None,
    }


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="no status"),
        pytest.param("status=sent", id="unknown status"),
        pytest.param("status=pending&after=x", id="bad cursor"),
        pytest.param("status=pending&after=-1", id="negative cursor"),
        pytest.param("status=pending&after=%C2%B2", id="superscript digit"),
        pytest.param("status=pending&after=" + "9" * 5000, id="endless cursor"),
    ],
)
async def test_a_query_that_is_not_understood_is_refused(query):
    async with api_on(store_with("a")) as client:
        response = await client.get(f"/api/v1/notifications?{query}")

    assert response.status_code == 400
    assert "error" in response.json()


async def test_a_sent_notification_is_pending_no_more():
    store = store_with("a", "b")

    async with api_on(store) as client:
        answer = await client.post("/api/v1/notifications/a/send")
        page = (await client.get("/api/v1/notifications?status=pending")).json()

    assert answer.json() == {"id": "a", "status": "sent"}
    assert [item["id"] for item in page["items"]] == ["b"]
    assert store.effects == {"a": 1}


async def test_sending_with_the_same_key_gives_the_same_answer_and_counts_once():
    store = store_with("a")
    key = {"Idempotency-Key": "k"}

    async with api_over_the_wire(store) as client:
        answers = [await client.post("/api/v1/notifications/a/send", headers=key) for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert store.effects == {"a": 1}


async def test_the_same_key_for_another_notification_is_refused():
    store = store_with("a", "b")
    key = {"Idempotency-Key": "k"}

    async with api_on(store) as client:
        await client.post("/api/v1/notifications/a/send", headers=key)
        refused = await client.post("/api/v1/notifications/b/send", headers=key)

    assert refused.status_code == 422
    assert store.effects == {"a": 1}


@pytest.mark.parametrize(
    ("path_id", "notification_id"),
    [
        pytest.param("a%2Fb", "a/b", id="slash"),
        pytest.param("%C3%A9%20%3F", "é ?", id="letters, space and question mark"),
        pytest.param("send", "send", id="the word of the path itself"),
    ],
)
async def test_an_id_may_hold_any_character_when_encoded(path_id, notification_id):
    store = store_with(notification_id)

    async with api_over_the_wire(store) as client:
        response = await client.post(f"/api/v1/notifications/{path_id}/send")

    assert response.json() == {"id": notification_id, "status": "sent"}
    assert store.calls[-1].path == f"/api/v1/notifications/{path_id}/send"


@pytest.mark.parametrize(
    ("notification_id", "statuses"),
    [
        pytest.param("fine", [200, 200, 200], id="no fault"),
        pytest.param("shaky", [503, 503, 200], id="fails first"),
        pytest.param("bad", [422, 422, 422], id="refused for good"),
        pytest.param("unknown", [404, 404, 404], id="unknown"),
    ],
)
async def test_faults_are_as_ordered(notification_id, statuses):
    store = store_with("fine", "shaky", "bad", fail_first={"shaky": 2}, refuse={"bad"})

    async with api_on(store) as client:
        path = f"/api/v1/notifications/{notification_id}/send"
        seen = [(await client.post(path)).status_code for _ in statuses]

    assert seen == statuses
    assert store.effects[notification_id] == statuses.count(200)


async def test_calls_are_noted_with_what_the_caller_sent_but_without_its_token():
    store = DemoStore(clock=HandClock())
    store.add(["a"])

    async with api_on(store) as client:
        await client.get("/api/v1/notifications?status=pending")
        await client.post(
            "/api/v1/notifications/a/send",
            headers={"Idempotency-Key": "k", "Authorization": "Bearer canary"},
        )
        await client.get("/api/v1/nothing-here")
        await client.get("/demo/summary")
        response = await client.get("/demo/calls")

    common = {"time": "2025-11-24T16:00:00Z", "user_agent": "test/1"}
    assert response.json()["calls"] == [
        {
            "method": "GET",
            "path": "/api/v1/notifications",
            "query": "status=pending",
            "status": 200,
            "idempotency_key": None,
            **common,
        },
        {
            "method": "POST",
            "path": "/api/v1/notifications/a/send",
            "query": "",
            "status": 200,
            "idempotency_key": "k",
            **common,
        },
        {
            "method": "GET",
            "path": "/api/v1/nothing-here",
            "query": "",
            "status": 404,
            "idempotency_key": None,
            **common,
        },
    ]
    assert "canary" not in response.text


@pytest.mark.parametrize(
    ("content", "added"),
    [
        pytest.param(b"", ["notification-2"], id="nothing said"),
        pytest.param(b'{"count": 2}', ["notification-2", "notification-3"], id="a count"),
        pytest.param(b'{"ids": ["x", "y"]}', ["x", "y"], id="ids"),
    ],
)
async def test_more_notifications_can_be_added(content, added):
    store = store_with("a")

    async with api_on(store) as client:
        response = await client.post("/demo/notifications", content=content)

    assert response.status_code == 201
    assert response.json() == {"added": added}
    assert store.pending == ["a", *added]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"count": 0}', id="none"),
        pytest.param(b'{"count": 10001}', id="too many"),
        pytest.param(b'{"ids": [1]}', id="id of another type"),
        pytest.param(b'{"ids": [""]}', id="empty id"),
        pytest.param(b'{"ids": ["a"]}', id="known id"),
        pytest.param(b'{"number": 1}', id="unknown key"),
    ],
)
async def test_what_cannot_be_added_is_refused_and_adds_nothing(content):
    store = store_with("a")

    async with api_on(store) as client:
        response = await client.post("/demo/notifications", content=content)

    assert response.status_code == 400
    assert response.json()["error"]
    assert store.pending == ["a"]


async def test_the_summary_counts_what_was_done():
    async with api_on(store_with("a", "b", expired=4)) as client:
        await client.post("/api/v1/notifications/a/send")
        await client.post("/api/v1/admin/cleanup")
        await client.post("/api/v1/operations/send-bills")
        response = await client.get("/demo/summary")

    assert response.json() == {
        "pending": 1,
        "sent": 1,
        "sent_twice": [],
        "effects": {"a": 1},
        "expired": 0,
        "deleted": 4,
        "cleanups": 1,
        "operations": {"send-bills": 1},
        "calls": 3,
    }


async def test_healthz_answers():
    async with api_on(DemoStore()) as client:
        response = await client.get("/healthz")

    assert response.status_code == 200


async def test_any_operation_is_done_once_for_each_key():
    async with api_on(DemoStore()) as client:
        answers = [
            await client.post("/api/v1/operations/send-bills", headers={"Idempotency-Key": key})
            for key in ("one", "one", "two")
        ]
        summary = await client.get("/demo/summary")

    assert [answer.json() for answer in answers] == [{"operation": "send-bills", "done": 1}] * 3
    assert summary.json()["operations"] == {"send-bills": 2}
