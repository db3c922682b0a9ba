"""Idempotency-Key: the same for the same piece of work, in every attempt.

Keys are 32 hexadecimal digits of a SHA-256. An API that remembers them can distinguish a repeated
POST from a new one (draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
import uuid
from collections import Counter
from weakref import WeakKeyDictionary

from rota.model.clock import Clock, SystemClock
from rota.model.context import Execution, current_execution, current_items
from rota.net.options import ApiOptions
from rota.net.stable_request import StableRequest

HEADER = "Idempotency-Key"


def item_key(options: ApiOptions, operation: str, item: object) -> str:
    """Return the key for doing `operation` to `item`: the same in every run of a release."""
    return _digest("item", *_installation(options), operation, str(item))


def operation_key(options: ApiOptions, operation: str) -> str:
    """Return the key for doing `operation` once per slot; a random one outside a run."""
    execution = current_execution()
    if execution is None:
        return uuid.uuid4().hex
    run = execution.run
    return _digest(
        "operation", *_installation(options), operation, execution.oldest_name, run.identity
    )


class RequestKeys:
    """Makes keys for requests without one.

    Inside a run a key is made from the run's identity, the items of the fan-outs around the
    request, the request without what differs between attempts (see `rota.net.stable_request`), and
    the number of equal requests that the run has sent: a second attempt at the slot repeats the
    keys of the first. Outside a run it is random.
    """

    def __init__(self, options: ApiOptions, clock: Clock | None = None) -> None:
        self._installation = _installation(options)
        self._clock = clock or SystemClock()
        self._sent: WeakKeyDictionary[Execution, Counter[str]] = WeakKeyDictionary()

    def next_key(self, method: str, target: str, body: bytes, content_type: str = "") -> str:
        """Return the key for one more request."""
        execution = current_execution()
        if execution is None:
            return uuid.uuid4().hex
        run, now = execution.run, self._clock.timestamp()
        started_at = now if execution.started_at is None else execution.started_at
        stable = StableRequest(run, started_at, now)
        request = _digest(
            "request",
            method,
            stable.target(target),
            stable.body(body, content_type),
            str(run.shard_index),
            *current_items(),
        )
        sent = self._sent.setdefault(execution, Counter())
        sent[request] += 1
        count = str(sent[request])
        return _digest(request, *self._installation, execution.oldest_name, run.identity, count)


def _installation(options: ApiOptions) -> tuple[str, str]:
    return options.release, options.namespace


def _digest(*parts: str) -> str:
    # With lengths, so that ("ab", "c") and ("a", "bc") differ. Half a surrogate pair is kept.
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]
