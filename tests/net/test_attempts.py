"""What observers, and the API, learn of a run's requests."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime

import pytest

from rota.model.context import Execution, Stop, current_execution, enter
from rota.model.errors import ApiError
from rota.model.run import Run, Trigger
from rota.model.trace import SpanContext
from rota.net.attempts import USER_AGENT, path_template
from rota.net.options import JsonRequest
from rota.net.session import send
from support.fault_server import answer, json_answer, reset

GOOD = json_answer({"ok": 1})


def events_of_a_run():
    """Enter a run; return the list of what its observers hear."""
    events = []
    run = Run("orders", "r1", Trigger.MANUAL, None, datetime.now(UTC), "identity")
    end = asyncio.get_running_loop().time() + 3600
    enter(Execution(run, Stop(), end, publish=events.append))
    return events


@pytest.mark.parametrize(
    ("replies", "attempts"),
    [
        ([GOOD], [(1, 200, "2xx", None)]),
        ([answer(503), GOOD], [(1, 503, "5xx", None), (2, 200, "2xx", None)]),
        ([reset(), GOOD], [(1, None, "error", "ReadError"), (2, 200, "2xx", None)]),
        ([answer(404)], [(1, 404, "4xx", None)]),
    ],
    ids=["at once", "after a 503", "after a reset", "refused"],
)
async def test_every_attempt_is_an_event(harness, server, replies, attempts):
    events = events_of_a_run()
    server.play(*replies)
    began = time.perf_counter()
    with contextlib.suppress(ApiError):
        await send(harness.open(server.url), JsonRequest("GET", "/api/v1/orders/4711?page=2"))

    assert [
        (each.attempt, each.status, each.status_class, each.error) for each in events
    ] == attempts
    assert {(each.method, each.path, each.run.run_id) for each in events} == {
        ("GET", "/api/v1/orders/{id}", "r1")
    }
    assert all(each.duration_seconds > 0 for each in events)
    assert sum(each.duration_seconds for each in events) < time.perf_counter() - began


async def test_an_attempt_that_is_cut_off_is_an_event_too(harness, server):
    events = events_of_a_run()
    arrived = asyncio.Event()

    async def never(received, writer):
        arrived.set()
        await asyncio.sleep(3600)

    server.play(never)
    request = asyncio.ensure_future(send(harness.open(server.url), JsonRequest("GET", "/x")))
    await arrived.wait()
    request.cancel()
    await asyncio.wait([request])

    assert [(each.status_class, each.error) for each in events] == [("error", "CancelledError")]


async def test_the_user_agent_names_task_and_run(harness, server):
    events_of_a_run()
    server.play(GOOD)
    client = harness.open(server.url)
    await send(client, JsonRequest("GET", "/x"))
    client.headers["User-Agent"] = "shop/1"
    await send(client, JsonRequest("GET", "/x"))

    sent = [received.headers["user-agent"] for received in server.requests]
    assert sent == [f"{USER_AGENT} (task=orders; run=r1)", "shop/1"]


async def test_each_attempt_of_a_traced_run_names_a_span_of_its_own(harness, server):
    events = events_of_a_run()
    numbers = iter(range(1, 9))
    current_execution().next_span = lambda: SpanContext("a" * 32, f"{next(numbers):016x}", "b" * 16)
    server.play(answer(503), GOOD, GOOD)
    client = harness.open(server.url)
    await send(client, JsonRequest("GET", "/orders/4711?key=1"))
    await client.get("/x", headers={"traceparent": "the application's own"})

    sent = [received.headers["traceparent"] for received in server.requests]
    assert sent[:2] == [each.span.traceparent for each in events[:2]]
    assert sent[0] != sent[1]
    assert sent[2] == "the application's own"
    assert {each.url for each in events[:2]} == {f"{server.url}/orders/4711"}


async def test_a_run_that_is_not_traced_names_no_span(harness, server):
    events = events_of_a_run()
    server.play(GOOD)
    await send(harness.open(server.url), JsonRequest("GET", "/x"))
    assert "traceparent" not in server.requests[0].headers
    assert all(each.span is None for each in events)


async def test_outside_a_run_nothing_is_reported_and_no_run_named(harness, server):
    server.play(GOOD)
    await send(harness.open(server.url), JsonRequest("GET", "/x"))

    assert server.requests[0].headers["user-agent"] == USER_AGENT


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/", "/"),
        ("/api/v1/orders", "/api/v1/orders"),
        ("/api/v2beta1/orders", "/api/v2beta1/orders"),
        ("/api/v1/orders/4711/lines?page=2", "/api/v1/orders/{id}/lines"),
        ("/customers/3f2a0c9e-9b9b-4f7e-8a53-7f7d3a0d2f11", "/customers/{id}"),
        ("/customers/J%C3%BCrgen", "/customers/{id}"),
        (f"/files/{'x' * 41}", "/files/{id}"),
        (f"/files/{'x' * 40}", f"/files/{'x' * 40}"),
    ],
)
def test_what_looks_like_one_of_many_is_an_id_in_a_template(path, template):
    assert path_template(path) == template
