import asyncio
import contextlib
import http.client
import threading
from dataclasses import dataclass, field

import httpx
import pytest

from rota.web.health import create_health_app
from rota.web.server import serving

SUMMARY = {
    "tasks": {"total": 3, "running": 1, "stuck": 1, "suspended": 1},
    "next_slot": "2026-11-24T03:00:00Z",
    "failing": {"cleanup": "failed"},
    "stuck": ["notifications"],
    "overdue": ["report"],
}


@dataclass
class FakeProbe:
    age_seconds: float = 0.0
    is_ready: bool = True
    shown: dict[str, object] = field(default_factory=dict)
    process: str = "scheduler"
    not_ready: str = "the scheduler has not planned all tasks yet, or is stopping"

    def heartbeat_age_seconds(self):
        return self.age_seconds

    def ready(self):
        return self.is_ready

    def summary(self):
        return self.shown


@contextlib.asynccontextmanager
async def health_of(probe, **options):
    transport = httpx.ASGITransport(create_health_app(probe, **options))
    async with httpx.AsyncClient(transport=transport, base_url="http://health") as client:
        yield client


ALL_WELL = FakeProbe()
STALE = FakeProbe(age_seconds=60.5)
NOT_READY = FakeProbe(is_ready=False)


@pytest.mark.parametrize(
    ("probe", "path", "status"),
    [
        pytest.param(ALL_WELL, "/livez", 200, id="live"),
        pytest.param(ALL_WELL, "/readyz", 200, id="ready"),
        pytest.param(ALL_WELL, "/healthz", 200, id="healthy"),
        pytest.param(FakeProbe(age_seconds=60.0), "/livez", 200, id="live at the limit"),
        pytest.param(STALE, "/livez", 503, id="not live past the limit"),
        pytest.param(STALE, "/readyz", 200, id="a stale heartbeat is not unreadiness"),
        pytest.param(STALE, "/healthz", 503, id="not healthy past the limit"),
        pytest.param(NOT_READY, "/livez", 200, id="live while starting or stopping"),
        pytest.param(NOT_READY, "/readyz", 503, id="not ready"),
        pytest.param(NOT_READY, "/healthz", 503, id="not healthy while not ready"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_each_path_answers_with_its_own_status(probe, path, status, method):
    async with health_of(probe) as client:
        response = await client.request(method, path)

    assert response.status_code == status


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_other_methods_are_refused(path, method):
    async with health_of(ALL_WELL) as client:
        response = await client.request(method, path)

    assert response.status_code == 405


async def test_livez_says_how_old_the_heartbeat_is_and_may_be():
    async with health_of(FakeProbe(age_seconds=12.0), heartbeat_limit_seconds=10.0) as client:
        response = await client.get("/livez")

    assert response.status_code == 503
    assert "12 s ago" in response.text
    assert "10 s are allowed" in response.text


async def test_readyz_says_what_it_waits_for():
    async with health_of(NOT_READY) as client:
        response = await client.get("/readyz")

    assert "not planned all tasks yet, or is stopping" in response.text


@pytest.mark.fault(75)
async def test_failing_stuck_and_overdue_tasks_are_named_and_turn_nothing_red():
    async with health_of(FakeProbe(shown=SUMMARY)) as client:
        answers = [await client.get(path) for path in ("/livez", "/readyz", "/healthz")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[-1].json() == {"status": "ok", "reasons": [], **SUMMARY}


async def test_healthz_gives_every_reason_and_the_summary():
    probe = FakeProbe(age_seconds=75.0, is_ready=False, shown=SUMMARY)

    async with health_of(probe) as client:
        body = (await client.get("/healthz")).json()

    assert body["status"] == "failing"
    assert [reason.split(",")[0] for reason in body["reasons"]] == [
        "the scheduler's last heartbeat was 75 s ago",
        "the scheduler has not planned all tasks yet",
    ]
    assert body["stuck"] == ["notifications"]


async def test_a_head_request_over_the_wire_gets_a_status_and_no_body():
    async with serving(create_health_app(NOT_READY), "127.0.0.1", 0) as url:
        address = httpx.URL(url)
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(b"HEAD /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()

    assert head.startswith(b"HTTP/1.1 503 ")
    assert body == b""


def livez(port, timeout_seconds):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_seconds)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.fault(75)
async def test_a_blocked_loop_does_not_answer_livez():
    async with serving(create_health_app(ALL_WELL), "127.0.0.1", 0) as url:
        port = httpx.URL(url).port
        blocked, released = threading.Event(), threading.Event()

        def ask_while_blocked():
            blocked.wait()
            try:
                livez(port, 0.3)
            except TimeoutError:
                return "no answer"
            else:
                return "answered"
            finally:
                released.set()

        before = await asyncio.to_thread(livez, port, 5)
        asked = asyncio.create_task(asyncio.to_thread(ask_while_blocked))
        await asyncio.sleep(0)
        blocked.set()
        # The loop stands still here until the other thread has given up (5 s in case it has not).
        assert released.wait(5)
        after = await asyncio.to_thread(livez, port, 5)

    assert (before, await asked, after) == (200, "no answer", 200)
