import re
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from rota.model.trace import SpanContext, root_span_id, trace_id_of


@given(st.text())
def test_a_trace_is_the_half_of_a_hash_that_sha256sum_prints(identity):
    assert trace_id_of(identity) == sha256(identity.encode()).hexdigest()[:32]


@given(st.text(), st.integers(0, 99), st.none() | st.integers(0, 9))
def test_a_header_is_that_of_the_standard(run_id, shard, attempt):
    trace_id = trace_id_of(run_id)
    span = SpanContext(trace_id, root_span_id(trace_id, run_id, shard, attempt))
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", span.traceparent)


def test_what_is_not_sampled_says_so():
    assert SpanContext("a" * 32, "b" * 16, sampled=False).traceparent.endswith("-00")


def test_pods_of_a_job_have_spans_of_their_own():
    spans = [
        root_span_id("t", "r1", 0, None),
        root_span_id("t", "r2", 0, None),
        root_span_id("t", "r1", 0, 0),
        root_span_id("t", "r1", 0, 1),
        root_span_id("t", "r1", 1, 0),
    ]
    assert len(set(spans)) == len(spans)
    assert root_span_id("t", "r1", 0, 1) == root_span_id("t", "another", 0, 1)
