"""The scheduler's pages in the chart: how they are served and reached, and whether they act."""

import pytest

from rota.settings import Settings
from rota.web.access import AccessOptions, check_access
from support import helm
from support.chart_values import CONSOLES

# What the console has and they have not: their pod is the scheduler's.
_OF_A_POD = {
    "host",
    "livenessProbe",
    "nodeSelector",
    "persistence",
    "podAnnotations",
    "priorityClassName",
    "rbac",
    "resources",
    "serviceAccount",
    "tolerations",
}


def pages(console="by port-forward", **more):
    """Return values of a scheduler whose pages are like one of the consoles."""
    own = {key: value for key, value in CONSOLES[console].items() if key not in _OF_A_POD}
    return {"mode": "scheduler", "scheduler": {"pages": {"enabled": True, **own, **more}}}


def objects(values):
    return {each["kind"]: each for each in helm.objects(values)}


def settings_of(values):
    return helm.settings(objects(values)["Deployment"])


def refusals(values):
    with pytest.raises(helm.HelmRefusedError) as refusal:
        helm.template(values)
    return str(refusal.value)


def test_there_are_none_by_default():
    found = helm.template({"mode": "scheduler"})
    assert "ROTA_WEB" not in found
    assert "8081" not in found


@pytest.mark.parametrize(
    ("console", "actions"),
    [(console, actions) for console in CONSOLES for actions in (False, True)][:-1],
)
def test_their_settings_are_some_that_rota_accepts(console, actions, tmp_path):
    secret = tmp_path / "access"
    secret.write_text("somebody:something")
    values = pages(console, actions=actions)
    given = {
        name.removeprefix("ROTA_").lower(): value
        for name, value in settings_of(values).items()
        if name.startswith("ROTA_WEB_")
    }
    settings = Settings(**given)
    options = AccessOptions(
        access=settings.web_access,
        secret_file=settings.web_secret_file and secret,
        proxies=settings.web_proxies,
    )
    host, _, port = settings.web_address.rpartition(":")
    check_access(options, host, actions=settings.web_actions)
    assert settings.web_actions is actions
    ports = helm.container(objects(values)["Deployment"])["ports"]
    assert {each["name"]: each["containerPort"] for each in ports} == {
        "health": 8080,
        "web": int(port),
    }


def test_they_are_reached_by_a_service_of_their_own_and_an_ingress():
    values = pages("a password") | {"service": {"enabled": True}}
    found = helm.objects(values)
    [ingress] = [each for each in found if each["kind"] == "Ingress"]
    services = {each["metadata"]["name"]: each for each in found if each["kind"] == "Service"}
    service = services["shop-rota-pages"]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]

    assert services.keys() == {"shop-rota-pages", "shop-rota-scheduler"}
    assert backend == {"service": {"name": "shop-rota-pages", "port": {"name": "http"}}}
    assert service["spec"]["ports"] == [{"name": "http", "port": 8080, "targetPort": "web"}]
    pod = objects(values)["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= pod.items()
    assert (
        settings_of(values)["ROTA_WEB_HOSTS"] == "rota.internal.example,rota.example,shop.example"
    )


def test_an_httproute_leads_to_them():
    found = objects(pages("a proxy"))
    [rule] = found["HTTPRoute"]["spec"]["rules"]
    assert rule["backendRefs"] == [{"name": "shop-rota-pages", "port": 80}]


def test_a_secret_is_mounted_beside_the_token_of_the_business_api():
    values = pages("a password") | {"businessApi": {"url": "http://a", "existingSecret": "token"}}
    volumes = helm.pod_spec(objects(values)["Deployment"])["volumes"]
    [sources] = [each["projected"]["sources"] for each in volumes if each["name"] == "rota"]
    names = [each["secret"]["name"] for each in sources if "secret" in each]
    assert names == ["token", "shop-console"]


def test_in_hybrid_mode_console_and_scheduler_have_each_their_own():
    values = {
        **pages("a proxy"),
        "mode": "hybrid",
        "console": {"enabled": True, "access": {"mode": "none"}},
        "tasks": {"fast": {"intervalSeconds": 5}, "slow": {"intervalSeconds": 60}},
    }
    names = {each["metadata"]["name"] for each in helm.objects(values) if each["kind"] == "Service"}
    assert names == {"shop-rota-pages", "shop-rota-console"}


def test_without_a_scheduler_there_is_nothing_to_reach():
    found = helm.objects(pages("a password") | {"mode": "cronjobs"})
    assert not {"Service", "Ingress"} & {each["kind"] for each in found}


def test_a_network_policy_lets_in_who_may_reach_them():
    values = pages("a password") | {
        "networkPolicy": {"enabled": True, "egress": [{"ports": [{"port": 8000}]}]}
    }
    policies = [each for each in helm.objects(values) if each["kind"] == "NetworkPolicy"]
    [spec] = [each["spec"] for each in policies if each["metadata"]["name"] == "shop-rota-pages"]
    peer = {"podSelector": {"matchLabels": {"app": "nginx"}}}
    assert spec["ingress"] == [{"from": [peer], "ports": [{"port": 8081}]}]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        pytest.param(
            pages("everybody, on IPv6", actions=True),
            "scheduler.pages.actions: is true, but scheduler.pages.access.mode: none",
            id="everybody acts",
        ),
        pytest.param(
            pages(access={"mode": "basic"}),
            "scheduler.pages.access.existingSecret: is not set",
            id="no secret",
        ),
        pytest.param(
            pages(ingress={"enabled": True, "hosts": [{"host": "console.example"}]}),
            "scheduler.pages.ingress.enabled: is true, but scheduler.pages.access.mode: loopback",
            id="closed",
        ),
        pytest.param(
            pages(hosts=["console._"]),
            'scheduler.pages.hosts[0]: "console._"',
            id="a host",
        ),
        pytest.param(
            pages(enabled=False, actions=True),
            "scheduler.pages.actions: is true, but scheduler.pages.enabled: false",
            id="no pages",
        ),
        pytest.param(
            pages() | {"settings": {"ROTA_WEB_ACTIONS": "true"}},
            "settings.ROTA_WEB_ACTIONS: not allowed with scheduler.pages.enabled",
            id="settings",
        ),
    ],
)
def test_values_that_make_no_sense_are_refused_with_their_path(values, line):
    assert line in refusals(values)
