import pytest

from rota.exit_codes import ExitCode
from rota.manifests.policy import active_deadline_seconds, final_exit_codes, pod_failure_policy


def test_the_codes_that_end_a_job_are_those_that_no_other_attempt_would_change():
    assert final_exit_codes() == [2, 3]
    assert all(not ExitCode(code).retryable for code in final_exit_codes())


def test_a_disrupted_pod_is_ignored_before_its_exit_code_is_looked_at():
    ignore, fail = pod_failure_policy(sharded=False)["rules"]

    assert ignore == {
        "action": "Ignore",
        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
    }
    assert fail["action"] == "FailJob"
    assert fail["onExitCodes"] == {"containerName": "rota", "operator": "In", "values": [2, 3]}


def test_a_shard_fails_its_index_alone():
    assert pod_failure_policy(sharded=True)["rules"][1]["action"] == "FailIndex"


@pytest.mark.parametrize(
    ("timeout", "backoff_limit", "grace", "expected"),
    [
        pytest.param(60, 0, 30, 120 + 90, id="one-attempt-no-wait"),
        pytest.param(60, 1, 30, 120 + 2 * 90 + 10, id="one-wait"),
        pytest.param(3600, 2, 30, 120 + 3 * 3630 + 10 + 20, id="waits-double"),
        pytest.param(0.5, 0, 5, 120 + 6, id="parts-of-a-second-round-up"),
        pytest.param(60, 6, 30, 120 + 7 * 90 + 10 + 20 + 40 + 80 + 160 + 320, id="all-below-ten"),
        pytest.param(60, 8, 30, 120 + 9 * 90 + 630 + 2 * 600, id="ten-minutes-at-most"),
    ],
)
def test_the_deadline_leaves_room_for_every_attempt(timeout, backoff_limit, grace, expected):
    found = active_deadline_seconds(
        timeout_seconds=timeout, backoff_limit=backoff_limit, termination_grace_seconds=grace
    )

    assert found == expected
