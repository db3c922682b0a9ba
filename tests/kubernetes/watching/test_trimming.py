import pytest

from rota.kubernetes.watching.cronjobs import span_of
from rota.kubernetes.watching.jobs import identity_of, run_of
from rota.kubernetes.watching.pods import attempt_of
from rota.kubernetes.watching.trimming import trimmed
from support.kubernetes_objects import cronjob, ended, job, pod, running, waiting


def full(found, **spec):
    """An object with what a real one has besides."""
    found["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    applied = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    annotations = found["metadata"].setdefault("annotations", {})
    found["metadata"]["annotations"] = annotations | applied
    found["spec"] |= spec
    return found


def test_what_is_left_says_the_same():
    a_cronjob = full(cronjob(), jobTemplate={"spec": {}})
    a_job = full(job(conditions=[("Complete", "x")]), template={"spec": {}})
    a_pod = full(pod(state=ended(4, message={"reason": "no"})), containers=[{}], volumes=[{}])

    assert span_of(trimmed(a_cronjob), 5.0) == span_of(a_cronjob, 5.0)
    assert identity_of(trimmed(a_job)) == identity_of(a_job)
    assert run_of(trimmed(a_job), [trimmed(a_pod)]) == run_of(a_job, [a_pod])
    assert attempt_of(trimmed(a_pod)).node == "node-1"


@pytest.mark.parametrize(
    "found",
    [
        {"state": waiting("ImagePullBackOff", "no such image")},
        {"state": running()},
        {"state": waiting("CrashLoopBackOff"), "last_state": ended(4)},
        {"status": {"reason": "Evicted", "message": "disk"}},
        {"status": {"conditions": [{"type": "PodScheduled", "status": "False", "reason": "No"}]}},
        {"status": {"conditions": [{"type": "DisruptionTarget", "status": "True", "reason": "x"}]}},
        {"status": {"initContainerStatuses": [{"name": "i", "state": waiting("Bad")}]}},
    ],
    ids=["waiting", "running", "again", "evicted", "unscheduled", "drained", "init"],
)
def test_what_is_left_of_a_pod_says_the_same(found):
    a_pod = full(pod(**found), containers=[{}])
    a_pod["status"] |= {"podIP": "10.0.0.1", "qosClass": "Burstable"}

    assert attempt_of(trimmed(a_pod)) == attempt_of(a_pod)
    assert "podIP" not in str(trimmed(a_pod))


def test_templates_and_the_history_of_fields_are_not_kept():
    for found in (
        full(cronjob(), jobTemplate={"x": "large"}),
        full(job(), template={"x": "large"}),
        full(pod(), containers=["large"], initContainers=["large"], volumes=["large"]),
    ):
        text = str(trimmed(found))
        assert "large" not in text
        assert "managedFields" not in text
        assert "last-applied" not in text
        assert "managedFields" in str(found), "the original is left alone"


def test_an_object_without_anything_is_let_through():
    assert trimmed({}) == {"metadata": {}}
    event = {"metadata": {"name": "e"}, "reason": "FailedCreate"}
    assert trimmed(event) == event


def test_of_a_cronjobs_environment_only_rotas_settings_are_kept():
    env = [
        {"name": "ROTA_SETTINGS", "value": "ROTA_ONLY=cleanup"},
        {"name": "DATABASE_PASSWORD", "value": "canary"},
        {"name": "ROTA_JOB_UID", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}},
    ]
    container = {
        "name": "rota",
        "args": ["run", "cleanup"],
        "env": env,
        "image": "shop:1",
        "ports": [],
    }
    template = {"spec": {"template": {"spec": {"containers": [container]}}}}
    kept = trimmed(cronjob(jobTemplate=template))["spec"]["jobTemplate"]["spec"]

    [left] = kept["template"]["spec"]["containers"]
    assert left == {"name": "rota", "args": ["run", "cleanup"], "env": env[:1], "image": "shop:1"}
