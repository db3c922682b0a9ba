"""A client whose requests are answered by an exchange: what fails there fails as on the network."""

import asyncio

import pytest

from rota.api import BusinessApiClient
from rota.model.errors import ApiUnavailableError
from rota.net import ApiOptions
from rota.net.exchange import PlainAnswer
from rota.testing import VirtualLoop


def answered_by(exchange, **options):
    """Return a client without retries, for requests to `http://shop/base`."""
    given = {"attempts": 1, "exchange": exchange, **options}
    return BusinessApiClient("http://shop/base", ApiOptions(**given))


def get(client):
    async def main():
        async with client:
            return await client.get("/orders", params={"state": "due"})

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main()), runner.get_loop().time()


def test_the_exchange_sees_the_request_and_its_answer_arrives():
    seen = []

    async def exchange(request):
        seen.append((request.method, request.target, request.body))
        assert request.headers["user-agent"].startswith("rota/")
        return PlainAnswer(200, {"content-type": "application/json"}, b'{"items": []}')

    assert get(answered_by(exchange)) == ({"items": []}, 0)
    assert seen == [("GET", "/base/orders?state=due", b"")]


async def refused(request):
    raise ConnectionRefusedError("nobody listens")


async def cut(request):
    return PlainAnswer(200, {"content-type": "application/json"}, b'{"items": []}', cut=True)


async def silent(request):
    await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize(
    ("exchange", "text"),
    [
        (refused, r"no connection to shop \(nobody listens\)"),
        (cut, "the answer violates HTTP or was cut"),
        (silent, "no answer in time"),
    ],
)
def test_a_failure_is_the_one_of_the_network(exchange, text):
    with pytest.raises(ApiUnavailableError, match=text):
        get(answered_by(exchange))


def test_silence_lasts_as_long_as_the_timeout():
    waited = []

    async def exchange(request):
        try:
            await silent(request)
        finally:
            waited.append(asyncio.get_running_loop().time())

    with pytest.raises(ApiUnavailableError):
        get(answered_by(exchange, timeout_seconds=7))
    assert waited == [7]


def test_waits_between_attempts_follow_the_clock_of_the_options():
    """Retry-After may be a date, which only the clock turns into a wait."""

    class Clock:
        def timestamp(self):
            return 1_795_478_400.0

    answers = [
        PlainAnswer(503, {"retry-after": "Tue, 24 Nov 2026 00:00:30 GMT"}),
        PlainAnswer(200, {"content-type": "application/json"}, b"{}"),
    ]

    async def exchange(request):
        return answers.pop(0)

    assert get(answered_by(exchange, attempts=2, clock=Clock())) == ({}, 30)
