"""Sends spans by OTLP over HTTP from a thread of its own. Imported only where traces are on."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence

from opentelemetry import trace as api
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision

import rota
from rota.model.trace import SpanContext
from rota.net.translate import excerpt

# At the end of a process, from its beginning: a collector may accept a connection and say nothing.
CLOSE_SECONDS = 2.0

Attributes = Mapping[str, str | int | float | bool]

_logger = logging.getLogger(__name__)
_library_logger = logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter")


def api_context(span: SpanContext) -> api.SpanContext:
    """Return a span's place as the library has it."""
    flags = api.TraceFlags(api.TraceFlags.SAMPLED if span.sampled else api.TraceFlags.DEFAULT)
    return api.SpanContext(
        int(span.trace_id, 16), int(span.span_id, 16), is_remote=False, trace_flags=flags
    )


class _Ids(RandomIdGenerator):
    """Gives rota's spans the ids that they have already; an application's own are random."""

    def __init__(self) -> None:
        self._local = threading.local()

    @contextlib.contextmanager
    def of(self, span: SpanContext) -> Iterator[None]:
        self._local.span = span
        try:
            yield
        finally:
            self._local.span = None

    def generate_trace_id(self) -> int:
        span: SpanContext | None = getattr(self._local, "span", None)
        return super().generate_trace_id() if span is None else int(span.trace_id, 16)

    def generate_span_id(self) -> int:
        span: SpanContext | None = getattr(self._local, "span", None)
        return super().generate_span_id() if span is None else int(span.span_id, 16)


class _QuietExporter(SpanExporter, logging.Filter):
    """Logs one warning for each row of failures, instead of the library's lines on each attempt."""

    def __init__(self, inner: SpanExporter) -> None:
        logging.Filter.__init__(self)
        self._inner = inner
        self._thread_id: int | None = None
        self.reason = ""
        self._closed = False
        self._failing = False
        _library_logger.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep what the library says of an export from the log, to say it once."""
        if threading.get_ident() != self._thread_id:
            return True
        self.reason = excerpt(record.getMessage())
        return False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send `spans`, in the thread of the processor."""
        self._thread_id = threading.get_ident()
        try:
            result = self._inner.export(spans)
        finally:
            self._thread_id = None
        failed = result is not SpanExportResult.SUCCESS
        if failed and not self._failing:
            _logger.warning("traces.failed", extra={"reason": self.reason})
        self._failing = failed
        return result

    def give_up(self) -> str:
        """End what is being sent, without another line; return what was the matter with it."""
        self._failing = self._closed = True
        self._inner.shutdown()
        return self.reason

    def shutdown(self) -> None:
        """End, once all has been sent."""
        if not self._closed:
            _library_logger.removeFilter(self)
            self._inner.shutdown()


class SpanExport:
    """Takes finished spans, and sends them in batches from a thread, which it starts.

    `attributes` describe the process, below those of the standard variables. `exporter` is that of
    OTLP over HTTP, or another one in tests. The standard variables OTEL_* are read by the library.
    """

    def __init__(self, exporter: SpanExporter, attributes: Attributes) -> None:
        self._ids = _Ids()
        self._exporter = _QuietExporter(exporter)
        own = Resource(dict(attributes)).merge(OTELResourceDetector().detect())
        self.provider = TracerProvider(
            resource=Resource.create(dict(own.attributes)),
            # Its end would wait for half a minute, or longer.
            shutdown_on_exit=False,
            id_generator=self._ids,
        )
        self._processor = BatchSpanProcessor(self._exporter)
        self.provider.add_span_processor(self._processor)
        self._tracer = self.provider.get_tracer("rota", rota.__version__)
        self._closing: threading.Thread | None = None
        self._latest_end = 0.0

    def samples(self, trace_id: str, name: str, attributes: Attributes) -> bool:
        """Whether OTEL_TRACES_SAMPLER wants a trace, and OTEL_SDK_DISABLED does not forbid all."""
        if isinstance(self._tracer, api.NoOpTracer):
            return False
        result = self.provider.sampler.should_sample(
            Context(), int(trace_id, 16), name, api.SpanKind.INTERNAL, attributes, ()
        )
        return result.decision is Decision.RECORD_AND_SAMPLE

    def begin(
        self,
        name: str,
        span: SpanContext,
        began: float,
        attributes: Attributes,
        *,
        kind: api.SpanKind = api.SpanKind.INTERNAL,
        links: Sequence[SpanContext] = (),
    ) -> api.Span:
        """Return a span that began at an epoch time, to be ended by the caller."""
        context = Context()
        if span.parent_id is not None:
            parent = SpanContext(span.trace_id, span.parent_id, sampled=span.sampled)
            context = api.set_span_in_context(api.NonRecordingSpan(api_context(parent)), context)
        with self._ids.of(span):
            return self._tracer.start_span(
                name,
                context,
                kind,
                attributes,
                [api.Link(api_context(each)) for each in links],
                nanoseconds(began),
            )

    def begin_close(self) -> None:
        """Send what is left; `close` waits for it. Any thread."""
        if self._closing is not None:
            return
        self._latest_end = time.monotonic() + CLOSE_SECONDS
        closing = threading.Thread(
            target=self._processor.shutdown, name="rota-traces-end", daemon=True
        )
        # Without a thread to be had, better no spans than no end.
        with contextlib.suppress(RuntimeError, MemoryError):
            closing.start()
            self._closing = closing

    def close(self) -> None:
        """Wait until all is sent, for at most CLOSE_SECONDS since `begin_close`."""
        self.begin_close()
        if self._closing is None:
            return
        self._closing.join(max(0.0, self._latest_end - time.monotonic()))
        if self._closing.is_alive():
            reason = self._exporter.give_up() or "no answer"
            waited = CLOSE_SECONDS + time.monotonic() - self._latest_end
            extra = {"waited_seconds": round(waited, 3), "reason": reason}
            _logger.warning("traces.left", extra=extra)


def nanoseconds(epoch_seconds: float) -> int:
    """Return an epoch time as spans have it."""
    return int(epoch_seconds * 1_000_000_000)


def otlp_exporter(endpoint: str | None, headers: Mapping[str, str]) -> SpanExporter:
    """Return what sends spans to `endpoint`, a whole URL; None: to the library's default."""
    return OTLPSpanExporter(endpoint=endpoint, headers=headers or None)


def offer_provider(provider: TracerProvider) -> None:
    """Make `provider` that of the application's own spans, unless it has chosen one."""
    if isinstance(api.get_tracer_provider(), api.ProxyTracerProvider):
        api.set_tracer_provider(provider)
