"""A collector of traces on this machine: OTLP over HTTP, its protobuf decoded."""

import contextlib
import gzip
import socket
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from support.docker import wait_until
from support.loopback_api import loopback_api


@dataclass
class ReceivedSpan:
    """A span as it was sent; ids in hex, times in seconds."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    started: float
    ended: float
    attributes: dict
    error: str | None
    links: list
    events: list
    resource: dict


@dataclass
class Collector:
    """What has arrived at `url`; `status` is answered."""

    url: str = ""
    status: int = 200
    spans: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    paths: list = field(default_factory=list)

    def named(self, name):
        return [span for span in self.spans if span.name == name]

    def only(self, name):
        [span] = self.named(name)
        return span

    def until(self, number):
        wait_until(lambda: len(self.spans) >= number, f"{number} spans arrive", timeout_seconds=30)

    async def receive(self, request):
        body = await request.body()
        self.paths.append(request.url.path)
        self.headers.append(dict(request.headers))
        if self.status == 200:
            if request.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            self.spans += spans_of(ExportTraceServiceRequest.FromString(body))
        return Response(status_code=self.status)


@contextlib.contextmanager
def collecting():
    """Serve a collector on a free port of 127.0.0.1 until the block ends."""
    collector = Collector()
    app = Starlette(routes=[Route("/{path:path}", collector.receive, methods=["POST"])])
    with loopback_api(app=app) as running:
        collector.url = running.url
        yield collector


@contextlib.contextmanager
def black_hole():
    """Accept connections, and never say anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def spans_of(request):
    for resource_spans in request.resource_spans:
        resource = _attributes(resource_spans.resource)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield ReceivedSpan(
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    kind=span.kind,
                    started=span.start_time_unix_nano / 1e9,
                    ended=span.end_time_unix_nano / 1e9,
                    attributes=_attributes(span),
                    error=span.status.message if span.status.code == 2 else None,
                    links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
                    events=[(event.name, _attributes(event)) for event in span.events],
                    resource=resource,
                )


def _attributes(message):
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in message.attributes
    }
