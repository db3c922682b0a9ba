"""Which spans events become."""

import asyncio
from dataclasses import replace

import pytest
from opentelemetry import trace as api
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from rota.model.clock import instant
from rota.model.context import Execution, Stop
from rota.model.errors import SettingsError
from rota.model.events import HttpAttempt, RunFinished, RunLost
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import Run, RunRecord, Trigger
from rota.observers.trace_export import SpanExport
from rota.observers.traces import Traces, make_traces
from rota.settings import default_settings
from support.environment import clear_environment
from support.statuses import FixedClock, make_task

NOW = 1_800_000_000.0
SLOT = instant(1_799_999_940)
RUN = Run("cleanup", "6b05-1", Trigger.SCHEDULE, SLOT, instant(NOW + 60), "i")


@pytest.fixture
def traces(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    return Harness()


class Harness:
    def __init__(self):
        self._exporter = InMemorySpanExporter()
        self.observer = Traces(SpanExport(self._exporter, {}), FixedClock(NOW))

    def begun(self, run=RUN, schedule=None):
        fields = {"interval_seconds": 60} if schedule is None else {"schedule": schedule}
        return self.observer.traced(run, make_task(run.task, **fields))

    def spans(self, *events):
        for event in events:
            self.observer(event)
        self.observer.close()
        return self._exporter.get_finished_spans()


def record(run, outcome=Outcome.SUCCEEDED, code=ExitCode.SUCCEEDED, **more):
    return RunRecord(run, outcome, code, NOW - 5, more.pop("duration_seconds", 3.0), **more)


def test_a_run_is_a_span_with_the_facts_of_its_record(traces):
    run = traces.begun(replace(RUN, shard_index=1, shard_count=3, attempt=0), "0 3 * * *")
    counts = {"sent": 2, "of": "words"}
    [span] = traces.spans(RunFinished(record(run, counts=counts, lateness_seconds=5.0)))

    assert (span.name, span.kind, span.parent) == ("cleanup", api.SpanKind.INTERNAL, None)
    assert f"{span.context.trace_id:032x}" == run.span.trace_id
    assert f"{span.context.span_id:016x}" == run.span.span_id
    assert (span.start_time, span.end_time) == ((NOW - 5) * 1e9, (NOW - 2) * 1e9)
    assert span.status.status_code is api.StatusCode.UNSET
    assert dict(span.attributes) == {
        "rota.task": "cleanup",
        "rota.run_id": "6b05-1",
        "rota.slot": "2027-01-15T07:59:00Z",
        "rota.lateness_seconds": 5.0,
        "rota.trigger": "schedule",
        "rota.outcome": "succeeded",
        "rota.exit_code": 0,
        "rota.shard_index": 1,
        "rota.shard_count": 3,
        "rota.attempt": 0,
        "rota.counts.sent": 2,
        "faas.trigger": "timer",
        "faas.invocation_id": "6b05-1",
        "faas.time": "2027-01-15T07:59:55Z",
        "faas.cron": "0 3 * * *",
    }


def test_what_a_task_raises_and_counts_can_always_be_sent(traces, caplog):
    run, half = traces.begun(), "no file \udc80"
    failed = record(
        run,
        Outcome.FAILED,
        ExitCode.TASK_FAILED,
        reason=half,
        traceback=f"OSError: {half}",
        counts={half: 1, "most": 2**63 - 1, "more": 2**63, "shares": 1e300},
    )
    [sent] = encode_spans(traces.spans(RunFinished(failed))).resource_spans[0].scope_spans[0].spans

    names = {each.key for each in sent.attributes if each.key.startswith("rota.counts.")}
    assert names == {"rota.counts.no file ?", "rota.counts.most", "rota.counts.shares"}
    assert sent.status.message == "no file ?"
    assert not caplog.records


def test_a_run_by_hand_has_neither_slot_nor_timer(traces):
    run = traces.begun(replace(RUN, slot=None, trigger=Trigger.MANUAL))
    [span] = traces.spans(RunFinished(record(run)))
    assert span.attributes["faas.trigger"] == "other"
    assert not {"rota.slot", "faas.cron", "rota.attempt"} & set(span.attributes)


def test_a_run_whose_end_another_thread_decides_ends_now(traces):
    run = traces.begun()
    failed = record(run, Outcome.TIMED_OUT, ExitCode.TIMED_OUT, duration_seconds=None)
    [span] = traces.spans(RunFinished(failed))
    assert span.end_time == NOW * 1e9
    assert span.status.status_code is api.StatusCode.ERROR
    assert span.status.description == "timed_out"


@pytest.mark.parametrize(
    ("status", "error", "number", "expected"),
    [
        (200, None, 1, {"http.response.status_code": 200}),
        (
            503,
            None,
            3,
            {
                "http.response.status_code": 503,
                "error.type": "503",
                "http.request.resend_count": 2,
            },
        ),
        (None, "ConnectTimeout", 1, {"error.type": "ConnectTimeout"}),
    ],
    ids=["answered", "third attempt", "out of reach"],
)
async def test_an_attempt_is_a_client_span_below_its_run(traces, status, error, number, expected):
    run = traces.begun()
    execution = Execution(run, Stop(), 0.0)

    async def in_its_own_context():
        traces.observer.enter(execution)
        return execution.next_span()

    span = await asyncio.create_task(in_its_own_context())
    url = "https://api.test:8443/orders/4711"
    attempt = HttpAttempt(run, "POST", "/orders/{id}", status, number, 0.5, error, url, span)
    [made] = traces.spans(attempt)

    assert (made.name, made.kind) == ("POST /orders/{id}", api.SpanKind.CLIENT)
    assert f"{made.parent.span_id:016x}" == run.span.span_id
    assert f"{made.context.span_id:016x}" == span.span_id
    assert (made.start_time, made.end_time) == ((NOW - 0.5) * 1e9, NOW * 1e9)
    assert (made.status.status_code is api.StatusCode.ERROR) is ("error.type" in expected)
    assert dict(made.attributes) == {
        "http.request.method": "POST",
        "server.address": "api.test",
        "server.port": 8443,
        "url.full": url,
        "url.template": "/orders/{id}",
        **expected,
    }


def test_an_unknown_method_does_not_name_a_span(traces):
    run = traces.begun()
    event = HttpAttempt(run, "X-PURGE", "/a", 200, 1, 0.1, url="http://api.test/a", span=run.span)
    [made] = traces.spans(event)
    assert made.name == "HTTP /a"
    assert made.attributes["http.request.method"] == "_OTHER"
    assert made.attributes["server.port"] == 80


def test_the_run_in_place_of_one_that_was_lost_is_linked_to_it_once(traces):
    lost = replace(RUN, run_id="6b04-9")
    place = traces.begun(lost).span
    again = traces.begun(replace(RUN, trigger=Trigger.CATCH_UP))
    later = traces.begun(replace(RUN, run_id="6b06-2"))
    first, second = traces.spans(
        RunLost("cleanup", "6b04-9", int(SLOT.timestamp())),
        RunFinished(record(again)),
        RunFinished(record(later)),
    )
    [link] = first.links
    assert f"{link.context.trace_id:032x}" == place.trace_id
    assert f"{link.context.span_id:016x}" == place.span_id
    assert not second.links


def test_an_attempt_in_the_scheduler_is_linked_to_the_one_before_it(traces):
    first = traces.begun()
    other = traces.begun(replace(RUN, run_id="6b06-1", identity="another"))
    again = traces.begun(replace(RUN, run_id="6b07-1", attempt=1))
    failed = record(first, Outcome.FAILED, ExitCode.ASKED_TO_TRY_AGAIN)
    *_, spans = traces.spans(RunFinished(failed), RunFinished(record(again)))
    assert [f"{link.context.span_id:016x}" for link in spans.links] == [first.span.span_id]
    assert again.span.trace_id != first.span.trace_id != other.span.trace_id


@pytest.mark.parametrize(("sampler", "number"), [("always_off", 0), ("always_on", 1)])
def test_the_standard_sampler_decides_for_run_and_header(monkeypatch, tmp_path, sampler, number):
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    traces = Harness()
    run = traces.begun()
    assert run.span.traceparent.endswith(f"-0{number}")
    assert len(traces.spans(RunFinished(record(run)))) == number


def test_nothing_is_sampled_where_the_library_is_switched_off(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert not Harness().begun().span.sampled


def test_a_variable_that_the_library_refuses_is_an_error_in_the_settings(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "1")
    with pytest.raises(SettingsError, match="ROTA_TRACES: OpenTelemetry: max_export_batch_size"):
        make_traces(default_settings(), FixedClock(NOW))


def test_pods_of_a_job_agree_on_what_is_sampled(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    runs = [replace(RUN, run_id=f"6b05-{number}") for number in range(64)]
    verdicts = [[Harness().begun(run).span.sampled for run in runs] for _ in range(2)]
    assert verdicts[0] == verdicts[1]
    assert set(verdicts[0]) == {True, False}


def test_the_applications_variables_describe_the_process_before_rotas(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop,deployment=test")
    export = SpanExport(InMemorySpanExporter(), {"service.name": "rota", "k8s.job.uid": "u"})
    export.close()
    attributes = export.provider.resource.attributes
    assert (attributes["service.name"], attributes["deployment"]) == ("shop", "test")
    assert attributes["k8s.job.uid"] == "u"
