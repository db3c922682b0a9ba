"""The faults 26 to 46 that lie below the client, on real sockets where bytes matter."""

import asyncio
import gzip
import socket
import time
from datetime import UTC, datetime

import httpx
import pytest

from rota.model.clock import SystemClock
from rota.model.context import Execution, Stop, StopRequested, enter
from rota.model.errors import (
    ApiRejectedError,
    ApiResponseError,
    ApiUnavailableError,
    RequestRefusedError,
)
from rota.model.run import Run, Trigger
from rota.net.options import ApiOptions, JsonRequest
from rota.net.retry import RetryPolicy
from rota.net.session import send
from support.fault_server import (
    answer,
    chunked,
    drip,
    echo_authorization,
    gzipped,
    head,
    held,
    json_answer,
    raw,
    reset,
    silence,
    until,
    until_close,
)

GOOD = json_answer({"ok": 1})


def start_run(*, seconds=3600.0, identity="2026-11-24T03:00:00Z", task="orders", shard=0):
    run = Run(task, "r1", Trigger.MANUAL, None, datetime.now(UTC), identity, shard, shard + 1)
    execution = Execution(run, Stop(), asyncio.get_running_loop().time() + seconds)
    enter(execution)
    return execution


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.fault(26)
async def test_a_refused_connection_is_tried_as_often_as_allowed(harness):
    client = harness.open(f"http://127.0.0.1:{unused_port()}")
    error = await harness.error_of(send(client, JsonRequest("GET", "/x")))
    assert isinstance(error, ApiUnavailableError)
    assert len(harness.sleeps) == 3


@pytest.mark.fault(26)
async def test_an_unknown_host_is_tried_as_often_as_allowed(harness):
    error = await harness.error_of(
        send(harness.open("http://no.invalid"), JsonRequest("GET", "/x"))
    )
    assert isinstance(error, ApiUnavailableError)
    assert len(harness.sleeps) == 3


TRANSIENT = {
    "reset before the answer": reset(),
    "reset in the headers": reset(b"HTTP/1.1 200 OK\r\nContent-"),
    "closed without an answer": raw(b"", close=True),
    "reset in the body": reset(head(200, ("Content-Length", "9")) + b'{"a'),
    "shorter than its length": raw(head(200, ("Content-Length", "9")) + b'{"a', close=True),
    "chunked and cut": chunked(b'{"items": [', finished=False),
    "no length and cut": until_close(b'{"items": [{"id": 1}'),
    "cut and called text": answer(200, b"[1, 2", content_type="text/plain"),
    "no length, cut in a character": until_close('{"a": "é'.encode()[:-1]),
    "gzip cut": gzipped(b'{"items": []}', keep=-4),
    "gzip cut to a decodable part": gzipped(b"[1, 2, 3, 4]", keep=-9),
    "bad gzip": answer(200, b"no gzip at all", ("Content-Encoding", "gzip")),
    "a coding that nobody asked for": answer(200, b"\x00", ("Content-Encoding", "br")),
    "a huge header block": raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000, close=True),
    "no HTTP at all": raw(b"SSH-2.0-OpenSSH\r\n\r\n", close=True),
    "408": answer(408),
    "425": answer(425),
    "429": answer(429),
    "500": answer(500),
    "502": answer(502, b"<html>", content_type="text/html"),
    "503": answer(503),
    "504": answer(504),
}


@pytest.mark.fault(27)
@pytest.mark.fault(28)
@pytest.mark.fault(29)
@pytest.mark.fault(34)
@pytest.mark.fault(39)
@pytest.mark.fault(40)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
async def test_what_may_pass_is_tried_again(harness, server, fault, method):
    server.play(fault, fault, GOOD)
    response = await send(harness.open(server.url), JsonRequest(method, "/x"))
    assert response.json() == {"ok": 1}
    assert len(server.requests) == 3
    assert len(server.effects) == (1 if method == "POST" else 0)


@pytest.mark.fault(27)
@pytest.mark.fault(28)
@pytest.mark.fault(29)
@pytest.mark.fault(34)
@pytest.mark.fault(40)
@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
async def test_what_does_not_pass_ends_as_unavailable(harness, server, fault):
    server.play(fault)
    error = await harness.error_of(
        send(harness.open(server.url), JsonRequest("GET", "/x?secret=1"))
    )
    assert type(error) is ApiUnavailableError
    assert str(error).startswith("GET /x: ")
    assert len(server.requests) == 4


async def test_a_cut_gzip_body_is_called_that(harness, server):
    server.play(gzipped(b'{"items": []}', keep=-4))
    error = await harness.error_of(send(harness.open(server.url), JsonRequest("GET", "/x")))
    assert str(error).endswith("(the gzip body is truncated)")


@pytest.mark.fault(27)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("fault", [reset(), answer(503), until_close(b"{")], ids=["r", "s", "cut"])
async def test_what_has_left_is_not_repeated_where_the_api_is_not_idempotent(
    harness, server, fault, method
):
    server.play(fault)
    client = harness.open(server.url, idempotent=False)
    assert isinstance(
        await harness.error_of(send(client, JsonRequest(method, "/x"))), ApiUnavailableError
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"])
async def test_what_http_calls_idempotent_is_repeated_whatever_the_api_is(harness, server, method):
    server.play(answer(503))
    client = harness.open(server.url, idempotent=False)
    assert (await client.request(method, "/x")).status_code == 503
    assert len(server.requests) == 4


@pytest.mark.fault(27)
async def test_what_has_not_left_is_repeated_even_where_the_api_is_not_idempotent(harness):
    client = harness.open(f"http://127.0.0.1:{unused_port()}", idempotent=False)
    await harness.error_of(send(client, JsonRequest("POST", "/x")))
    assert len(harness.sleeps) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 412, 413, 422, 451])
@pytest.mark.fault(34)
async def test_a_refusal_is_final(harness, server, status):
    server.play(answer(status, b'{"detail": "no"}'))
    error = await harness.error_of(send(harness.open(server.url), JsonRequest("POST", "/x")))
    assert type(error) is ApiRejectedError
    assert error.status == status
    assert len(server.requests) == 1


@pytest.mark.fault(30)
@pytest.mark.parametrize(
    "start", [b"", head(200, ("Content-Length", "900"))], ids=["headers", "body"]
)
async def test_an_answer_that_drips_ends_at_the_deadline(harness, server, start):
    server.play(drip(start + b"H" * 900, every_seconds=0.01))
    client = harness.open(server.url, deadline_seconds=0.1, attempts=2)
    begin = asyncio.get_running_loop().time()
    error = await harness.error_of(send(client, JsonRequest("GET", "/x")))
    assert isinstance(error, ApiUnavailableError)
    assert asyncio.get_running_loop().time() - begin < 1.0


async def test_a_timeout_given_with_a_request_lengthens_its_deadline(harness, server):
    server.play(drip(head(200, ("Content-Length", "2")) + b"{}", every_seconds=0.003))
    client = harness.open(server.url, deadline_seconds=0.05, attempts=1)
    assert isinstance(await harness.error_of(client.get("/x")), httpx.ReadTimeout)
    assert (await client.get("/x", timeout=30.0)).json() == {}


@pytest.mark.fault(109)
async def test_a_longer_timeout_of_a_request_counts_for_its_silence_too(harness, server):
    server.play(silence())
    client = harness.open(server.url, timeout_seconds=0.01, attempts=1)
    waiting = asyncio.ensure_future(client.get("/x", timeout=30.0))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    waiting.cancel()
    assert not done


@pytest.mark.fault(109)
async def test_a_shorter_timeout_of_a_request_leaves_the_deadline_of_the_whole_alone(
    harness, server
):
    server.play(drip(head(200, ("Content-Length", "2")) + b"{}", every_seconds=0.05))
    client = harness.open(server.url, deadline_seconds=30, attempts=1)
    assert (await client.get("/x", timeout=1.5)).json() == {}


@pytest.mark.fault(109)
async def test_a_longer_timeout_of_a_request_ends_with_the_run(harness, server):
    start_run(seconds=0.1)
    server.play(silence())
    client = harness.open(server.url, attempts=1)
    assert isinstance(await harness.error_of(client.get("/x", timeout=30.0)), httpx.ReadTimeout)


@pytest.mark.fault(109)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "error", [httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects]
)
def test_an_error_that_stays_is_never_tried_again(error, method):
    policy = RetryPolicy(ApiOptions(), SystemClock())
    assert not policy.wants_another(method, error("no"))


@pytest.mark.fault(109)
async def test_a_header_that_cannot_be_sent_is_tried_once(harness, server):
    client = harness.open(server.url)
    error = await harness.error_of(client.get("/x", headers={"X-Note": "a\x00b"}))
    assert isinstance(error, httpx.LocalProtocolError)
    assert harness.sleeps == []


@pytest.mark.fault(31)
async def test_an_api_that_is_silent_ends_at_the_timeout(harness, server):
    server.play(silence())
    client = harness.open(server.url, timeout_seconds=0.3, attempts=2)
    assert isinstance(
        await harness.error_of(send(client, JsonRequest("GET", "/x"))), ApiUnavailableError
    )
    assert len(server.requests) == 2


@pytest.mark.fault(32)
async def test_a_busy_pool_is_waited_for_again(harness, server):
    server.play(silence(), GOOD)
    client = harness.open(server.url, max_connections=1, timeout_seconds=0.1, attempts=10)
    responses = await asyncio.gather(*(send(client, JsonRequest("GET", f"/{n}")) for n in range(3)))
    assert [response.json() for response in responses] == [{"ok": 1}] * 3


async def test_connections_are_given_back_and_used_again(harness, server):
    server.play(GOOD)
    client = harness.open(server.url, max_connections=1)
    for _ in range(5):
        await send(client, JsonRequest("GET", "/x"))
    assert server.connections == 1


@pytest.mark.parametrize("most", [1, 2])
async def test_there_are_never_more_connections_than_allowed(harness, server, most):
    gate = asyncio.Event()
    server.play(held(gate, GOOD))
    client = harness.open(server.url, max_connections=most)
    calls = [asyncio.ensure_future(send(client, JsonRequest("GET", "/x"))) for _ in range(5)]
    await until(lambda: len(server.requests) == most)
    gate.set()
    await asyncio.gather(*calls)
    assert server.connections == most


@pytest.mark.fault(46)
async def test_a_connection_closed_between_two_requests_is_replaced(harness, server):
    server.play(answer(200, b"{}", close=True))
    client = harness.open(server.url)
    for _ in range(3):
        await send(client, JsonRequest("GET", "/x"))
    assert len(server.requests) >= 3


@pytest.mark.fault(33)
@pytest.mark.fault(109)
@pytest.mark.parametrize(
    ("value", "waits"),
    [
        ("0", [0.0]),
        ("-3", [0.0]),
        ("Sun, 06 Nov 1994 08:49:37 GMT", [0.0]),
        ("7", [7.0]),
        ("1e9", None),
        ("99999", [120.0]),
        ("soon", None),
    ],
)
async def test_retry_after_sets_the_wait(harness, server, value, waits):
    server.play(answer(503, b"", ("Retry-After", value)), GOOD)
    await send(harness.open(server.url), JsonRequest("GET", "/x"))
    if waits is None:
        assert 0 <= harness.sleeps[0] <= 0.5
    else:
        assert harness.sleeps == waits


async def test_each_further_attempt_is_logged_with_what_failed_and_the_wait(
    harness, server, caplog
):
    server.play(answer(503, b"", ("Retry-After", "7")), raw(b"", close=True), GOOD)
    await send(harness.open(server.url), JsonRequest("POST", "/x?token=hidden"))
    logged = [
        (one.request, one.failure, one.attempt, one.wait_seconds)
        for one in caplog.records
        if one.message == "net.retry"
    ]
    assert logged == [
        ("POST /x", "503", 1, 7.0),
        ("POST /x", "RemoteProtocolError", 2, round(harness.sleeps[1], 3)),
    ]


@pytest.mark.fault(33)
@pytest.mark.fault(35)
async def test_a_wait_that_would_outlast_the_run_is_not_begun(harness, server):
    start_run(seconds=5)
    server.play(answer(503, b"", ("Retry-After", "60")))
    error = await harness.error_of(send(harness.open(server.url), JsonRequest("GET", "/x")))
    assert isinstance(error, ApiUnavailableError)
    assert harness.sleeps == []
    assert len(server.requests) == 1


@pytest.mark.fault(35)
async def test_an_attempt_ends_with_the_run(harness, server):
    start_run(seconds=0.1)
    server.play(silence())
    error = await harness.error_of(send(harness.open(server.url), JsonRequest("GET", "/x")))
    assert isinstance(error, ApiUnavailableError)
    assert len(server.requests) == 1


async def test_a_run_without_time_left_sends_nothing(harness, server):
    start_run(seconds=-1)
    error = await harness.error_of(send(harness.open(server.url), JsonRequest("GET", "/x")))
    assert isinstance(error, ApiUnavailableError)
    assert server.requests == []


@pytest.mark.fault(64)
async def test_waits_are_random_and_double_up_to_the_longest(harness, server):
    server.play(answer(503))
    client = harness.open(server.url, attempts=9, backoff_max_seconds=4.0)
    for _ in range(20):
        await harness.error_of(send(client, JsonRequest("GET", "/x")))
    columns = [harness.sleeps[n::8] for n in range(8)]
    for column, longest in zip(columns, [0.5, 1, 2, 4, 4, 4, 4, 4], strict=True):
        assert max(column) <= longest
        assert len(set(column)) > 10


async def test_a_stop_refuses_the_next_request(harness, server):
    execution = start_run()
    execution.stop.request()
    client = harness.open(server.url)
    assert isinstance(await harness.error_of(send(client, JsonRequest("GET", "/x"))), StopRequested)
    assert execution.work_refused
    assert server.requests == []


async def test_a_stop_ends_the_wait_for_another_attempt_at_once(harness, server, monkeypatch):
    execution = start_run()
    server.play(answer(503))

    async def endless(_: float) -> None:
        execution.stop.request()
        await asyncio.Event().wait()

    monkeypatch.setattr(harness, "sleep", endless)
    async with asyncio.timeout(60):
        error = await harness.error_of(send(harness.open(server.url), JsonRequest("GET", "/x")))
    assert isinstance(error, StopRequested)
    assert len(server.requests) == 1


async def test_a_stop_leaves_the_request_in_flight_alone(harness, server):
    execution = start_run()
    server.play(drip(head(200, ("Content-Length", "2")) + b"{}", every_seconds=0.001))
    asyncio.get_running_loop().call_later(0.01, execution.stop.request)
    assert (await send(harness.open(server.url), JsonRequest("GET", "/x"))).json() == {}


@pytest.mark.fault(36)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["http://127.0.0.1:1/", "/y", "http://[", "", "\xff"])
async def test_a_redirect_is_a_refusal_and_never_followed(harness, server, status, location):
    server.play(answer(status, b"", ("Location", location)), GOOD)
    error = await harness.error_of(
        send(harness.open(server.url), JsonRequest("POST", "/x", json={}))
    )
    assert isinstance(error, ApiRejectedError)
    assert error.status == status
    assert len(server.requests) == 1


@pytest.mark.fault(120)
@pytest.mark.parametrize(
    ("location", "to"),
    [
        ("/v2/x", "to /v2/x, "),
        ("y/", "to /y/, "),
        ("?token=hidden", "to /x, "),
        ("/x;jsessionid=hidden/y#hidden", "to /x/y, "),
        ("https://localhost:{port}/x", "to /x by https, "),
        ("http://localhost:1/x", "to /x on another port, "),
        ("https://user:hidden@other.example/new/?token=hidden", "to /new/ on another host, "),
        ("//other.example", "to / on another host, "),
        ("http://[", ""),
        ("http://localhost:hidden/", ""),
        ("/" + "a" * 1000, "to /" + "a" * 199 + ", "),
        ("/a%20b/\xe9", "to /a%20b/é, "),
    ],
)
async def test_a_redirect_says_to_which_path_and_nothing_more(harness, server, location, to):
    location = location.replace("{port}", server.url.rpartition(":")[2])
    body = f'<a href="{location}">here</a>'.encode()
    server.play(answer(308, body, ("Location", location), content_type="text/html"))
    error = await harness.error_of(send(harness.open(server.url), JsonRequest("GET", "/x")))
    words = f"{to}not followed" if to else ", not followed"
    assert str(error).replace("Redirect,", "Redirect ,") == (
        f"GET /x: 308 Permanent Redirect {words} (text/html)"
    )


@pytest.mark.fault(36)
async def test_a_redirect_is_not_followed_even_if_the_caller_asks(harness, server):
    server.play(answer(302, b"", ("Location", "/y")), GOOD)
    response = await harness.open(server.url).get("/x", follow_redirects=True)
    assert response.status_code == 302
    with pytest.raises(httpx.HTTPStatusError):
        response.raise_for_status()


@pytest.mark.fault(37)
@pytest.mark.parametrize(
    "body",
    [
        b"<html>login</html>",
        b"",
        b"  \n",
        b"[NaN]",
        b"[Infinity]",
        b"[1e999]",
        b'{"a": 1, "a": 2}',
        b"[" * 100_000 + b"]" * 100_000,
        b"1" + b"0" * 10_000,
    ],
    ids=["html", "empty", "blank", "nan", "infinity", "1e999", "twice", "deep", "long number"],
)
async def test_a_whole_body_that_is_not_valid_json_is_refused_at_once(harness, server, body):
    server.play(answer(200, body, content_type="text/html; charset=\x1b[31m"))
    response = await send(harness.open(server.url), JsonRequest("GET", "/x"))
    with pytest.raises(ApiResponseError, match=r"^GET /x: 200 OK \(text/html") as caught:
        response.json()
    assert caught.value.status == 200
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert len(server.requests) == 1


@pytest.mark.fault(38)
async def test_a_gzip_bomb_is_refused_before_it_unfolds(harness, server):
    import tracemalloc  # noqa: PLC0415 (slows down whatever runs under it)

    packed = gzip.compress(b"0" * 200 * 2**20, compresslevel=1)
    server.play(answer(200, packed, ("Content-Encoding", "gzip")))
    client = harness.open(server.url, max_response_bytes=2**20)
    await harness.error_of(send(client, JsonRequest("GET", "/warm-up")))
    tracemalloc.start()
    error = await harness.error_of(client.get("/x"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(error, ApiResponseError)
    assert peak < 8 * 2**20
    assert len(server.requests) == 2


@pytest.mark.fault(38)
@pytest.mark.parametrize("fault", [answer(200, b"0" * 1025), until_close(b"0" * 1025)])
async def test_one_byte_more_than_allowed_is_refused(harness, server, fault):
    server.play(fault)
    client = harness.open(server.url, max_response_bytes=1024)
    assert isinstance(await harness.error_of(client.get("/x")), ApiResponseError)


async def test_a_length_above_what_is_allowed_is_refused_before_the_body_comes(harness, server):
    server.play(raw(head(200, ("Content-Length", "1025"))))
    client = harness.open(server.url, max_response_bytes=1024, timeout_seconds=30)
    error = await harness.error_of(client.get("/x"))
    assert isinstance(error, ApiResponseError)
    assert str(error) == "GET /x: 200: the answer has more than 1024 bytes"


FULL = b'"' + b"a" * 1022 + b'"'


PADDED = answer(200, gzip.compress(FULL) + b"\0" * 512, ("Content-Encoding", "gzip"))


@pytest.mark.parametrize(
    "reply",
    [answer(200, FULL), gzipped(FULL), PADDED],
    ids=["plain", "gzip", "gzip with padding behind it"],
)
async def test_as_many_bytes_as_allowed_are_accepted(harness, server, reply):
    server.play(reply)
    response = await harness.open(server.url, max_response_bytes=1024).get("/x")
    assert len(response.content) == 1024
    assert response.headers["content-length"] == "1024"
    assert "content-encoding" not in response.headers


PACKED = gzip.compress(b"[1, 2, ") + gzip.compress(b"3]")


def coded(coding, body):
    return answer(200, body, ("Content-Encoding", coding))


@pytest.mark.parametrize(
    "reply",
    [
        coded("", b"[1, 2, 3]"),
        coded("identity", b"[1, 2, 3]"),
        coded(" GZIP ", gzip.compress(b"[1, 2, 3]")),
        coded("x-gzip", gzip.compress(b"[1, 2, 3]")),
        coded("gzip", PACKED),
        raw(
            head(200, ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"))
            + b"".join(b"1\r\n%c\r\n" % byte for byte in PACKED)
            + b"0\r\n\r\n"
        ),
    ],
    ids=["none", "identity", "in capitals", "x-gzip", "two gzip members", "byte by byte"],
)
async def test_a_body_is_decoded_whatever_form_of_its_coding_is_used(harness, server, reply):
    server.play(reply)
    response = await send(harness.open(server.url), JsonRequest("GET", "/x"))
    assert response.json() == [1, 2, 3]
    assert len(server.requests) == 1


async def test_gzip_is_the_only_coding_that_is_asked_for(harness, server):
    await send(harness.open(server.url), JsonRequest("GET", "/x"))
    assert server.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("coding", ["br", "deflate"])
async def test_a_coding_that_was_not_asked_for_is_named_as_such(harness, server, coding):
    server.play(coded(coding, b"[]"))
    error = await harness.error_of(harness.open(server.url, attempts=1).get("/x"))
    assert type(error) is httpx.DecodingError
    assert str(error) == "the body has a content-encoding that was not asked for"


async def test_a_body_that_is_not_what_its_coding_says_is_named_as_such(harness, server):
    server.play(coded("gzip", b"[1, 2, 3]"))
    error = await harness.error_of(harness.open(server.url, attempts=1).get("/x"))
    assert type(error) is httpx.DecodingError
    assert str(error) == "the body is not valid gzip"


@pytest.mark.fault(39)
async def test_many_informational_answers_are_skipped(harness, server):
    server.play(
        raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 2000 + head(200, ("Content-Length", "2")) + b"{}")
    )
    assert (await send(harness.open(server.url), JsonRequest("GET", "/x"))).json() == {}


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:1/base/x",
        "https://localhost/base/x",
        "../x",
        "/%2e%2e/x",
        "/a/%2E%2e/%2e./x",
        "/..\\x",
        "http://user:secret@{host}/base/x",
        "http://{host}/other",
        "http://{host}/based",
    ],
)
async def test_another_target_than_below_the_base_url_is_refused(harness, server, target):
    client = harness.open(f"{server.url}/base")
    url = target.replace("{host}", server.url.removeprefix("http://"))
    assert isinstance(await harness.error_of(client.post(url)), RequestRefusedError)
    assert server.requests == []


async def test_an_absolute_url_below_the_base_url_is_allowed_to_httpx_itself(harness, server):
    await harness.open(f"{server.url}/base").get(f"{server.url}/base/x")
    assert server.requests[0].target == "/base/x"


async def test_the_token_goes_with_every_attempt_and_stays_out_of_the_request(
    harness, server, canary
):
    server.play(reset(), GOOD)
    response = await harness.open(server.url).get("/x")
    assert {one.headers["authorization"] for one in server.requests} == {f"Bearer {canary}"}
    assert "authorization" not in response.request.headers


async def test_an_authorization_of_the_caller_wins(harness, server):
    await harness.open(server.url).get("/x", headers={"Authorization": "Basic eDp5"})
    assert server.requests[0].headers["authorization"] == "Basic eDp5"


@pytest.mark.parametrize(
    "reply",
    [
        echo_authorization(400, b'{"detail": "bad %s"}'),
        echo_authorization(400, b"x" * 190 + b"%s"),
        echo_authorization(503, b"%s"),
        echo_authorization(200, b"<p>%s"),
    ],
    ids=["refused", "at the edge of the excerpt", "unavailable", "no json"],
)
async def test_a_token_that_the_api_echoes_is_in_no_error(harness, server, reply):
    server.play(reply)

    async def use() -> None:
        (await send(harness.open(server.url), JsonRequest("GET", "/x"))).json()

    error = await harness.error_of(use())
    assert "canary" not in str(error)


async def test_a_token_echoed_in_a_broken_status_line_is_in_no_error(harness, server, canary):
    server.play(raw(f"BROKEN {canary}\r\n\r\n".encode(), close=True))
    error = await harness.error_of(harness.open(server.url).get("/x"))
    assert isinstance(error, httpx.RemoteProtocolError)


async def test_an_unauthorized_answer_has_the_token_file_read_again_once(harness, server, tmp_path):
    token_file = tmp_path / "token"
    token_file.write_text("old-canary\n")
    server.play(answer(401), GOOD)
    client = harness.open(server.url, token=None, token_file=token_file)
    await send(client, JsonRequest("POST", "/x"))
    assert len(server.requests) == 2
    server.play(answer(401))
    error = await harness.error_of(send(client, JsonRequest("POST", "/x")))
    assert error.status == 401
    assert len(server.requests) == 4


async def test_cookies_are_not_kept(harness, server):
    server.play(answer(200, b"{}", ("Set-Cookie", "session=1; Path=/")))
    client = harness.open(server.url)
    await client.get("/x")
    await client.get("/x")
    assert "cookie" not in server.requests[1].headers


@pytest.mark.fault(24)
async def test_the_environment_is_not_asked(harness, server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    await send(harness.open(server.url), JsonRequest("GET", "/x"))
    assert len(server.requests) == 1


async def test_a_streamed_request_body_is_repeated_whole(harness, server):
    async def parts():
        yield b"one "
        yield b"two"

    server.play(reset(), GOOD)
    client = harness.open(server.url)
    await client.put("/x", content=parts(), headers={"Content-Length": "7"})
    assert [one.body for one in server.requests] == [b"one two"] * 2


async def test_raw_posts_of_a_run_have_keys_that_a_second_try_of_its_slot_repeats(harness, server):
    async def keys(identity="slot", task="orders", shard=0):
        start_run(identity=identity, task=task, shard=shard)
        client = harness.open(server.url)
        calls = [("/a", 1), ("/a", 1), ("/a", 2), ("/b", 1), ("/a?q=1", 1)]
        first = len(server.requests)
        for path, value in calls:
            await client.post(path, json=value)
        return [one.headers["idempotency-key"] for one in server.requests[first:]]

    keys_of_slot = await keys()
    assert len(set(keys_of_slot)) == 5
    assert await keys() == keys_of_slot
    for other in ({"identity": "next"}, {"task": "other"}, {"shard": 1}):
        assert set(await keys(**other)).isdisjoint(keys_of_slot)


async def test_equal_posts_of_a_fan_out_have_different_keys(harness, server):
    start_run()
    client = harness.open(server.url)
    await asyncio.gather(*(client.post("/x") for _ in range(20)))
    assert server.distinct_effects == 20


async def test_a_post_outside_a_run_has_a_key_of_its_own_in_all_attempts(harness, server):
    client = harness.open(server.url)
    server.play(reset(), GOOD)
    await client.post("/x")
    await client.post("/x")
    first, again, second = (one.headers["idempotency-key"] for one in server.requests)
    assert first == again != second


async def test_a_key_of_the_caller_wins_and_a_get_has_none(harness, server):
    client = harness.open(server.url)
    await client.post("/x", headers={"Idempotency-Key": "mine"})
    await client.get("/x")
    keys = [one.headers.get("idempotency-key") for one in server.requests]
    assert keys == ["mine", None]


async def test_a_raw_call_ends_with_the_last_response_so_that_raise_for_status_works(
    harness, server
):
    server.play(answer(503, b'{"why": "tired"}'))
    client = harness.open(server.url)
    began = time.perf_counter()
    response = await client.get("/x?secret=1")
    assert len(server.requests) == 4
    assert 0 < response.elapsed.total_seconds() <= time.perf_counter() - began + 0.001

    async def check() -> None:
        response.raise_for_status()

    error = await harness.error_of(check())
    assert isinstance(error, httpx.HTTPStatusError)
    assert str(error).startswith("GET /x: 503 Service Unavailable")
    assert (error.request, error.response) == (response.request, response)
    assert response.json() == {"why": "tired"}


async def test_a_raw_call_for_something_else_than_json_may_look_like_json(harness, server):
    server.play(answer(200, b"1,2,3\n[x", content_type="text/csv"))
    response = await harness.open(server.url).get("/x")
    assert response.text == "1,2,3\n[x"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("content_type", "requests"),
    [
        ("application/json", 4),
        ("application/problem+json; charset=utf-8", 4),
        ("Application/JSON", 4),
        ("text/csv", 1),
        ("text/plain; format=json", 1),
    ],
)
async def test_a_raw_call_is_repeated_where_what_is_cut_is_called_json(
    harness, server, content_type, requests
):
    server.play(answer(200, b"[1, 2", content_type=content_type))
    client = harness.open(server.url)
    if requests == 1:
        assert (await client.get("/x")).text == "[1, 2"
    else:
        assert isinstance(await harness.error_of(client.get("/x")), httpx.DecodingError)
    assert len(server.requests) == requests


async def test_the_answer_to_head_has_no_body_whatever_its_length_says(harness, server):
    server.play(raw(head(200, ("Content-Length", "99999999999"), ("Content-Encoding", "gzip"))))
    assert (await harness.open(server.url).head("/x")).status_code == 200
