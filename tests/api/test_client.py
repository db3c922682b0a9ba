import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from rota.api import BusinessApiClient
from rota.model.context import Execution, Stop, StopRequested, enter
from rota.model.errors import (
    ApiRejectedError,
    ApiResponseError,
    ApiUnavailableError,
    RequestRefusedError,
    SettingsError,
)
from rota.model.run import Run, Trigger
from rota.net import ApiOptions
from rota.net.idempotency import item_key
from support.fault_server import answer, json_answer, reset

BASE = "http://api.example.com/base"


def start_run(identity="2026-11-24T03:00:00Z", task="notifications"):
    run = Run(task, "r1", Trigger.MANUAL, None, datetime.now(UTC), identity)
    execution = Execution(run, Stop(), asyncio.get_running_loop().time() + 3600)
    enter(execution)
    return execution


def keys(server):
    return [one.headers.get("idempotency-key") for one in server.requests]


def targets(server):
    return [f"{one.method} {one.target}" for one in server.requests]


# The seed's names.


def test_importing_the_client_loads_neither_httpx_nor_tenacity():
    program = (
        "import sys, rota.api; rota.api.BusinessApiClient('http://h');"
        "print({'httpx', 'tenacity', 'pydantic'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert result.stdout.decode().strip() == "set()"


def test_the_base_url_loses_its_trailing_slash():
    assert BusinessApiClient("http://h/v2/").base_url == "http://h/v2"


@pytest.mark.parametrize("url", ["", "h:80", "http://u:p@h", "http://h?x=1"])
def test_a_base_url_that_cannot_be_called_is_refused(url):
    with pytest.raises(SettingsError):
        BusinessApiClient(url)


async def test_cleanup_is_posted_once_per_slot(api, server):
    server.play(json_answer({"deleted": 3}))
    start_run("slot 1")
    assert await api.cleanup_expired() == {"deleted": 3}
    await api.cleanup_expired()
    start_run("slot 2")
    await api.cleanup_expired()
    assert targets(server) == ["POST /api/v1/admin/cleanup"] * 3
    first, again, other = keys(server)
    assert first == again != other


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    "value",
    [None, [], "x", {}, {"deleted": None}, {"deleted": True}, {"deleted": "3"}, {"deleted": -1}],
    ids=repr,
)
async def test_a_cleanup_that_does_not_say_how_many_is_a_bad_response(api, server, value):
    server.play(json_answer(value))
    with pytest.raises(ApiResponseError, match=r"^POST /api/v1/admin/cleanup: expected"):
        await api.cleanup_expired()


async def test_a_cleanup_may_have_nothing_to_delete(api, server):
    server.play(json_answer({"deleted": 0}))
    assert await api.cleanup_expired() == {"deleted": 0}


@pytest.mark.fault(37)
@pytest.mark.parametrize("body", [b"", b"<html>sign in</html>"])
async def test_a_list_that_is_not_json_is_a_bad_response(api, server, body):
    server.play(answer(200, body))
    with pytest.raises(ApiResponseError, match=r"^GET /api/v1/notifications: 200 OK"):
        await api.get_pending_notifications()
    assert len(server.requests) == 1


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"items": None},
        {"items": {}},
        {"items": [1]},
        {"items": [{}]},
        {"items": [{"id": None}]},
        {"items": [{"id": True}]},
        {"items": [{"id": 1.5}]},
        {"items": [{"id": 1}, {"id": []}]},
    ],
    ids=repr,
)
async def test_a_list_of_another_shape_is_a_bad_response(api, server, value):
    server.play(json_answer(value))
    with pytest.raises(ApiResponseError, match=r"^GET /api/v1/notifications: .*expected"):
        await api.get_pending_notifications()


@pytest.mark.fault(42)
async def test_pages_are_joined_in_order_and_each_id_comes_once(api, server):
    server.play(
        json_answer({"items": [{"id": 1}, {"id": "b"}], "next": "?status=pending&page=2"}),
        json_answer({"items": [], "next": f"{server.url}/api/v1/notifications?page=3"}),
        json_answer({"items": [{"id": "b", "x": 1}, {"id": "1"}, {"id": "c"}], "next": None}),
    )
    pending = await api.get_pending_notifications()
    assert pending == {"items": [{"id": 1}, {"id": "b"}, {"id": "c"}]}
    assert targets(server) == [
        "GET /api/v1/notifications?status=pending",
        "GET /api/v1/notifications?status=pending&page=2",
        "GET /api/v1/notifications?page=3",
    ]


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("links", "problem"),
    [
        (["?page=2"], "earlier page"),
        (["?page=2", "?page=3"], "earlier page"),
        (["http://evil.example.com/"], "another origin"),
        (["/%2e%2e/etc"], "segments"),
        ([7], "must be a link"),
    ],
    ids=["the same again", "A-B-A", "another host", "climbing", "no text"],
)
async def test_links_that_lead_nowhere_good_are_a_bad_response(api, server, links, problem):
    pages = [json_answer({"items": [], "next": link}) for link in links]
    server.play(*(pages * 3))
    with pytest.raises(ApiResponseError, match=problem):
        await api.get_pending_notifications()


@pytest.mark.fault(41)
async def test_pages_without_end_are_a_bad_response(server):
    options = ApiOptions(max_pages=5)
    server.play(*(json_answer({"items": [], "next": f"?page={n}"}) for n in range(9)))
    async with BusinessApiClient(server.url, options) as api:
        with pytest.raises(ApiResponseError, match="more than 5 pages"):
            await api.get_pending_notifications()
    assert len(server.requests) == 5


@pytest.mark.fault(43)
async def test_an_id_is_one_segment_of_the_path(api, server):
    await api.send_notification("a/../b?c#d")
    assert targets(server) == ["POST /api/v1/notifications/a%2F..%2Fb%3Fc%23d/send"]
    for bad in ("", ".", "..", None):
        with pytest.raises(RequestRefusedError):
            await api.send_notification(bad)
    assert len(server.requests) == 1


@pytest.mark.fault(27)
async def test_a_notification_has_the_same_key_in_every_run_and_attempt(api, server):
    start_run("slot 1")
    server.play(reset(), json_answer({}))
    await api.send_notification("n1")
    start_run("slot 2")
    await api.send_notification("n1")
    await api.send_notification("n2")
    assert len(server.requests) == 4
    assert server.distinct_effects == 2


@pytest.mark.parametrize("reply", [answer(204), answer(200, b""), json_answer({})])
async def test_a_notification_sent_without_a_word_gives_an_empty_object(api, server, reply):
    server.play(reply)
    assert await api.send_notification("n1") == {}


async def test_what_the_api_says_of_a_notification_is_handed_on_if_it_is_an_object(api, server):
    server.play(json_answer({"sent": True}), json_answer([1]))
    assert await api.send_notification("n1") == {"sent": True}
    problem = "^POST /api/v1/notifications/n1/send: expected a JSON object, got a list$"
    with pytest.raises(ApiResponseError, match=problem):
        await api.send_notification("n1")


@pytest.mark.fault(44)
@pytest.mark.parametrize("status", [404, 409, 410, 412])
async def test_an_item_that_is_gone_says_so_by_its_status(api, server, status):
    server.play(answer(status))
    for call in (api.delete("/x"), api.send_notification("n1")):
        with pytest.raises(ApiRejectedError) as caught:
            await call
        assert caught.value.status == status


async def test_closing_twice_is_safe_and_the_next_request_opens_again(api, server):
    client = api.client
    assert api.client is client
    await api.close()
    await api.close()
    await api.get("/x")
    assert api.client is not client


# An application's own endpoints.


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
async def test_the_generic_methods_return_the_json(api, server, method):
    server.play(json_answer([1, {"a": None}]))
    assert await getattr(api, method)("/x", params={"q": "a b"}) == [1, {"a": None}]
    assert targets(server) == [f"{method.upper()} /x?q=a+b"]


@pytest.mark.parametrize("method", ["post", "put", "patch"])
async def test_a_body_is_sent_as_json(api, server, method):
    await getattr(api, method)("/x", json={"a": 1})
    assert server.requests[0].body == b'{"a":1}'


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
async def test_no_content_is_none(api, server, method):
    server.play(answer(204))
    assert await getattr(api, method)("/x") is None


async def test_a_get_that_answers_nothing_is_a_bad_response(api, server):
    server.play(answer(200, b""))
    with pytest.raises(ApiResponseError, match="the body is empty"):
        await api.get("/x")


@pytest.mark.parametrize("path", ["http://evil/x", "//evil/x", "../x", "", "/a b"])
async def test_a_path_that_leads_elsewhere_is_refused(api, server, path):
    with pytest.raises(RequestRefusedError):
        await api.get(path)
    assert server.requests == []


async def test_a_path_that_is_too_long_for_a_url_is_refused(api, server):
    with pytest.raises(RequestRefusedError, match=r"^the path does not make a valid URL$"):
        await api.get("/" + "a" * 70_000)
    assert server.requests == []


async def test_a_query_given_twice_is_refused(api):
    with pytest.raises(RequestRefusedError, match="not both"):
        await api.get("/x?a=1", params={"b": 2})


async def test_an_item_gives_a_key_that_lasts_and_a_key_wins(api, server):
    for identity in ("slot 1", "slot 2"):
        start_run(identity)
        await api.post("/orders/close", item=7)
    await api.post("/orders/close", item=8)
    await api.post("/orders/open", item=7)
    await api.post("/orders/open", item=7, key="mine")
    await api.patch("/orders/7", item=7)
    await api.patch("/orders/7")
    slot_1, slot_2, other_item, other_path, mine, patch, bare_patch = keys(server)
    # The same in every version of rota: another key would do the work a second time.
    assert slot_1 == slot_2 == item_key(api._options(), "POST /orders/close", 7)
    assert len({slot_1, other_item, other_path, patch}) == 4
    assert patch is not None
    assert (mine, bare_patch) == ("mine", None)


@pytest.mark.parametrize("method", ["post", "put", "patch"])
async def test_a_key_of_the_applications_own_is_sent_as_it_is(api, server, method):
    await getattr(api, method)("/x", key="mine")
    assert keys(server) == ["mine"]


async def test_a_query_is_part_of_an_items_key_in_any_order(api, server):
    start_run("slot")
    await api.post("/orders/close", item=7, params={"shop": "a", "day": 1})
    await api.post("/orders/close", item=7, params={"day": 1, "shop": "a"})
    await api.post("/orders/close", item=7, params={"shop": "b", "day": 1})
    await api.post("/orders/close", item=7)
    first, other_order, other_query, bare = keys(server)
    assert first == other_order
    assert first == item_key(api._options(), "POST /orders/close?day=1&shop=a", 7)
    assert len({first, other_query, bare}) == 3


async def test_a_query_with_several_values_is_the_same_in_a_list_and_in_a_tuple(api, server):
    start_run("slot")
    for shops in (["a", "b"], ("a", "b"), ["a"]):
        await api.post("/orders/close", item=7, params={"shop": shops})
    in_a_list, in_a_tuple, another = keys(server)
    assert in_a_list == in_a_tuple != another


@pytest.mark.parametrize("key", ["", "a b", "é", "a\r\nX: y", "a" * 256])
async def test_a_key_that_is_not_a_header_value_is_refused(api, server, key):
    problem = (
        "^an idempotency key must be 1 to 255 visible ASCII characters; "
        "pass item= to have one made$"
    )
    with pytest.raises(RequestRefusedError, match=problem):
        await api.post("/x", key=key)
    assert server.requests == []


async def test_what_the_api_answers_in_error_is_raised_with_its_status(api, server):
    server.play(answer(422, b'{"detail": "no such thing"}'))
    with pytest.raises(ApiRejectedError, match=r"POST /x: 422 .*no such thing"):
        await api.post("/x")


async def test_a_stop_refuses_the_next_page(api, server):
    execution = start_run()
    server.play(json_answer({"next": "?page=2"}))
    pages = api.pages("/x")
    await anext(pages)
    execution.stop.request()
    with pytest.raises(StopRequested):
        await anext(pages)


# An application's client, written against the seed.


class SeedStyleClient(BusinessApiClient):
    """Has the seed's __init__, and calls `self.client` as the seed does."""

    def __init__(self, base_url: str):
        # Like the seed's: super().__init__() is not called.
        self.base_url = base_url.rstrip("/")
        self._client = None

    async def close_order(self, order_id: str) -> dict[str, Any]:
        response = await self.client.post(f"/api/v1/orders/{order_id}/close")
        response.raise_for_status()
        return response.json()


async def test_a_client_written_against_the_seed_has_every_protection(server):
    api = SeedStyleClient(server.url)
    api.options = replace(ApiOptions(backoff_initial_seconds=0), token="canary-seed")
    server.play(reset(), json_answer({"closed": 1}))
    start_run()
    assert await api.close_order("7") == {"closed": 1}
    first, second = server.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert second.headers["authorization"] == "Bearer canary-seed"
    server.play(answer(403))
    with pytest.raises(httpx.HTTPStatusError) as caught:
        await api.close_order("7")
    assert "canary" not in str(caught.value)
    server.play(answer(200, b"<html>"))
    with pytest.raises(ApiResponseError):
        await api.close_order("7")
    await api.close()


async def test_a_client_without_options_uses_the_defaults(server):
    api = SeedStyleClient(server.url)
    server.play(json_answer({"items": []}))
    assert await api.get_pending_notifications() == {"items": []}
    await api.close()


# Statuses, at the HTTP edge.


@respx.mock
@pytest.mark.fault(34)
@pytest.mark.parametrize(
    ("status", "error", "attempts"),
    [
        (400, ApiRejectedError, 1),
        (401, ApiRejectedError, 1),
        (404, ApiRejectedError, 1),
        (408, ApiUnavailableError, 4),
        (409, ApiRejectedError, 1),
        (425, ApiUnavailableError, 4),
        (429, ApiUnavailableError, 4),
        (500, ApiUnavailableError, 4),
        (501, ApiUnavailableError, 1),
        (502, ApiUnavailableError, 4),
        (503, ApiUnavailableError, 4),
        (504, ApiUnavailableError, 4),
    ],
)
async def test_a_status_is_repeated_or_not_and_raised(status, error, attempts):
    route = respx.post(f"{BASE}/api/v1/notifications/n1/send").respond(status)
    async with BusinessApiClient(BASE, ApiOptions(backoff_initial_seconds=0)) as api:
        with pytest.raises(error) as caught:
            await api.send_notification("n1")
    assert type(caught.value) is error
    assert route.call_count == attempts
