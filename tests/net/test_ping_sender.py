"""The thread that sends pings."""

import asyncio
import contextlib
import socket
import threading

import httpx
import pytest
import respx

from rota.net import ping_sender
from rota.net.options import ApiOptions
from rota.net.ping_sender import PingRequest, PingSender
from rota.net.tls import tls_context
from support.certificates import server_context
from support.fault_server import answer, drip, head, running

LONG_SECONDS = 30.0
URL = "https://ping.test/Zk3-canary-91"


class Sent:
    def __init__(self, **options):
        self.deliveries = []
        self.sender = PingSender(self.deliveries.append, **options)

    def __call__(self, *urls, body=""):
        for url in urls:
            self.sender.send("cleanup", PingRequest(url, body))
        assert self.sender.close(LONG_SECONDS) == 0
        return [(each.result, each.reason) for each in self.deliveries]


@pytest.fixture
def hanging():
    """A server that accepts a connection and never answers: its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/Zk3-canary-91"


@respx.mock
def test_it_gets_or_posts_without_cookies_or_secrets_of_the_api():
    route = respx.route(host="ping.test").respond(200, headers={"set-cookie": "a=b"})
    assert Sent()(URL, URL) == [("delivered", "")] * 2
    assert Sent()(URL, body="exit code 1") == [("delivered", "")]
    methods = [(call.request.method, call.request.content) for call in route.calls]
    assert methods == [("GET", b""), ("GET", b""), ("POST", b"exit code 1")]
    for call in route.calls:
        assert not {"cookie", "authorization", "idempotency-key"} & set(call.request.headers)


@respx.mock
def test_pings_of_a_task_arrive_in_order():
    route = respx.route(host="ping.test").respond(200)
    Sent()(*(f"{URL}/{number}" for number in range(20)))
    assert [str(call.request.url)[len(URL) + 1 :] for call in route.calls] == [
        str(number) for number in range(20)
    ]


@pytest.mark.parametrize(
    ("answers", "attempts", "result"),
    [
        ([httpx.Response(500), httpx.Response(200)], 2, ("delivered", "")),
        ([httpx.ConnectError("x"), httpx.Response(200)], 2, ("delivered", "")),
        ([httpx.Response(503)] * 2, 2, ("failed", "the service answered 503")),
        ([httpx.ConnectError("no")] * 2, 2, ("failed", "ConnectError")),
        ([httpx.Response(404)], 1, ("failed", "the service answered 404")),
        ([httpx.Response(429)], 1, ("failed", "the service answered 429")),
    ],
    ids=["500-once", "no-connection-once", "503", "no-connection", "404", "429"],
)
@respx.mock
def test_a_second_attempt_follows_where_it_may_help(monkeypatch, answers, attempts, result):
    monkeypatch.setattr(ping_sender, "_RETRY_WAIT_SECONDS", 0)
    route = respx.route(host="ping.test").mock(side_effect=answers)
    assert Sent(ping_seconds=LONG_SECONDS)(URL) == [result]
    assert route.call_count == attempts


@respx.mock
def test_no_redirect_is_followed():
    respx.get(URL).respond(302, headers={"location": "https://elsewhere.test/"})
    elsewhere = respx.get("https://elsewhere.test/").respond(200)
    assert Sent()(URL) == [("failed", "the service answered 302")]
    assert not elsewhere.called


def test_a_service_that_hangs_is_given_up_and_its_url_not_told(hanging):
    assert Sent(ping_seconds=0.05)(hanging) == [("failed", "no answer within 0.05 s")]


async def test_the_certificate_of_the_service_is_verified(authority):
    async with running(server_context(authority)) as server:
        server.play(answer(200))
        sent = await asyncio.to_thread(
            Sent(ping_seconds=LONG_SECONDS), f"{server.url}/Zk3-canary-91"
        )
        assert server.requests == []
    assert sent == [("failed", "the server's TLS certificate cannot be verified")]


async def test_the_certificate_may_be_of_an_authority_of_ones_own(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    tls = tls_context("https", ApiOptions(ca_file=path))
    async with running(server_context(authority)) as server:
        server.play(answer(200))
        sent = await asyncio.to_thread(Sent(ping_seconds=LONG_SECONDS, tls=tls), server.url)
    assert sent == [("delivered", "")]


async def test_an_answer_that_drips_is_given_up_all_the_same():
    async with running() as server:
        server.play(drip(head(200, ("x", "y" * 5000)), every_seconds=0.02))
        sent = await asyncio.to_thread(Sent(ping_seconds=0.3), server.url)
    assert sent == [("failed", "no answer within 0.3 s")]


def test_an_answer_that_never_ends_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as kept:

        def answer():
            connection, _ = server.accept()
            kept.callback(connection.close)
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert Sent(ping_seconds=LONG_SECONDS)(url) == [("delivered", "")]
        thread.join(LONG_SECONDS)


def test_closing_gives_up_what_hangs(hanging):
    sender = PingSender(lambda _: None, ping_seconds=LONG_SECONDS)
    sender.send("cleanup", PingRequest(hanging))
    assert sender.close(0.05) == 1


def test_beyond_a_number_and_after_the_end_pings_are_dropped(hanging, monkeypatch):
    monkeypatch.setattr(ping_sender, "MOST_WAITING_PINGS", 1)
    deliveries = []
    sender = PingSender(deliveries.append, ping_seconds=LONG_SECONDS)
    for _ in range(2):
        sender.send("cleanup", PingRequest(hanging))
    assert deliveries == [("cleanup", "dropped", "too many pings are waiting")]
    sender.close(0)
    sender.send("cleanup", PingRequest(hanging))
    assert deliveries[-1] == ("cleanup", "dropped", "the process is ending")


def test_without_a_thread_to_be_had_pings_are_dropped(monkeypatch):
    def refuse(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    deliveries = []
    PingSender(deliveries.append).send("cleanup", PingRequest(URL))
    assert [each.result for each in deliveries] == ["dropped"]
