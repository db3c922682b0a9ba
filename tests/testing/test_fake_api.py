"""FakeApi: routes, keys, and effects apart from calls."""

import json

import pytest

from rota import BusinessApiClient, NotificationTask, task
from rota.net.exchange import PlainRequest
from rota.testing import FakeApi, Reply, run_task

NOW = 1_795_478_400.0


def ask(api, method, target, *, key=None, body=b""):
    headers = {} if key is None else {"idempotency-key": key}
    answer = api.answer(PlainRequest(method, target, headers, body), NOW)
    return answer.status, json.loads(answer.body) if answer.body else None


def shop():
    return FakeApi().on("POST", "/orders", lambda _: {"number": 1}).on("PUT", "/orders/{id}", None)


def test_a_post_without_a_key_is_an_effect_each_time():
    api = shop()
    for _ in range(2):
        ask(api, "POST", "/orders", body=b"{}")

    assert api.effects == {"POST /orders": 2}
    assert [call.effect for call in api.calls] == [True, True]


def test_a_key_that_was_used_gets_the_answer_from_then():
    numbers = iter([1, 2])
    api = FakeApi().on("POST", "/orders", lambda _: {"number": next(numbers)})

    answers = [ask(api, "POST", "/orders", key="k") for _ in range(2)]

    assert answers == [(200, {"number": 1})] * 2
    assert api.effects == {"POST /orders": 1}
    assert [(call.key, call.effect) for call in api.calls] == [("k", True), ("k", False)]


@pytest.mark.parametrize(("target", "body"), [("/orders", b'{"a": 2}'), ("/others", b'{"a": 1}')])
def test_a_key_of_another_request_is_refused(target, body):
    api = shop().on("POST", "/others", {})
    ask(api, "POST", "/orders", key="k", body=b'{"a": 1}')

    status, answer = ask(api, "POST", target, key="k", body=body)

    assert status == 422
    assert answer == {"error": "this key was used for POST /orders"}
    assert api.effects == {"POST /orders": 1}


def test_what_failed_is_no_effect_and_its_key_is_free():
    answers = iter([Reply(503), {}])
    api = FakeApi().on("POST", "/orders", lambda _: next(answers))

    assert [ask(api, "POST", "/orders", key="k")[0] for _ in range(2)] == [503, 200]
    assert api.effects == {"POST /orders": 1}


def test_a_put_that_repeats_the_one_before_is_no_effect():
    api = shop()
    for body in (b"a", b"a", b"b", b"a"):
        ask(api, "PUT", "/orders/7", body=body)

    assert api.effects == {"PUT /orders/7": 3}


def test_a_get_is_no_effect():
    api = FakeApi().on("GET", "/orders", {"items": []})
    ask(api, "GET", "/orders")

    assert (api.effects, len(api.calls)) == ({}, 1)


def test_a_route_gets_decoded_parts_query_and_body():
    seen = []

    def note(request):
        seen.append((dict(request.parts), dict(request.query), request.json()))
        return Reply(201, {"ok": True}, {"location": "/x"})

    api = FakeApi().on("post", "/shops/{shop}/orders/{id}", note)
    answer = ask(api, "POST", "/shops/a%2Fb/orders/7?dry=&page=2", body=b"[1]")

    assert answer == (201, {"ok": True})
    assert seen == [({"shop": "a/b", "id": "7"}, {"dry": "", "page": "2"}, [1])]


def test_the_latest_route_that_fits_is_taken():
    api = FakeApi().on("GET", "/orders/{id}", {"any": True}).on("GET", "/orders/7", {"seven": True})

    assert ask(api, "GET", "/orders/7")[1] == {"seven": True}
    assert ask(api, "GET", "/orders/8")[1] == {"any": True}


def test_a_dot_in_a_route_is_a_dot():
    api = FakeApi().on("GET", "/orders.json", {})

    assert ask(api, "GET", "/orders.json")[0] == 200
    assert ask(api, "GET", "/orders-json")[0] == 404


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(None, (204, None)), ([], (200, [])), (Reply(409), (409, None)), (0, (200, 0))],
)
def test_an_answer_is_json_or_a_reply(answer, expected):
    assert ask(FakeApi().on("GET", "/x", answer), "GET", "/x") == expected


def test_a_body_that_is_no_json_is_sent_as_it_is():
    @task
    async def reading(api):
        return await api.get("/x")

    run = run_task(reading, api=FakeApi().on("GET", "/x", Reply(body=b"<html>")))

    assert run.exit_code == 3


def test_the_reference_api_has_pages():
    api = FakeApi(pending=[f"n-{number}" for number in range(120)])

    run = run_task(NotificationTask, api=api)

    assert run.counts["sent"] == 120
    assert [call.method for call in api.calls].count("GET") == 3


def test_latency_takes_virtual_time():
    @task
    async def twice(api):
        await api.get("/x")
        await api.get("/x")

    run = run_task(twice, api=FakeApi(latency_seconds=1.5).on("GET", "/x", {}))

    assert run.duration_seconds == pytest.approx(3.0)


class ShopClient(BusinessApiClient):
    async def remind(self, order):
        return await self.post(f"/orders/{order}/remind", item=order)


def test_an_application_s_client_is_used(monkeypatch):
    monkeypatch.setattr("rota.api.factory.load_attribute", lambda *_: ShopClient)

    @task
    async def remind(api):
        return await api.remind(7)

    api = FakeApi().on("POST", "/orders/{id}/remind", {})
    run = run_task(remind, api=api, settings={"api_client": "shop.client:ShopClient"})

    assert run.exit_code == 0
    assert api.effects == {"POST /orders/7/remind": 1}
