"""Where a run and its requests stand in a trace: W3C trace context, without a tracing library."""

import hashlib
from dataclasses import dataclass

_TRACE_DIGITS = 32
_SPAN_DIGITS = 16


@dataclass(frozen=True, slots=True)
class SpanContext:
    """A span's place: ids in lower-case hex, of 32 and 16 digits; `parent_id` is None at the root.

    What is not `sampled` is not exported, here nor, if it follows suit, by what is asked.
    """

    trace_id: str
    span_id: str
    parent_id: str | None = None
    sampled: bool = True

    @property
    def traceparent(self) -> str:
        """The header of a request that this span makes (https://www.w3.org/TR/trace-context/)."""
        return f"00-{self.trace_id}-{self.span_id}-{self.sampled:02x}"


def trace_id_of(identity: str) -> str:
    """Return the trace of a run: the first half of the SHA-256 of `identity`.

    That is the uid of the run's Job, so that all pods of a Job share a trace, or else the run id.
    Both are unique everywhere; a slot is not, since two installations that send to one collector
    may have the same task. Who knows the run knows the trace, so that nothing is stored.

    >>> trace_id_of("6923a1b0-0123456789")
    '22072d19db85ed901bd83106c2f591c8'
    """
    return hashlib.sha256(identity.encode()).hexdigest()[:_TRACE_DIGITS]


def root_span_id(trace_id: str, run_id: str, shard_index: int, attempt: int | None) -> str:
    """Return the span of a run in its trace.

    Kubernetes counts the attempts of some Jobs, and then the next one knows it, too; `run_id` is
    for the others.
    """
    run = run_id if attempt is None else f"shard {shard_index} attempt {attempt}"
    return hashlib.sha256(f"{trace_id} {run}".encode()).hexdigest()[:_SPAN_DIGITS]
