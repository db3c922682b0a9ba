import asyncio
import contextlib
import logging
import signal
import socket
import time

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from rota.model.errors import ConfigError
from rota.web.server import SHUTDOWN_GRACE_SECONDS, serving


async def hello(_: Request):
    return PlainTextResponse("hello")


def app_with(endpoint=hello):
    return Starlette(routes=[Route("/", endpoint)])


async def open_connection(url):
    address = httpx.URL(url)
    return await asyncio.open_connection(address.host, address.port)


@contextlib.contextmanager
def listening_on_loopback():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "start"),
    [
        pytest.param("127.0.0.1", "http://127.0.0.1:", id="an address"),
        pytest.param("0.0.0.0", "http://127.0.0.1:", id="every IPv4 address"),
        pytest.param("::1", "http://[::1]:", id="an IPv6 address"),
        pytest.param("::", "http://[::1]:", id="every address"),
    ],
)
async def test_port_0_takes_a_free_port_and_the_url_names_it(host, start):
    async with serving(app_with(), host, 0) as url, httpx.AsyncClient() as client:
        response = await client.get(url)

    assert url.startswith(start)
    assert not url.endswith(":0")
    assert response.text == "hello"


async def test_every_address_takes_ipv4_too():
    async with serving(app_with(), "::", 0) as url, httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{httpx.URL(url).port}")

    assert response.text == "hello"


async def test_a_port_in_use_is_an_error_that_names_the_address():
    with listening_on_loopback() as port, pytest.raises(ConfigError) as caught:
        async with serving(app_with(), "127.0.0.1", port):
            pytest.fail("the address was taken")

    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "Address already in use" in str(caught.value)


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        pytest.param("192.0.2.1", 0, "Cannot assign requested address", id="not our address"),
        pytest.param("127.0.0.1", 70_000, "0 to 65535", id="no port"),
        pytest.param("127.0.0.1", -1, "0 to 65535", id="negative"),
        pytest.param("1.2.3.4.5:80", 0, "1.2.3.4.5:80", id="no name"),
    ],
)
async def test_an_address_that_cannot_be_had_is_an_error_that_says_why(host, port, reason):
    with pytest.raises(ConfigError, match=reason):
        async with serving(app_with(), host, port):
            pytest.fail("there is no such address")


async def test_signal_handlers_stay_as_they_were():
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    async with serving(app_with(), "127.0.0.1", 0) as url, httpx.AsyncClient() as client:
        await client.get(url)
        meanwhile = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    assert meanwhile == handlers


async def test_the_port_is_free_again_after_leaving():
    async with serving(app_with(), "127.0.0.1", 0) as url:
        port = httpx.URL(url).port

    async with serving(app_with(), "127.0.0.1", port) as again:
        assert again == url


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="that never asked"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="kept alive"),
        pytest.param(b"GET / HT", id="in the middle of a request"),
    ],
)
async def test_idle_connections_do_not_delay_the_end(sent):
    async with serving(app_with(), "127.0.0.1", 0) as url:
        reader, writer = await open_connection(url)
        writer.write(sent)
        if b"Host" in sent:
            await reader.readuntil(b"hello")
        started = time.monotonic()
    took_seconds = time.monotonic() - started
    writer.close()

    assert took_seconds < SHUTDOWN_GRACE_SECONDS


async def test_an_answer_under_way_is_finished_before_the_end():
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(_: Request):
        asked.set()
        await release.wait()
        return PlainTextResponse("done")

    async with httpx.AsyncClient() as client:
        async with serving(app_with(slow), "127.0.0.1", 0) as url:
            answer = asyncio.create_task(client.get(url))
            await asked.wait()
            asyncio.get_running_loop().call_later(0.15, release.set)
        response = await answer

    assert response.text == "done"


async def test_an_answer_that_never_comes_is_cut_after_the_grace():
    asked = asyncio.Event()

    async def endless(_: Request):
        asked.set()
        await asyncio.Event().wait()

    async with httpx.AsyncClient() as client:
        async with serving(app_with(endless), "127.0.0.1", 0) as url:
            answer = asyncio.create_task(client.get(url))
            await asked.wait()
            started = time.monotonic()
        took_seconds = time.monotonic() - started
        await asyncio.wait([answer])

    assert SHUTDOWN_GRACE_SECONDS <= took_seconds < 2 * SHUTDOWN_GRACE_SECONDS
    assert answer.exception() is not None or answer.result().status_code == 500


async def test_leaving_by_an_error_ends_the_server_too():
    with pytest.raises(LookupError):
        async with serving(app_with(), "127.0.0.1", 0) as url:
            raise LookupError

    with pytest.raises(ConnectionRefusedError):
        await open_connection(url)


async def test_nothing_is_logged_for_ordinary_requests(caplog):
    caplog.set_level(logging.INFO)

    async with serving(app_with(), "127.0.0.1", 0) as url, httpx.AsyncClient() as client:
        await client.get(url)

    assert [each for each in caplog.records if each.name.startswith("uvicorn")] == []


async def test_web_concurrency_of_the_environment_is_not_read(monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "many")

    async with serving(app_with(), "127.0.0.1", 0) as url:
        assert url
