import json
import ssl

import pytest
import yaml

from rota.kubernetes.api_errors import (
    ApiServerError,
    ApiServerRefusedError,
    ApiServerUnreachableError,
)
from rota.kubernetes.connection import connected
from rota.model.errors import UsageError
from support import fault_server
from support.certificates import authority_of_a_cluster
from support.kubernetes_api import write_kubeconfig

SILENCE_SECONDS = 30.0
EVENT = {"type": "ADDED", "object": {"metadata": {"name": "a"}}}


@pytest.fixture
async def server(tmp_path, monkeypatch):
    """A server that the kubeconfig leads to, and that answers with the bytes that it is given."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    async with fault_server.running() as served:
        write_kubeconfig(tmp_path / "kubeconfig", served.url)
        yield served


async def watched(silence_seconds=SILENCE_SECONDS):
    async with connected() as connection:
        events = connection.watch("/watched", {}, silence_seconds=silence_seconds)
        return [event async for event in events]


async def test_events_come_whole_however_the_bytes_are_cut(server):
    line = json.dumps(EVENT).encode() + b"\n"
    server.play(fault_server.chunked(line[:7], line[7:] + line, b"\n" + line[:-1], b"\n"))

    assert await watched() == [EVENT] * 3
    assert server.requests[0].target == "/watched?watch=true"


async def test_what_ends_a_line_of_text_elsewhere_does_not_end_an_event(server):
    event = {"type": "ADDED", "object": {"message": "a\u2028b\u0085c\x0cd"}}
    line = json.dumps(event, ensure_ascii=False).encode() + b"\n"
    server.play(fault_server.chunked(line))

    assert await watched() == [event]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(fault_server.chunked(json.dumps(EVENT).encode()[:20]), id="half-an-event"),
        pytest.param(fault_server.until_close(b'{}\n{"type'), id="half-at-the-close"),
        pytest.param(fault_server.chunked(b"{}\n", finished=False), id="no-last-chunk"),
        pytest.param(fault_server.reset(), id="reset"),
        pytest.param(fault_server.reset(b"HTTP/1.1 200 OK\r\nTransf"), id="reset-in-the-head"),
        pytest.param(fault_server.raw(b"SSH-2.0-OpenSSH\r\n", close=True), id="no-http"),
    ],
)
async def test_a_watch_that_breaks_off_is_an_error(server, reply):
    server.play(reply)

    with pytest.raises(ApiServerUnreachableError, match=f"at {server.url} cannot be reached: "):
        await watched()


async def test_an_event_without_an_end_does_not_fill_the_memory(server, monkeypatch):
    monkeypatch.setattr("rota.kubernetes.connection._MOST_LINE_BYTES", 100)
    server.play(fault_server.chunked(b"x" * 101))

    with pytest.raises(ApiServerUnreachableError, match="a line without an end"):
        await watched()


async def test_an_event_that_is_not_json_is_an_error(server):
    server.play(fault_server.chunked(b"<html>\n"))

    with pytest.raises(ApiServerError, match="is not the Kubernetes API"):
        await watched()


async def test_a_silent_watch_is_an_error(server):
    silent = fault_server.head(200, ("Transfer-Encoding", "chunked")) + b"3\r\n{}\n\r\n"
    server.play(fault_server.raw(silent))

    with pytest.raises(ApiServerUnreachableError, match="ReadTimeout"):
        await watched(silence_seconds=0.05)


async def test_a_refused_watch_says_why(server):
    body = b'{"message": "too old resource version: 5 (9)"}'
    server.play(fault_server.answer(410, body))

    with pytest.raises(ApiServerRefusedError, match="410 too old resource version") as refused:
        await watched()

    assert refused.value.is_gone


async def test_a_broken_certificate_is_named(server, tmp_path):
    path = tmp_path / "kubeconfig"
    config = yaml.safe_load(path.read_text())
    config["clusters"][0]["cluster"]["certificate-authority"] = "ca.crt"
    path.write_text(yaml.safe_dump(config))

    with pytest.raises(UsageError, match=r"credentials for http://.* cannot be used: "):
        await watched()


async def test_an_authority_that_only_python_refuses_is_accepted_as_by_kubectl(
    tmp_path, monkeypatch
):
    created = ssl.create_default_context

    def strict(*arguments, **options):
        """As from Python 3.13."""
        context = created(*arguments, **options)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    authority, context = authority_of_a_cluster(tmp_path)
    async with fault_server.running(context) as server:
        write_kubeconfig(tmp_path / "kubeconfig", server.url, authority=authority)
        server.play(fault_server.chunked(b"line"))

        async with connected() as connection:
            lines = connection.lines("/log", {}, silence_seconds=SILENCE_SECONDS)
            assert [line async for line in lines] == ["line"]
        other, _ = authority_of_a_cluster(tmp_path)
        write_kubeconfig(tmp_path / "kubeconfig", server.url, authority=other)
        with pytest.raises(ApiServerUnreachableError, match="certificate verify failed"):
            await watched()


async def test_lines_of_a_log_come_as_they_are_and_the_last_one_needs_no_end(server):
    server.play(fault_server.chunked("eins\r\n\n zw\u00f6lf\u2028x\n".encode(), b"\xff", b"end"))

    async with connected() as connection:
        lines = connection.lines("/log", {"follow": "true"}, silence_seconds=SILENCE_SECONDS)
        assert [line async for line in lines] == ["eins\r", " zw\u00f6lf\u2028x", "\ufffdend"]
    assert server.requests[0].target == "/log?follow=true"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        pytest.param(
            fault_server.chunked(b"1\n2", finished=False), ApiServerUnreachableError, id="cut"
        ),
        pytest.param(fault_server.answer(404, b"{}"), ApiServerRefusedError, id="refused"),
    ],
)
async def test_a_log_that_does_not_end_in_order_is_an_error(server, reply, error):
    server.play(reply)

    async with connected() as connection:
        with pytest.raises(error):
            [line async for line in connection.lines("/log", {}, silence_seconds=SILENCE_SECONDS)]


async def test_an_object_is_created_and_returned_as_the_server_has_it(server):
    server.play(fault_server.json_answer({"metadata": {"name": "a", "uid": "1"}}, 201))

    async with connected() as connection:
        made = await connection.create("/jobs", {"metadata": {"name": "a"}})

    assert made["metadata"]["uid"] == "1"
    [request] = server.requests
    assert (request.method, request.target) == ("POST", "/jobs")
    assert json.loads(request.body) == {"metadata": {"name": "a"}}


async def test_a_refused_object_says_why(server):
    server.play(fault_server.json_answer({"message": 'jobs "a" already exists'}, 409))

    async with connected() as connection:
        with pytest.raises(ApiServerRefusedError, match='409 jobs "a" already exists'):
            await connection.create("/jobs", {})
