"""Traces of real processes, to a collector on this machine."""

import hashlib
import signal

import pytest

from support.collector import black_hole, collecting
from support.docker import wait_until
from support.loopback_api import loopback_api
from support.processes import FIXTURES

CANARY = "c4n4ry-7f3d9e"
JOB_UID = "8c6f2a34-90b1-4f6e-a6f1-5d9f0a1b2c3d"
TASKS = {"ROTA_TASKS": "traced_tasks"}
CLIENT, INTERNAL = 3, 1
EVERY_SECOND = {"ROTA_ONLY": "cleanup", "ROTA_TASK__CLEANUP__INTERVAL_SECONDS": "1"}


@pytest.fixture
def collector():
    with collecting() as running:
        yield running


@pytest.fixture
def traced(collector):
    return {"ROTA_TRACES": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}


@pytest.fixture
def run_traced(rota, traced):
    """Run a task; return its process."""

    def run_traced(task, **settings):
        return rota.run("run", task, **traced | settings)

    return run_traced


def test_a_run_and_its_requests_are_one_trace_which_log_and_message_name(run_traced, collector):
    process = run_traced("cleanup", ROTA_RELEASE="shop")

    assert process.exit_code == 0
    assert collector.paths == ["/v1/traces"]
    run, request = collector.only("cleanup"), collector.only("POST /api/v1/admin/cleanup")
    [started] = process.events("run.started")
    [finished] = process.events("run.finished")
    assert run.trace_id == hashlib.sha256(started["run_id"].encode()).hexdigest()[:32]
    for line in (started, finished, process.message):
        assert (line["trace_id"], line["span_id"]) == (run.trace_id, run.span_id)
    assert (run.kind, run.parent_id, run.error) == (INTERNAL, "", None)
    assert run.attributes["rota.outcome"] == "succeeded"
    assert run.attributes["rota.exit_code"] == 0
    assert run.resource["service.name"] == "shop"
    assert (request.kind, request.trace_id, request.parent_id) == (
        CLIENT,
        run.trace_id,
        run.span_id,
    )
    assert run.started <= request.started < request.ended
    assert request.attributes["http.response.status_code"] == 200
    assert "http.request.resend_count" not in request.attributes


def test_every_request_names_its_own_span_and_no_baggage(run_traced, collector):
    heard = []

    async def app(scope, receive, send):
        heard.append({name.decode(): value.decode() for name, value in scope["headers"]})
        status = 503 if len(heard) == 1 else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b'{"deleted": 0}'})

    with loopback_api(app=app) as api:
        process = run_traced("cleanup", BUSINESS_API_URL=api.url)

    assert process.exit_code == 0
    spans = collector.named("POST /api/v1/admin/cleanup")
    assert [each["traceparent"] for each in heard] == [
        f"00-{span.trace_id}-{span.span_id}-01" for span in spans
    ]
    assert [span.attributes.get("http.request.resend_count") for span in spans] == [None, 1]
    assert [span.attributes.get("error.type") for span in spans] == ["503", None]
    assert [span.error for span in spans] == ["", None]
    assert not any("baggage" in each or "tracestate" in each for each in heard)


def test_a_run_that_fails_is_an_error_with_its_reason(run_traced, collector):
    process = run_traced("raises", ROTA_TASKS="misbehaving_tasks:Raises")

    assert process.exit_code == 1
    run = collector.only("raises")
    assert "the task is broken" in run.error
    [(name, exception)] = run.events
    assert name == "exception"
    assert "ValueError" in exception["exception.stacktrace"]


@pytest.mark.parametrize(
    ("task", "name", "number"),
    [("fans-out", "GET /api/v1/notifications", 3), ("blocks", "POST /api/v1/admin/cleanup", 2)],
)
def test_requests_of_a_fan_out_and_of_threads_are_below_their_run(
    run_traced, collector, task, name, number
):
    assert run_traced(task, **TASKS).exit_code == 0

    run = collector.only(task)
    requests = collector.named(name)
    assert len(requests) == number == len(collector.spans) - 1
    assert {(span.trace_id, span.parent_id) for span in requests} == {(run.trace_id, run.span_id)}


def test_an_applications_own_span_is_between_the_run_and_its_requests(run_traced, collector):
    assert run_traced("has-a-span-of-its-own", **TASKS).exit_code == 0

    run, own = collector.only("has-a-span-of-its-own"), collector.only("count")
    request = collector.only("POST /api/v1/admin/cleanup")
    assert own.parent_id == run.span_id
    assert request.parent_id == own.span_id
    assert {span.trace_id for span in collector.spans} == {run.trace_id}


def test_no_query_is_in_a_span(run_traced, collector):
    assert run_traced("asks-with-a-secret-query", **TASKS).exit_code == 0
    assert CANARY not in repr(collector.spans)


def test_all_pods_of_a_job_are_one_trace_and_a_retry_is_linked(run_traced, collector):
    for attempt in ("0", "1"):
        job = {"ROTA_JOB_UID": JOB_UID, "ROTA_JOB_ATTEMPT": attempt, "ROTA_JOB_NAME": "cleanup-1"}
        assert run_traced("cleanup", **job).exit_code == 0

    first, second = collector.named("cleanup")
    assert {span.trace_id for span in collector.spans} == {
        hashlib.sha256(JOB_UID.encode()).hexdigest()[:32]
    }
    assert first.span_id != second.span_id
    assert (first.links, second.links) == ([], [(first.trace_id, first.span_id)])
    assert first.resource["k8s.job.uid"] == JOB_UID


def test_without_the_library_only_the_switch_is_refused(rota, api, traced, tmp_path):
    (tmp_path / "opentelemetry.py").write_text("raise ImportError(__name__)")
    path = f"{tmp_path}:{FIXTURES}"
    assert rota.run("run", "cleanup", PYTHONPATH=path).exit_code == 0

    for command in (["run", "cleanup"], ["check"]):
        process = rota.run(*command, **traced, PYTHONPATH=path)
        assert process.exit_code == 2
        assert "ROTA_TRACES: needs OpenTelemetry" in process.stderr
    assert api.store.cleanups == 1


def test_a_scheduler_sends_while_it_runs_and_what_is_left_at_its_end(rota, collector, traced):
    scheduler = rota.start("scheduler", **traced, **EVERY_SECOND, OTEL_BSP_SCHEDULE_DELAY="200")
    wait_until(lambda: collector.named("cleanup"), "a span arrives", timeout_seconds=30)
    assert scheduler.end_after(signal.SIGTERM)[0] == 0

    ends = scheduler.events("run.finished")
    assert {line["trace_id"] for line in ends} == {
        span.trace_id for span in collector.named("cleanup")
    }
    assert {span.attributes["faas.trigger"] for span in collector.named("cleanup")} == {"timer"}


@pytest.mark.parametrize(
    ("what", "event"),
    [("black hole", "traces.left"), ("nobody", "traces.left"), ("refuses", "traces.failed")],
)
def test_a_collector_that_is_down_costs_no_run_two_seconds_at_most_and_one_line(
    run_traced, api, collector, what, event
):
    collector.status = 400
    with black_hole() as hole:
        urls = {"black hole": hole, "nobody": "http://127.0.0.1:9", "refuses": collector.url}
        process = run_traced("cleanup", OTEL_EXPORTER_OTLP_ENDPOINT=urls[what])

    assert process.exit_code == 0
    assert api.store.cleanups == 1
    [warning] = [line for line in process.log if line["level"] == "warning"]
    assert warning["event"] == event
    # In the process, from the beginning of its end. The library itself would wait for 10, or 30.
    assert warning.get("waited_seconds", 0) < 8
    assert warning["reason"]


def test_headers_reach_the_collector_and_nothing_else(run_traced, collector):
    process = run_traced(
        "cleanup",
        DEBUG="true",
        OTEL_EXPORTER_OTLP_HEADERS=f"authorization=Bearer%20{CANARY},x-scope-orgid=shop",
    )
    assert process.exit_code == 0
    [headers] = collector.headers
    assert (headers["authorization"], headers["x-scope-orgid"]) == (f"Bearer {CANARY}", "shop")
    assert CANARY not in process.stderr + process.termination_log.read_text()
