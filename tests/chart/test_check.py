"""The Pod of `helm test`, and the start Jobs: where the tasks would run."""

import pytest

from support import helm

PLACED = {
    "nodeSelector": {"pool": "batch"},
    "tolerations": [{"key": "batch", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "low",
}
MARKED = {"labels": {"team": "shop"}, "podAnnotations": {"example.com/mesh": "off"}}


def pods(mode, **values):
    found = helm.objects({"mode": mode, **values})
    return {each["kind"]: each for each in found}


@pytest.mark.fault(132)
@pytest.mark.parametrize("kind", ["Pod", "Job"])
def test_they_are_placed_and_labelled_like_the_tasks(kind):
    found = pods("cronjobs", taskDefaults={**PLACED, **MARKED})
    spec = helm.pod_spec(found[kind])

    assert {key: spec.get(key) for key in PLACED} == PLACED
    assert spec["containers"][0]["resources"]
    pod = found[kind] if kind == "Pod" else found[kind]["spec"]["template"]
    assert pod["metadata"]["labels"]["team"] == "shop"
    assert pod["metadata"]["annotations"]["example.com/mesh"] == "off"


@pytest.mark.fault(132)
def test_in_scheduler_mode_the_check_is_placed_like_the_scheduler():
    found = pods("scheduler", scheduler=PLACED, taskDefaults={"nodeSelector": {"pool": "none"}})

    assert {key: helm.pod_spec(found["Pod"]).get(key) for key in PLACED} == PLACED


def test_the_check_stays_for_its_log_until_the_next_one():
    annotations = pods("cronjobs")["Pod"]["metadata"]["annotations"]

    assert annotations["helm.sh/hook"] == "test"
    assert annotations["helm.sh/hook-delete-policy"] == "before-hook-creation"
