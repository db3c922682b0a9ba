"""Waits, and when there is no time for another one, without a server."""

import httpx
import pytest

from rota.model.clock import SystemClock
from rota.net.options import ApiOptions
from rota.net.retry import RetryPolicy

ASKS_FOR_TEN = httpx.Response(503, headers={"Retry-After": "10"})


async def attempts_of(outcome, *, remaining=float("inf"), **options):
    """Return how often an attempt is made that always ends as `outcome`, and the waits."""
    waits = []
    attempts = []

    async def sleep(seconds):
        waits.append(seconds)

    async def attempt():
        attempts.append(outcome)
        return outcome

    retrying = RetryPolicy(ApiOptions(**options), SystemClock()).retrying(
        "GET", sleep=sleep, remaining_seconds=lambda: remaining, before_sleep=lambda _: None
    )
    assert await retrying(attempt) is outcome
    return len(attempts), waits


@pytest.mark.parametrize(
    ("remaining", "attempts"), [(10.001, 4), (10.0, 1), (9.0, 1), (0.0, 1)], ids=str
)
async def test_a_wait_must_end_before_the_run(remaining, attempts):
    made, waits = await attempts_of(ASKS_FOR_TEN, remaining=remaining)
    assert made == attempts
    assert waits == [10.0] * (attempts - 1)


@pytest.mark.parametrize("attempts", [1, 2, 7])
async def test_the_first_attempt_counts_as_one(attempts):
    made, _ = await attempts_of(ASKS_FOR_TEN, attempts=attempts)
    assert made == attempts


@pytest.mark.parametrize("answer", [200, 204, 301, 400, 404, 409, 501])
async def test_an_answer_that_stays_is_asked_for_once(answer):
    assert await attempts_of(httpx.Response(answer)) == (1, [])


@pytest.mark.parametrize("longest", [0.0, 3.0])
async def test_no_wait_is_longer_than_allowed_whatever_the_api_asks_for(longest):
    _, waits = await attempts_of(ASKS_FOR_TEN, retry_after_max_seconds=longest)
    assert waits == [longest] * 3


async def test_without_a_backoff_there_is_no_wait():
    _, waits = await attempts_of(httpx.ReadError("broke"), backoff_initial_seconds=0)
    assert waits == [0.0] * 3
