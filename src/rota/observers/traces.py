"""Traces: one span for each run, and below it one for each HTTP attempt.

Spans are made when they have ended, from the events that say so; their ids are known from the
start, so that requests and log lines can name them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from opentelemetry import context as contexts
from opentelemetry import trace as api
from opentelemetry.semconv.attributes import error_attributes as error_names
from opentelemetry.semconv.attributes import exception_attributes as exception_names
from opentelemetry.semconv.attributes import http_attributes as http_names
from opentelemetry.semconv.attributes import server_attributes as server_names
from opentelemetry.semconv.attributes import url_attributes as url_names

from rota.logs import redaction
from rota.model.clock import Clock, instant, rfc3339
from rota.model.context import Execution, ResolvedTask
from rota.model.errors import SettingsError
from rota.model.events import HttpAttempt, RunEvent, RunFinished, RunLost
from rota.model.outcome import Outcome
from rota.model.run import Run, RunRecord, Trigger
from rota.model.trace import SpanContext, root_span_id, trace_id_of
from rota.net.translate import excerpt
from rota.observers.trace_export import (
    Attributes,
    SpanExport,
    api_context,
    nanoseconds,
    offer_provider,
    otlp_exporter,
)
from rota.settings import Settings

_SPAN_ID_BYTES = 8
_MOST_CHARACTERS = 4000
_ERROR_STATUS = 400
_LARGEST_WHOLE = 2**63 - 1
_METHODS = frozenset(
    ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
)
_PORTS = {"http": 80, "https": 443}
_BY_SCHEDULE = (Trigger.SCHEDULE, Trigger.CATCH_UP)


class Traces:
    """An observer that makes spans, and the tracing of runs. `job_uid` is that of the Job, if any.

    Any thread. A span is passed on at once, and sent from another thread.
    """

    def __init__(self, export: SpanExport, clock: Clock, *, job_uid: str = "") -> None:
        self._export = export
        self._clock = clock
        self._job_uid = job_uid
        # By task; the last runs that may be tried again by their identity; and by task and slot,
        # runs whose process died.
        self._crons: dict[str, str] = {}
        self._failed: dict[str, tuple[str, SpanContext]] = {}
        self._lost: dict[tuple[str, int], SpanContext] = {}

    def traced(self, run: Run, task: ResolvedTask) -> Run:
        """Return `run` with its span."""
        cron = task.value_of("schedule")
        if cron is not None:
            self._crons[run.task] = cron
        trace_id = trace_id_of(self._job_uid or run.run_id)
        span_id = root_span_id(trace_id, run.run_id, run.shard_index, run.attempt)
        sampled = self._export.samples(trace_id, run.task, {"rota.task": run.task})
        return replace(run, span=SpanContext(trace_id, span_id, sampled=sampled))

    def enter(self, execution: Execution) -> None:
        """Make the run's span the current one, also for spans of the application's own."""
        span = execution.run.span
        if span is None:
            return
        current = api.NonRecordingSpan(api_context(span))
        # Never detached: the context is the run's, and ends with it.
        contexts.attach(api.set_span_in_context(current))
        execution.next_span = _next_span

    def __call__(self, event: RunEvent) -> None:
        """Make a span of what has ended."""
        match event:
            case RunFinished(record):
                self._end(record)
            case HttpAttempt():
                self._attempt(event)
            case RunLost(task, run_id, slot) if slot is not None:
                trace_id = trace_id_of(run_id)
                span_id = root_span_id(trace_id, run_id, 0, None)
                self._lost[task, slot] = SpanContext(trace_id, span_id)

    def begin_close(self) -> None:
        """Begin to send what is left."""
        self._export.begin_close()

    def close(self) -> None:
        """Send what is left, in bounded time."""
        self._export.close()

    def _end(self, record: RunRecord) -> None:
        run = record.run
        if run.span is None or not run.span.sampled:
            return
        began, duration = record.started_at, record.duration_seconds
        ended = self._clock.timestamp() if duration is None else began + duration
        attributes = _run_attributes(record, self._crons.get(run.task))
        span = self._export.begin(run.task, run.span, began, attributes, links=self._links(run))
        if record.outcome is not Outcome.SUCCEEDED:
            self._failed[run.task] = (run.identity, run.span)
            reason = _text(record.reason or record.outcome.value)
            if record.traceback is not None:
                error = {
                    exception_names.EXCEPTION_MESSAGE: reason,
                    exception_names.EXCEPTION_STACKTRACE: _text(record.traceback),
                }
                span.add_event("exception", error, nanoseconds(ended))
            span.set_status(api.StatusCode.ERROR, reason)
        span.end(nanoseconds(max(began, ended)))

    def _links(self, run: Run) -> Sequence[SpanContext]:
        """Return what `run` does again: an earlier attempt, or the run of a process that died."""
        if run.attempt and self._job_uid and run.span is not None:
            # Of another pod, in the same trace.
            trace_id = run.span.trace_id
            before = root_span_id(trace_id, run.run_id, run.shard_index, run.attempt - 1)
            return (SpanContext(trace_id, before),)
        if run.attempt:
            identity, failed = self._failed.get(run.task, ("", None))
            return (failed,) if failed is not None and identity == run.identity else ()
        if run.slot is None:
            return ()
        lost = self._lost.pop((run.task, int(run.slot.timestamp())), None)
        return () if lost is None else (lost,)

    def _attempt(self, event: HttpAttempt) -> None:
        if event.span is None or not event.span.sampled:
            return
        ended = self._clock.timestamp()
        method = event.method if event.method in _METHODS else "HTTP"
        span = self._export.begin(
            f"{method} {event.path}",
            event.span,
            ended - event.duration_seconds,
            _attempt_attributes(event),
            kind=api.SpanKind.CLIENT,
        )
        if event.status is None or event.status >= _ERROR_STATUS:
            span.set_status(api.StatusCode.ERROR)
        span.end(nanoseconds(ended))


def make_traces(settings: Settings, clock: Clock) -> Traces:
    """Return the traces of a process.

    Raises SettingsError for an endpoint, or a variable of the library's, that cannot be used.
    """
    url, headers = settings.traces_url(), settings.trace_headers()
    try:
        export = SpanExport(otlp_exporter(url, headers), _resource(settings))
    except ValueError as error:
        raise SettingsError(f"ROTA_TRACES: OpenTelemetry: {excerpt(str(error))}") from None
    offer_provider(export.provider)
    return Traces(export, clock, job_uid=settings.job_uid)


def _resource(settings: Settings) -> Attributes:
    known = {
        "service.name": settings.release,
        "k8s.namespace.name": settings.namespace,
        "k8s.cronjob.name": settings.cronjob_name,
        "k8s.job.name": settings.job_name,
        "k8s.job.uid": settings.job_uid,
    }
    return {name: value for name, value in known.items() if value}


def _next_span() -> SpanContext:
    """Return a new span below the current one, which may be one of the application's own."""
    current = api.get_current_span().get_span_context()
    return SpanContext(
        f"{current.trace_id:032x}",
        secrets.token_hex(_SPAN_ID_BYTES),
        f"{current.span_id:016x}",
        sampled=current.trace_flags.sampled,
    )


def _run_attributes(record: RunRecord, cron: str | None) -> Attributes:
    run = record.run
    attributes: dict[str, str | int | float | bool] = {
        "rota.task": run.task,
        "rota.run_id": run.run_id,
        "rota.trigger": run.trigger.value,
        "rota.outcome": record.outcome.value,
        "rota.exit_code": int(record.exit_code),
        "faas.trigger": "timer" if run.trigger in _BY_SCHEDULE else "other",
        "faas.invocation_id": run.run_id,
        "faas.time": rfc3339(instant(record.started_at)),
    }
    if run.slot is not None:
        attributes["rota.slot"] = rfc3339(run.slot)
        attributes["rota.lateness_seconds"] = record.lateness_seconds
    if run.shard_count > 1:
        attributes |= {"rota.shard_index": run.shard_index, "rota.shard_count": run.shard_count}
    if run.attempt is not None:
        attributes["rota.attempt"] = run.attempt
    if cron is not None:
        attributes["faas.cron"] = cron
    for name, value in record.counts.items():
        if isinstance(value, float) or (isinstance(value, int) and abs(value) <= _LARGEST_WHOLE):
            attributes[_text(f"rota.counts.{name}")] = value
    return attributes


def _attempt_attributes(event: HttpAttempt) -> Attributes:
    url = urlsplit(event.url)
    attributes: dict[str, str | int | float | bool] = {
        http_names.HTTP_REQUEST_METHOD: event.method if event.method in _METHODS else "_OTHER",
        server_names.SERVER_ADDRESS: url.hostname or "",
        server_names.SERVER_PORT: url.port or _PORTS.get(url.scheme, 0),
        url_names.URL_FULL: _text(event.url),
        "url.template": event.path,
    }
    if event.status is not None:
        attributes[http_names.HTTP_RESPONSE_STATUS_CODE] = event.status
    if event.error is not None:
        attributes[error_names.ERROR_TYPE] = event.error
    elif event.status is not None and event.status >= _ERROR_STATUS:
        attributes[error_names.ERROR_TYPE] = str(event.status)
    if event.attempt > 1:
        attributes[http_names.HTTP_REQUEST_RESEND_COUNT] = event.attempt - 1
    return attributes


def _text(text: str) -> str:
    # With half of a character in one span its whole batch is lost.
    whole = redaction.redact(text).encode("utf-8", "replace").decode("utf-8")
    return whole[:_MOST_CHARACTERS]
