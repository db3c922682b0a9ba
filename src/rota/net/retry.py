"""When to retry, how long to wait before it, and when to give up."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import httpx

from rota.model.clock import Clock
from rota.net.options import ApiOptions
from rota.net.retry_after import retry_after_seconds
from rota.net.tls import certificate_refusal
from rota.net.translate import TRANSIENT_STATUSES

if TYPE_CHECKING:
    import tenacity

Sleep = Callable[[float], Awaitable[None]]
AttemptResult = httpx.Response | httpx.RequestError
"""How one attempt ended. An error is a value here; whether it is raised is decided later."""

# RFC 9110, 9.2.2.
_IDEMPOTENT_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
# Mistakes in the request or the configuration, which another attempt would repeat.
_PERMANENT_ERRORS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class RetryPolicy:
    """Decides on retries and the waits before them, for one client."""

    def __init__(self, options: ApiOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock

    def wants_another(self, method: str, outcome: AttemptResult) -> bool:
        """Return whether the outcome is transient and the request may be sent again."""
        if isinstance(outcome, httpx.Response):
            return outcome.status_code in TRANSIENT_STATUSES and self._repeatable(method)
        if isinstance(outcome, _PERMANENT_ERRORS) or certificate_refusal(outcome):
            return False
        return isinstance(outcome, _NOTHING_SENT) or self._repeatable(method)

    def _repeatable(self, method: str) -> bool:
        return method in _IDEMPOTENT_METHODS or self._options.idempotent

    def retrying(
        self,
        method: str,
        *,
        sleep: Sleep,
        remaining_seconds: Callable[[], float],
        before_sleep: "Callable[[tenacity.RetryCallState], None]",
    ) -> "tenacity.AsyncRetrying":
        """Return the loop around a function that returns an AttemptResult; it returns the last one.

        It gives up if the next wait would not end within `remaining_seconds()`.
        """
        import tenacity  # noqa: PLC0415 (loaded by the first failure, not by every start)

        jitter = tenacity.wait_random_exponential(
            multiplier=self._options.backoff_initial_seconds,
            max=self._options.backoff_max_seconds,
        )

        def wait(state: tenacity.RetryCallState) -> float:
            asked = self._asked_wait(_result(state))
            # An API that asks for 0 seconds wants the retry now.
            return jitter(state) if asked is None else asked

        def stop(state: tenacity.RetryCallState) -> bool:
            used_up = state.attempt_number >= self._options.attempts
            return used_up or state.upcoming_sleep >= remaining_seconds()

        return tenacity.AsyncRetrying(
            sleep=sleep,
            stop=stop,
            wait=wait,
            retry=tenacity.retry_if_result(lambda result: self.wants_another(method, result)),
            before_sleep=before_sleep,
            retry_error_callback=_result,
            reraise=True,
        )

    def _asked_wait(self, outcome: AttemptResult) -> float | None:
        if not isinstance(outcome, httpx.Response):
            return None
        return retry_after_seconds(
            outcome.headers.get_list("retry-after"),
            now=self._clock.timestamp(),
            longest=self._options.retry_after_max_seconds,
        )


def _result(state: "tenacity.RetryCallState") -> AttemptResult:
    outcome: AttemptResult = state.outcome.result()  # type: ignore[union-attr]  # set after every attempt
    return outcome
