"""Nothing is rendered that the API server would drop, so that a comparison shows no difference."""

import pytest

from support import helm
from support.chart_values import CI_VALUES, EVERYTHING, MODES, SHAPES, with_console

# Pointers to structures, which stay as they are: to be there already means something.
KEPT_EMPTY = {"emptyDir", "namespaceSelector", "podSelector", "nodeAffinity", "podAffinity"}
GAPS = {
    "commonLabels": {"gone": None},
    "podSecurityContext": {"fsGroup": None, "seccompProfile": {"localhostProfile": None}},
    "securityContext": {"capabilities": {"add": [], "drop": ["ALL"]}},
    "taskDefaults": {
        "resources": {"limits": {}, "requests": {}, "claims": []},
        "affinity": {},
        "nodeSelector": {"gone": None},
        "tolerations": [{"key": "batch", "operator": "Exists", "value": None}],
    },
    "scheduler": {"resources": {"limits": {}, "requests": None}, "annotations": {"gone": None}},
    "networkPolicy": {
        "enabled": True,
        "egress": [{"to": [], "ports": []}, {"to": [{"podSelector": {"matchLabels": {}}}]}],
        "ingressFrom": [],
    },
    "volumes": [{"name": "data", "emptyDir": {}}],
    "initContainers": [{"name": "wait", "image": "x", "args": [], "resources": {}, "env": None}],
    "envFrom": [],
}
CASES = {
    f"{name}, {mode}": {**values, "mode": mode}
    for name, values in {**SHAPES, "gaps": GAPS, "everything with gaps": EVERYTHING | GAPS}.items()
    for mode in MODES
} | CI_VALUES
CASES["a console with gaps"] = with_console(
    {
        "access": {"mode": "none"},
        "resources": {"limits": {}, "requests": None},
        "tolerations": [],
        "annotations": {"gone": None},
        "ingress": {"enabled": True, "hosts": [{"host": "rota.example", "paths": []}], "tls": []},
        "networkPolicy": {"egress": [{"to": [], "ports": []}], "ingressFrom": []},
    },
    **GAPS,
)


def gaps(value, path):
    """Yield the paths of nulls, empty lists and empty maps."""
    if value is None or value == []:
        yield path
    elif isinstance(value, dict):
        # An item of a list may be empty: a rule that allows everything.
        if not value and path.rpartition(".")[2] not in KEPT_EMPTY and not path.endswith("]"):
            yield path
        for key, each in value.items():
            yield from gaps(each, f"{path}.{key}")
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from gaps(each, f"{path}[{at}]")


@pytest.mark.fault(133)
@pytest.mark.parametrize("case", CASES)
def test_no_object_has_what_the_api_server_drops(case):
    for each in helm.objects(CASES[case]):
        assert list(gaps(each, each["kind"])) == []


@pytest.mark.fault(125)
@pytest.mark.parametrize(
    ("mode", "console"), [*((mode, False) for mode in MODES), ("cronjobs", True)]
)
def test_in_an_upgrade_what_comes_and_goes_is_null_in_objects_that_are_changed_in_place(
    mode, console
):
    values = {"mode": mode, "console": {"enabled": console}}
    rendered = helm.template(values, more=("--is-upgrade",))
    nulls = set()
    for each in helm.parse(rendered, as_stored=False):
        found = {path.rpartition(".")[2] for path in gaps(each, each["kind"])}
        assert each["kind"] in ("CronJob", "Deployment", "Job") or not found
        nulls |= found

    assert nulls <= helm.RESET_KEYS
    assert {"priorityClassName", "tolerations"} <= nulls
    assert ("ttlSecondsAfterFinished" in nulls) is (mode != "scheduler")
    assert "suspend" not in helm.RESET_KEYS


@pytest.mark.parametrize("mode", MODES)
def test_an_installation_writes_no_null(mode):
    for each in helm.parse(helm.template({"mode": mode}), as_stored=False):
        if each["kind"] != "Job":
            assert list(gaps(each, each["kind"])) == []


def test_the_walk_finds_each_kind_of_gap():
    found = {"a": None, "b": [], "c": {}, "d": [{"emptyDir": {}}, {}, None], "e": 0, "f": ""}
    assert list(gaps(found, "")) == [".a", ".b", ".c", ".d[2]"]


def test_an_empty_map_that_means_something_stays():
    peer = {"podSelector": {}, "namespaceSelector": {}}
    values = {"networkPolicy": {"enabled": True, "egress": [{}], "ingressFrom": [peer]}}
    spec = helm.only(values, "NetworkPolicy")["spec"]
    assert spec["egress"][1:] == [{}]
    assert spec["ingress"][0]["from"] == [peer]


def test_0_false_and_empty_texts_stay():
    task = {
        "intervalSeconds": 60,
        "backoffLimit": 0,
        "ttlSecondsAfterFinished": 0,
        "env": {"EMPTY": ""},
    }
    values = {"tasks": {"cleanup": {**task, "successfulJobsHistoryLimit": 0}}}
    found = helm.by_task(helm.objects(values))["cleanup"]
    assert found["spec"]["successfulJobsHistoryLimit"] == 0
    job = found["spec"]["jobTemplate"]["spec"]
    assert (job["backoffLimit"], job["ttlSecondsAfterFinished"]) == (0, 0)
    assert helm.environment(found)["EMPTY"] == ""
    assert helm.pod_spec(found)["automountServiceAccountToken"] is False
