from rota.kubernetes.manifests.pod_failure_policy import final_exit_codes, pod_failure_policy
from rota.model.exit_codes import ExitCode


def test_the_codes_that_end_a_job_are_those_that_no_other_attempt_would_change():
    assert final_exit_codes() == [2, 3, 7]
    assert all(not ExitCode(code).retryable for code in final_exit_codes())


def test_a_disrupted_pod_is_ignored_before_its_exit_code_is_looked_at():
    ignore, fail = pod_failure_policy(sharded=False)["rules"]

    assert ignore == {
        "action": "Ignore",
        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
    }
    assert fail["action"] == "FailJob"
    assert fail["onExitCodes"] == {"containerName": "rota", "operator": "In", "values": [2, 3, 7]}


def test_a_shard_fails_its_index_alone():
    assert pod_failure_policy(sharded=True)["rules"][1]["action"] == "FailIndex"
