import pytest

from rota.settings import Settings
from support import helm

FAST = {"fast": {"intervalSeconds": 5}, "half": {"intervalSeconds": 30}}


def deployment(**values):
    return helm.only({"mode": "scheduler", **values}, "Deployment")


def mounted(found, path):
    (name,) = [
        each["name"] for each in helm.container(found)["volumeMounts"] if each["mountPath"] == path
    ]
    (volume,) = [each for each in helm.pod_spec(found)["volumes"] if each["name"] == name]
    return {key: value for key, value in volume.items() if key != "name"}


def test_scheduler_mode_is_one_deployment_and_no_cronjob():
    kinds = [each["kind"] for each in helm.objects({"mode": "scheduler", "tasks": FAST})]
    assert kinds == ["ServiceAccount", "ConfigMap", "Deployment", "Pod"]
    assert helm.container(deployment())["args"] == ["scheduler"]


@pytest.mark.parametrize("replicas", [0, 1])
def test_there_are_never_two_schedulers(replicas):
    spec = deployment(scheduler={"replicas": replicas})["spec"]
    assert spec["replicas"] == replicas
    assert spec["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("mode", ["cronjobs", "scheduler", "hybrid"])
def test_more_replicas_are_refused_with_the_reason(mode):
    with pytest.raises(helm.HelmRefusedError, match="two schedulers would run every task twice"):
        helm.template({"mode": mode, "scheduler": {"replicas": 2}})


def test_the_probes_ask_what_rota_serves():
    own = helm.container(deployment())
    (port,) = own["ports"]
    address = helm.settings(deployment())["ROTA_HEALTH_ADDRESS"]
    assert Settings(health_address=address).health_address.endswith(f":{port['containerPort']}")
    for probe, path in (
        ("livenessProbe", "/livez"),
        ("readinessProbe", "/readyz"),
        ("startupProbe", "/livez"),
    ):
        assert own[probe]["httpGet"] == {"path": path, "port": port["name"]}
    assert own["livenessProbe"]["failureThreshold"] == 3


def test_a_probe_is_changed_by_key_and_left_out_by_null():
    own = helm.container(
        deployment(scheduler={"livenessProbe": {"periodSeconds": 60}, "startupProbe": None})
    )
    assert own["livenessProbe"]["periodSeconds"] == 60
    assert own["livenessProbe"]["failureThreshold"] == 3
    assert "startupProbe" not in own


def test_the_state_is_in_a_volume_of_the_kind_that_was_asked_for():
    path = helm.settings(deployment())["ROTA_STATE_PATH"]
    folder = path.rpartition("/")[0]
    assert mounted(deployment(), folder) == {"emptyDir": {"sizeLimit": "64Mi"}}
    kept = {"persistence": {"enabled": True}}
    claim = helm.only({"mode": "scheduler", "state": kept}, "PersistentVolumeClaim")
    assert mounted(deployment(state=kept), folder) == {
        "persistentVolumeClaim": {"claimName": claim["metadata"]["name"]}
    }
    assert "storageClassName" not in claim["spec"]
    own = {"persistence": {"enabled": True, "existingClaim": "mine"}}
    assert mounted(deployment(state=own), folder)["persistentVolumeClaim"]["claimName"] == "mine"
    assert not helm.objects({"mode": "scheduler", "state": own}, "PersistentVolumeClaim")


@pytest.mark.parametrize("storage_class", ["", "fast"])
def test_no_storage_class_is_another_thing_than_the_default_one(storage_class):
    state = {"persistence": {"enabled": True, "storageClassName": storage_class}}
    claim = helm.only({"mode": "scheduler", "state": state}, "PersistentVolumeClaim")
    assert claim["spec"]["storageClassName"] == storage_class


def test_in_hybrid_mode_each_task_has_exactly_one_that_runs_it():
    found = helm.objects({"mode": "hybrid", "tasks": {**FAST, "slow": {"intervalSeconds": 60}}})
    assert set(helm.by_task(found)) == {"slow"}
    (own,) = [each for each in found if each["kind"] == "Deployment"]
    assert helm.settings(own)["ROTA_ONLY"] == "fast,half"
    (config,) = [each for each in found if each["kind"] == "ConfigMap"]
    assert helm.settings(config)["ROTA_ONLY"] == "fast,half,slow"


def test_hybrid_mode_has_no_scheduler_where_cronjobs_can_do_it_all():
    kinds = {each["kind"] for each in helm.objects({"mode": "hybrid"})}
    assert "Deployment" not in kinds
    assert kinds == {each["kind"] for each in helm.objects({"mode": "cronjobs"})}


@pytest.mark.parametrize(
    "changed",
    [
        {"settings": {"LOG_LEVEL": "debug"}},
        {"tasks": {"cleanup": {"intervalSeconds": 3600, "timeoutSeconds": 60}}},
        {"gracePeriodSeconds": 5},
        {"suspendAll": True},
    ],
    ids=str,
)
def test_a_changed_setting_rolls_the_deployment_and_leaves_cronjobs_alone(changed):
    def checksum(**values):
        return deployment(**values)["spec"]["template"]["metadata"]["annotations"]

    assert checksum(**changed) != checksum()
    cronjob = helm.by_task(helm.objects(changed))["cleanup"]
    assert "annotations" not in cronjob["spec"]["jobTemplate"]["spec"]["template"]["metadata"]


@pytest.mark.parametrize(
    ("key", "kind"), [("service", "Service"), ("podDisruptionBudget", "PodDisruptionBudget")]
)
def test_what_means_nothing_without_a_scheduler_is_not_made(key, kind):
    assert helm.only({"mode": "scheduler", key: {"enabled": True}}, kind)
    assert not helm.objects({"mode": "cronjobs", key: {"enabled": True}}, kind)
    assert not helm.objects({"mode": "scheduler"}, kind)


def test_a_network_policy_lets_dns_and_the_named_way_out():
    rule = {"to": [{"podSelector": {"matchLabels": {"app": "shop"}}}], "ports": [{"port": 8000}]}
    spec = helm.only({"networkPolicy": {"enabled": True, "egress": [rule]}}, "NetworkPolicy")[
        "spec"
    ]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec
    dns, own = spec["egress"]
    assert own == rule
    assert {each["protocol"] for each in dns["ports"]} == {"UDP", "TCP"}
    assert "to" not in dns
    labels = deployment()["spec"]["template"]["metadata"]["labels"]
    assert spec["podSelector"]["matchLabels"].items() <= labels.items()


def test_a_network_policy_without_a_way_out_is_refused():
    with pytest.raises(helm.HelmRefusedError, match=r"networkPolicy.egress: is not set"):
        helm.template({"networkPolicy": {"enabled": True}})
