"""How long a Job gets for all attempts at a task: its CronJob states it, and its pods know it."""

import math

_START_SECONDS = 120
# The Job controller's wait before another pod (k8s.io/kubernetes pkg/controller/job).
_FIRST_WAIT_SECONDS = 10
_LONGEST_WAIT_SECONDS = 600


def active_deadline_seconds(
    *, timeout_seconds: float, backoff_limit: int, termination_grace_seconds: int
) -> int:
    """Return an `activeDeadlineSeconds` that leaves room for every attempt and the waits between.

    It is the net below rota's own timeout: two minutes to start, each attempt with its grace, and
    the Job controller's doubling waits.
    """
    attempt_seconds = math.ceil(timeout_seconds) + termination_grace_seconds
    waits_seconds = sum(
        min(_FIRST_WAIT_SECONDS << retry, _LONGEST_WAIT_SECONDS) for retry in range(backoff_limit)
    )
    return _START_SECONDS + (backoff_limit + 1) * attempt_seconds + waits_seconds
