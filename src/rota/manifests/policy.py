"""What a Job does after a pod has failed, from the table of exit codes; and when it gives up."""

import math
from typing import Any

from rota.exit_codes import ExitCode

CONTAINER_NAME = "rota"

_START_SECONDS = 120
# The Job controller's wait before another pod (k8s.io/kubernetes pkg/controller/job).
_FIRST_WAIT_SECONDS = 10
_LONGEST_WAIT_SECONDS = 600


def final_exit_codes() -> list[int]:
    """Return the exit codes after which another attempt would end the same way, ascending."""
    return sorted(
        int(code) for code in ExitCode if code is not ExitCode.SUCCEEDED and not code.retryable
    )


def pod_failure_policy(*, sharded: bool) -> dict[str, Any]:
    """Return a Job's `podFailurePolicy`; an Indexed Job fails the index instead of the Job."""
    return {
        "rules": [
            # First, since a pod that was evicted is no attempt, whatever it ends with.
            {
                "action": "Ignore",
                "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
            },
            {
                "action": "FailIndex" if sharded else "FailJob",
                "onExitCodes": {
                    "containerName": CONTAINER_NAME,
                    "operator": "In",
                    "values": final_exit_codes(),
                },
            },
        ]
    }


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
