"""What a Job does after a pod has failed, from the table of exit codes."""

from typing import Any

from rota.model.exit_codes import ExitCode

CONTAINER_NAME = "rota"


def final_exit_codes() -> list[int]:
    """Return the exit codes after which another attempt would not help, ascending."""
    return sorted(
        int(code) for code in ExitCode if code is not ExitCode.SUCCEEDED and not code.retryable
    )


def pod_failure_policy(*, sharded: bool) -> dict[str, Any]:
    """Return a Job's `podFailurePolicy`; an Indexed Job fails the index instead of the Job."""
    return {
        "rules": [
            # First, since an evicted pod does not count as an attempt, whatever its exit code.
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
