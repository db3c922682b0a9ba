"""All protections of a request, below httpx's client, so that `client.post(…)` has them too."""

import asyncio
import itertools
import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from rota.logs import redaction
from rota.model.clock import Clock, SystemClock
from rota.model.context import current_execution
from rota.model.errors import ApiResponseError, RequestRefusedError
from rota.net import attempts
from rota.net.body import BodyTooLargeError, read_body
from rota.net.idempotency import HEADER, RequestKeys
from rota.net.json_body import BodyKind
from rota.net.options import ApiOptions
from rota.net.paths import climbs
from rota.net.response import BufferedResponse
from rota.net.retry import AttemptResult, RetryPolicy, Sleep
from rota.net.tokens import TokenSource
from rota.net.translate import describe

if TYPE_CHECKING:
    import tenacity

_logger = logging.getLogger(__name__)

JSON_EXTENSION = "rota.json"
"""A request with this extension expects JSON, whatever the content type of the answer."""


class ApiTransport(httpx.AsyncBaseTransport):
    """Sends requests to one base URL only, with token, limits, retries, and an end at a stop.

    Raises RequestRefusedError for another target, StopRequested instead of a new attempt while the
    process is stopping, ApiResponseError for an answer that is too large, and otherwise what httpx
    raises. A response that is still bad after all attempts is returned like any other.
    """

    def __init__(
        self,
        base_url: httpx.URL,
        options: ApiOptions,
        inner: httpx.AsyncBaseTransport,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Clock | None = None,
    ) -> None:
        self._origin = _origin(base_url)
        self._base_path = base_url.raw_path.rstrip(b"/")
        self._options = options
        self._inner = inner
        self._sleep = sleep
        self._tokens = TokenSource(options)
        self._keys = RequestKeys(options, clock)
        self._retries = RetryPolicy(options, clock or SystemClock())

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, with retries."""
        self._check_target(request.url)
        started = time.perf_counter()
        attempts.name_run(request)
        body = await request.aread()
        if request.method == "POST" and HEADER not in request.headers:
            target = request.url.raw_path.decode("ascii")
            request.headers[HEADER] = self._keys.next_key(
                request.method, target, body, request.headers.get("content-type", "")
            )
        outcome = await self._attempt(request, 1)
        if self._retries.wants_another(request.method, outcome):
            outcome = await self._attempt_again(request, outcome)
        if isinstance(outcome, httpx.RequestError):
            raise outcome
        outcome.elapsed = timedelta(seconds=time.perf_counter() - started)
        return outcome

    def _check_target(self, url: httpx.URL) -> None:
        path = url.raw_path.partition(b"?")[0]
        if _origin(url) != self._origin or url.userinfo:
            raise RequestRefusedError(
                "this client only sends to the origin of the Business API: pass a path, not a URL"
            )
        if not (path + b"/").startswith(self._base_path + b"/") or climbs(path.decode("ascii")):
            raise RequestRefusedError("the path leads out of the base URL's path")

    async def _attempt_again(self, request: httpx.Request, first: AttemptResult) -> AttemptResult:
        """Repeat the attempt whose outcome was `first`, which counts as the first of them."""
        known = [first]
        numbers = itertools.count(2)

        async def attempt() -> AttemptResult:
            return known.pop() if known else await self._attempt(request, next(numbers))

        def log(state: "tenacity.RetryCallState") -> None:
            assert state.outcome is not None  # noqa: S101 (tenacity sets it before it sleeps)
            _log_retry(request, state.outcome.result(), state.attempt_number, state.upcoming_sleep)

        retrying = self._retries.retrying(
            request.method,
            sleep=self._pause,
            remaining_seconds=_remaining_seconds,
            before_sleep=log,
        )
        outcome: AttemptResult = await retrying(attempt)
        return outcome

    async def _pause(self, seconds: float) -> None:
        """Sleep; a stop request ends it at once, as StopRequested."""
        execution = current_execution()
        if execution is None:
            await self._sleep(seconds)
            return
        sleep = asyncio.ensure_future(self._sleep(seconds))
        stop = asyncio.ensure_future(execution.stop.wait())
        try:
            await asyncio.wait((sleep, stop), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            stop.cancel()
        execution.check_stop()

    async def _attempt(self, request: httpx.Request, number: int) -> AttemptResult:
        with attempts.observed_attempt(request, number) as attempt:
            attempt.result = await self._send_authorized(request)
            return attempt.result

    async def _send_authorized(self, request: httpx.Request) -> AttemptResult:
        try:
            response = await self._send(request)
            if response.status_code == httpx.codes.UNAUTHORIZED and self._tokens.from_file:
                self._tokens.reread()
                response = await self._send(request)
        except httpx.RequestError as error:
            return _without_secrets(error)
        return response

    async def _send(self, request: httpx.Request) -> BufferedResponse:
        seconds = self._seconds_for(request)
        token = None if "Authorization" in request.headers else self._tokens.current()
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        try:
            async with asyncio.timeout(seconds):
                return await self._receive(request, await self._inner.handle_async_request(request))
        except TimeoutError:
            raise httpx.ReadTimeout(f"no whole answer within {seconds:.3g} s") from None
        except OSError as error:
            # After the handshake httpx lets errors of the TLS library through.
            raise httpx.ReadError(str(error)) from error
        finally:
            if token is not None:
                # An exception has the request as an attribute; printing it must not show the token.
                del request.headers["Authorization"]

    def _seconds_for(self, request: httpx.Request) -> float:
        """Return the time for one attempt; the timeout of a single request may extend it."""
        seconds = self._options.deadline_seconds
        own_seconds = request.extensions.get("timeout", {}).get("read")
        if own_seconds is not None and own_seconds != self._options.timeout_seconds:
            seconds = max(seconds, own_seconds)
        execution = current_execution()
        if execution is None:
            return seconds
        execution.check_stop()
        seconds = min(seconds, execution.remaining_seconds())
        if seconds <= 0:
            raise httpx.ConnectTimeout("the run has no time left for a request")
        return seconds

    async def _receive(self, request: httpx.Request, arrived: httpx.Response) -> BufferedResponse:
        try:
            body = await read_body(
                arrived,
                max_bytes=self._options.max_response_bytes,
                has_body=request.method != "HEAD",
            )
        except BodyTooLargeError:
            raise ApiResponseError(
                f"{describe(request)}: {arrived.status_code}: the answer has more than "
                f"{self._options.max_response_bytes} bytes",
                status=arrived.status_code,
            ) from None
        headers = arrived.headers
        if "content-encoding" in headers:
            del headers["content-encoding"]
            headers["content-length"] = str(len(body))
        response = BufferedResponse(
            arrived.status_code, headers=headers, content=body, extensions=arrived.extensions
        )
        if response.is_success and _wants_json(request, response):
            parsed = response.parse()
            if parsed.kind is BodyKind.CUT:
                raise httpx.DecodingError(parsed.problem)
        return response


def _origin(url: httpx.URL) -> tuple[bytes, bytes, int | None]:
    return (url.raw_scheme, url.raw_host, url.port)


def _remaining_seconds() -> float:
    execution = current_execution()
    return float("inf") if execution is None else execution.remaining_seconds()


def _wants_json(request: httpx.Request, response: httpx.Response) -> bool:
    if JSON_EXTENSION in request.extensions:
        return True
    content_type = response.headers.get("content-type")
    return content_type is None or "json" in content_type.partition(";")[0].lower()


def _without_secrets(error: httpx.RequestError) -> httpx.RequestError:
    text = str(error)
    masked = redaction.redact(text)
    if masked == text:
        return error
    return type(error)(masked)


def _log_retry(request: httpx.Request, outcome: AttemptResult, attempt: int, wait: float) -> None:
    failure = (
        str(outcome.status_code) if isinstance(outcome, httpx.Response) else type(outcome).__name__
    )
    _logger.info(
        "net.retry",
        extra={
            "request": describe(request),
            "failure": failure,
            "attempt": attempt,
            "wait_seconds": round(wait, 3),
        },
    )
