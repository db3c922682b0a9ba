"""Publishes HTTP attempts to the observers, and names the run and its trace in the headers."""

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from rota import __version__
from rota.logs import redaction
from rota.model.context import Execution, StopRequested, current_execution
from rota.model.events import HttpAttempt
from rota.model.trace import SpanContext
from rota.net.retry import AttemptResult

USER_AGENT = f"rota/{__version__}"
TRACE_HEADER = "traceparent"
# Of a request: whether its trace header is rota's, rather than the application's own.
_TRACED = "rota.traced"

# A path segment that is the version of an API, such as v1 or v2beta1.
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d*)?")
# A path segment with a digit, with percent-encoding or with many characters is taken for an id.
_ID = re.compile(r".*[\d%].*|.{41,}")


@dataclass(slots=True)
class Attempt:
    """One attempt, counted from 1, and its span, if there is one; `result` is set at its end."""

    number: int
    started: float = 0.0
    span: SpanContext | None = None
    result: AttemptResult | None = None


@contextlib.contextmanager
def observed_attempt(request: httpx.Request, number: int) -> Iterator[Attempt]:
    """Publish the attempt that is made in the body to the observers of the current run, if any."""
    execution = current_execution()
    if execution is None:
        yield Attempt(number)
        return
    attempt = Attempt(number, time.perf_counter(), _begin_span(execution, request))
    try:
        yield attempt
    except StopRequested:
        # Raised instead of an attempt, not by one.
        raise
    except BaseException as error:
        _publish(execution, request, attempt, error)
        raise
    assert attempt.result is not None  # noqa: S101 (the body sets it)
    _publish(execution, request, attempt, attempt.result)


def _publish(
    execution: Execution,
    request: httpx.Request,
    attempt: Attempt,
    end: httpx.Response | BaseException,
) -> None:
    response = end if isinstance(end, httpx.Response) else None
    url, target = request.url, request.url.raw_path.decode("ascii")
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    execution.publish(
        HttpAttempt(
            run=execution.run,
            method=request.method,
            path=path_template(target),
            status=None if response is None else response.status_code,
            attempt=attempt.number,
            duration_seconds=time.perf_counter() - attempt.started,
            error=None if response is not None else type(end).__name__,
            url=redaction.redact(origin + target.partition("?")[0]),
            span=attempt.span,
        )
    )


def _begin_span(execution: Execution, request: httpx.Request) -> SpanContext | None:
    """Return the attempt's span, named in the header unless the application has set that."""
    if execution.next_span is None:
        return None
    span = execution.next_span()
    if request.extensions.setdefault(_TRACED, TRACE_HEADER not in request.headers):
        request.headers[TRACE_HEADER] = span.traceparent
    return span


def name_run(request: httpx.Request) -> None:
    """Name task and run in the User-Agent, unless the application has set it."""
    execution = current_execution()
    if execution is not None and request.headers.get("User-Agent") == USER_AGENT:
        run = execution.run
        request.headers["User-Agent"] = f"{USER_AGENT} (task={run.task}; run={run.run_id})"


def path_template(path: str) -> str:
    """Return a path without its query, with `{id}` for each segment that looks like an id.

    >>> path_template("/api/v1/orders/4711/lines?page=2")
    '/api/v1/orders/{id}/lines'
    """
    segments = path.partition("?")[0].split("/")
    return "/".join(
        "{id}" if _ID.fullmatch(each) and not _VERSION.fullmatch(each) else each
        for each in segments
    )
