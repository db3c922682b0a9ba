"""The console of the chart: its pod, what it may read, how it is reached, what CronJobs keep."""

import functools
import json
import random

import pytest

from rota.schedules import Cron
from rota.settings import Settings
from rota.web.access import AccessOptions, check_access
from support import helm
from support.chart_values import CONSOLES, with_console

THREE_HOURS = 3 * 60 * 60


@functools.cache
def rendered(values):
    return helm.template(json.loads(values))


def objects(console=None, **values):
    """Return the console's objects by kind."""
    found = helm.parse(rendered(json.dumps(with_console(console or {}, **values))))
    label = "app.kubernetes.io/component"
    own = [each for each in found if each["metadata"]["labels"].get(label) == "console"]
    return {each["kind"]: each for each in own}


def deployment(console=None, **values):
    return objects(console, **values)["Deployment"]


def told(values, version="helm"):
    """Return the lines in which the templates refuse."""
    with pytest.raises(helm.HelmRefusedError) as refusal:
        helm.template(values, version=version)
    return str(refusal.value).partition("\n\n")[2].partition("\n\n")[0].splitlines()


# What is there.


def test_there_is_none_by_default():
    assert "console" not in helm.template()


@pytest.mark.parametrize(
    ("console", "kinds"),
    [
        ("by port-forward", {"Role", "RoleBinding", "ServiceAccount"}),
        (
            "a password",
            {"Ingress", "PersistentVolumeClaim", "Role", "RoleBinding", "Service"}
            | {"ServiceAccount"},
        ),
        ("a proxy", {"HTTPRoute", "Service"}),
        ("everybody, on IPv6", {"Role", "RoleBinding", "Service", "ServiceAccount"}),
    ],
)
def test_it_has_the_objects_that_its_values_ask_for(console, kinds):
    assert objects(CONSOLES[console]).keys() == kinds | {"Deployment"}


def test_there_is_one_pod_and_never_two_that_write_one_ledger():
    spec = deployment()["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert helm.container(deployment())["args"] == ["console"]


def test_its_selector_selects_its_own_pod_alone():
    values = {"mode": "hybrid", "tasks": {"fast": {"intervalSeconds": 5}, "slow": {}}}
    values["tasks"]["slow"] = {"intervalSeconds": 60}
    found = helm.objects(with_console({"access": {"mode": "none"}}, **values))
    pods = [each["spec"]["template"] for each in found if each["kind"] == "Deployment"]
    pods += [
        each["spec"]["jobTemplate"]["spec"]["template"]
        for each in found
        if each["kind"] == "CronJob"
    ]
    assert len(pods) == 3
    (service,) = [each for each in found if each["kind"] == "Service"]
    own = deployment(**values)["spec"]["selector"]["matchLabels"]
    assert service["spec"]["selector"] == own
    selected = [pod for pod in pods if own.items() <= pod["metadata"]["labels"].items()]
    assert [pod["spec"]["containers"][0]["args"] for pod in selected] == [["console"]]


# What it may read.


def test_it_may_only_read_and_only_what_it_needs():
    found = objects()
    assert found["Role"]["rules"] == [
        {
            "apiGroups": ["batch"],
            "resources": ["cronjobs", "jobs"],
            "verbs": ["get", "list", "watch"],
        },
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["list", "watch"]},
    ]
    without = objects({"rbac": {"events": False}})["Role"]["rules"]
    assert without == found["Role"]["rules"][:2]


def test_the_role_is_that_of_its_own_account():
    found = {each["kind"]: each for each in objects().values()}
    account = found["ServiceAccount"]["metadata"]
    assert found["RoleBinding"]["roleRef"]["name"] == found["Role"]["metadata"]["name"]
    assert found["RoleBinding"]["subjects"] == [
        {
            "kind": "ServiceAccount",
            "name": account["name"],
            "namespace": account["namespace"],
        }
    ]
    pod = helm.pod_spec(found["Deployment"])
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == (
        account["name"],
        True,
    )
    assert found["ServiceAccount"]["automountServiceAccountToken"] is False


def test_other_pods_keep_their_account_without_a_token():
    found = helm.by_task(helm.objects(with_console({})))
    pod = helm.pod_spec(found["cleanup"])
    assert pod["serviceAccountName"] == "shop-rota"
    assert pod["automountServiceAccountToken"] is False


def test_it_gets_no_credentials_of_the_business_api():
    api = {
        "existingSecret": "shop-token",
        "ca": {"existingConfigMap": "shop-ca"},
        "clientCertificate": {"existingSecret": "shop-client"},
    }
    found = deployment(businessApi=api)
    assert "shop-" not in str(helm.pod_spec(found)["volumes"])
    assert not {name for name in helm.settings(found) if name.startswith("ROTA_API_")}


# How it is reached.


@pytest.mark.parametrize("console", CONSOLES)
def test_its_settings_are_some_that_rota_accepts(console, tmp_path):
    secret = tmp_path / "access"
    secret.write_text("somebody:something")
    given = {
        name.removeprefix("ROTA_").lower(): value
        for name, value in helm.settings(deployment(CONSOLES[console])).items()
        if name.startswith("ROTA_WEB_") or name == "ROTA_HEALTH_ADDRESS"
    }
    settings = Settings(**given)
    options = AccessOptions(
        access=settings.web_access,
        secret_file=settings.web_secret_file and secret,
        proxies=settings.web_proxies,
        user_header=settings.web_user_header,
    )
    host, _, port = settings.web_address.rpartition(":")
    check_access(options, host)
    ports = {
        each["name"]: each["containerPort"]
        for each in helm.container(deployment(CONSOLES[console]))["ports"]
    }
    assert ports["web"] == int(port)
    assert ports["health"] == int(settings.health_address.rpartition(":")[2])


def test_without_access_it_serves_its_pages_inside_of_its_pod_only():
    assert helm.settings(deployment())["ROTA_WEB_ADDRESS"] == "127.0.0.1:8081"
    assert "Service" not in objects()


def test_the_secret_is_a_file_where_rota_looks_for_it():
    found = deployment(CONSOLES["a proxy"])
    (sources,) = [
        each["projected"]["sources"]
        for each in helm.pod_spec(found)["volumes"]
        if each["name"] == "rota"
    ]
    (secret,) = [each["secret"] for each in sources if "secret" in each]
    (item,) = secret["items"]
    assert (secret["name"], item["key"]) == ("shop-console", "proxy")
    path = helm.settings(found)["ROTA_WEB_SECRET_FILE"]
    assert path == f"/etc/rota/{item['path']}"
    assert helm.settings(found)["ROTA_WEB_PROXIES"] == "10.0.0.0/8,192.0.2.1"
    assert helm.settings(found)["ROTA_WEB_USER_HEADER"] == "X-Auth-Request-User"


def test_the_probes_and_prometheus_have_a_port_without_a_password():
    own = helm.container(deployment())
    for probe, path in (
        ("livenessProbe", "/livez"),
        ("readinessProbe", "/readyz"),
        ("startupProbe", "/livez"),
    ):
        assert own[probe]["httpGet"] == {"path": path, "port": "health"}
    monitor = helm.only(with_console({}, metrics={"podMonitor": {"enabled": True}}), "PodMonitor")
    assert monitor["spec"]["podMetricsEndpoints"][0]["port"] == "health"


def test_an_ingress_leads_to_the_pages_and_its_hosts_are_answered():
    found = objects(CONSOLES["a password"])
    spec = found["Ingress"]["spec"]
    (port,) = found["Service"]["spec"]["ports"]
    assert (port["port"], port["targetPort"]) == (8080, "web")
    paths = [path for rule in spec["rules"] for path in rule["http"]["paths"]]
    name = found["Service"]["metadata"]["name"]
    leads_to = {"service": {"name": name, "port": {"name": port["name"]}}}
    assert [each["backend"] for each in paths] == [leads_to] * 2
    shown = [(each["path"], each["pathType"]) for each in paths]
    assert shown == [("/", "Prefix"), ("/rota", "Exact")]
    assert spec["ingressClassName"] == "nginx"
    assert spec["tls"] == [{"secretName": "rota-tls", "hosts": ["rota.example"]}]
    hosts = helm.settings(found["Deployment"])["ROTA_WEB_HOSTS"].split(",")
    assert hosts == ["rota.internal.example", "rota.example", "shop.example"]


def test_an_httproute_leads_to_the_pages_and_its_hosts_are_answered():
    found = objects(CONSOLES["a proxy"])
    spec = found["HTTPRoute"]["spec"]
    (port,) = found["Service"]["spec"]["ports"]
    backend = {"name": found["Service"]["metadata"]["name"], "port": port["port"]}
    assert spec == {
        "parentRefs": [{"name": "gateway", "sectionName": "https", "port": 443}],
        "hostnames": ["rota.example"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [backend],
            }
        ],
    }
    assert helm.settings(found["Deployment"])["ROTA_WEB_HOSTS"] == "rota.example"


def test_a_rule_of_ones_own_may_lead_elsewhere():
    rules = [{"filters": [{"type": "RequestRedirect"}], "backendRefs": [{"name": "x", "port": 1}]}]
    console = CONSOLES["a proxy"]
    route = {**console["httpRoute"], "rules": rules}
    assert objects({**console, "httpRoute": route})["HTTPRoute"]["spec"]["rules"] == rules


def test_a_network_policy_lets_it_reach_the_api_server_and_the_pages_be_reached():
    peer = {"podSelector": {"matchLabels": {"app": "nginx"}}}
    network = {"networkPolicy": {"enabled": True, "egress": [{"ports": [{"port": 8000}]}]}}
    spec = objects({"networkPolicy": {"ingressFrom": [peer]}}, **network)["NetworkPolicy"]["spec"]
    assert spec["egress"] == [{"ports": [{"port": 443}, {"port": 6443}]}]
    assert spec["ingress"] == [{"from": [peer], "ports": [{"port": 8081}]}]
    labels = deployment()["spec"]["template"]["metadata"]["labels"]
    assert spec["podSelector"]["matchLabels"].items() <= labels.items()
    assert "ingress" not in objects({}, **network)["NetworkPolicy"]["spec"]


# What it keeps, and what CronJobs keep for it.


def test_its_ledger_is_in_a_volume_of_the_kind_that_was_asked_for():
    def state(console):
        volumes = helm.pod_spec(deployment(console))["volumes"]
        return next(each for each in volumes if each["name"] == "state")

    assert state({}) == {"name": "state", "emptyDir": {"sizeLimit": "512Mi"}}
    claim = objects(CONSOLES["a password"])["PersistentVolumeClaim"]["metadata"]["name"]
    assert state(CONSOLES["a password"])["persistentVolumeClaim"] == {"claimName": claim}
    assert state(CONSOLES["a proxy"])["persistentVolumeClaim"] == {"claimName": "mine"}


def limits(task, **values):
    found = helm.only({**values, "tasks": {"x": task}}, "CronJob")["spec"]
    return found["successfulJobsHistoryLimit"], found["failedJobsHistoryLimit"]


@pytest.mark.parametrize(
    ("task", "kept"),
    [
        ({"intervalSeconds": 60}, 10),
        ({"intervalSeconds": 90}, 7),
        ({"intervalSeconds": 180}, 4),
        ({"intervalSeconds": 300}, 3),
        ({"schedule": "@hourly"}, 3),
        ({"schedule": "* 3 * * *"}, 10),
        ({"schedule": "58-59,0-3 * * * *"}, 6),
        ({"schedule": "0,0,1,1,2,2 * * * *"}, 3),
        ({"schedule": "*/2\u00a0* * * *"}, 5),
        ({"intervalSeconds": 60, "successfulJobsHistoryLimit": 2}, 2),
        ({"intervalSeconds": 60, "successfulJobsHistoryLimit": 0}, 0),
    ],
    ids=str,
)
def test_cronjobs_keep_the_successes_of_ten_minutes_and_one_failure(task, kept):
    assert limits(task, **with_console({})) == (kept, 1)
    assert limits(task)[1] == 3


def test_history_limits_that_are_stated_win():
    defaults = {"taskDefaults": {"successfulJobsHistoryLimit": 5, "failedJobsHistoryLimit": 4}}
    assert limits({"intervalSeconds": 60}, **with_console({}, **defaults)) == (5, 4)


def minute_fields():
    """Return 200 of them: lists, steps, ranges with steps."""
    chosen = random.Random(26)  # noqa: S311 (the same fields each time)
    for _ in range(100):
        minutes = chosen.sample(range(60), chosen.randint(1, 20))
        yield ",".join(map(str, minutes))
    for _ in range(40):
        yield f"*/{chosen.randint(1, 59)}"
    for _ in range(60):
        first, last, step = chosen.randint(0, 30), chosen.randint(30, 59), chosen.randint(1, 7)
        yield f"{first}-{last}/{step},{chosen.randint(0, 59)}"


def test_as_many_are_kept_as_come_due_in_ten_minutes():
    tasks = {f"t{at}": {"schedule": f"{field} * * * *"} for at, field in enumerate(minute_fields())}
    found = helm.by_task(helm.objects(with_console({}, tasks=tasks)))
    for name, task in tasks.items():
        kept = found[name]["spec"]["successfulJobsHistoryLimit"]
        assert kept == max(3, most_in_ten_minutes(task["schedule"])), task


def most_in_ten_minutes(text):
    schedule, slots, at = Cron(text), [], 0
    while at < THREE_HOURS:
        at = schedule.next_epoch(at)
        slots.append(at)
    return max(sum(slot <= each < slot + 600 for each in slots) for slot in slots)


# What is refused.

OPEN = {"access": {"mode": "none"}}
REFUSED = [
    ({"access": {"mode": "basic"}}, "console.access.existingSecret: is not set", "user:password"),
    ({"access": {"mode": "bearer"}}, "console.access.existingSecret: is not set", "the token"),
    ({"access": {"existingSecret": "x"}}, "console.access.existingSecret: is set", "remove it"),
    (
        {"access": {"mode": "proxy", "existingSecret": "x"}},
        "console.access.proxies: is not set",
        "10.0.0.0/8",
    ),
    (
        {"access": {"mode": "proxy", "existingSecret": "x", "proxies": ["10.0.0.0/33"]}},
        "console.access.proxies[0]: ",
        "10.0.0.0/8",
    ),
    (
        {"access": {**OPEN["access"], "userHeader": "X Y"}},
        "console.access.userHeader: ",
        "letters",
    ),
    (
        {"ingress": {"enabled": True, "hosts": [{"host": "a.b"}]}},
        "console.ingress.enabled: is true, but console.access.mode: loopback",
        "basic, bearer or proxy",
    ),
    (
        {
            "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}], "hostnames": ["a.b"]},
        },
        "console.httpRoute.enabled: is true, but console.access.mode: loopback",
        "basic, bearer or proxy",
    ),
    ({**OPEN, "ingress": {"enabled": True}}, "console.ingress.hosts: is not set", "add the host"),
    (
        {**OPEN, "ingress": {"enabled": True, "hosts": [{"host": "*.b"}]}},
        'console.ingress.hosts[0].host: "*.b" is not a host name',
        "wildcard",
    ),
    (
        {**OPEN, "ingress": {"enabled": True, "hosts": [{"host": "b", "paths": [{"path": "x"}]}]}},
        'console.ingress.hosts[0].paths[0].path: "x" is refused',
        "begin it with /",
    ),
    (
        {
            **OPEN,
            "ingress": {"enabled": True, "hosts": [{"host": "b", "paths": [{"path": "/a/.."}]}]},
        },
        'console.ingress.hosts[0].paths[0].path: "/a/.." is refused',
        "ImplementationSpecific",
    ),
    (
        {**OPEN, "ingress": {"enabled": True, "hosts": [{"host": "1.2.3.4"}]}},
        'console.ingress.hosts[0].host: "1.2.3.4" is not a host name',
        "addresses are answered anyway",
    ),
    (
        {**OPEN, "ingress": {"enabled": True, "hosts": [{"host": "b"}], "tls": [{"hosts": ["B"]}]}},
        'console.ingress.tls[0].hosts[0]: "B" is refused',
        "lower-case",
    ),
    (
        {"ingress": {"tls": [{"secretName": "A_b"}]}},
        'console.ingress.tls[0].secretName: "A_b" is refused',
        "lower-case",
    ),
    (
        {**OPEN, "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}},
        "console.httpRoute.hostnames: is not set",
        "add the host names",
    ),
    (
        {**OPEN, "httpRoute": {"enabled": True, "hostnames": ["a.b"]}},
        "console.httpRoute.parentRefs: is not set",
        "the Gateway",
    ),
    ({"hosts": ["A"]}, 'console.hosts[0]: "A" is not a host name', "lower-case"),
    ({"hosts": [""]}, "console.hosts[0]: is empty", "remove it"),
    ({"serviceAccount": {"create": False}}, "console.serviceAccount.name: is not set", "set the"),
    ({"persistence": {"size": "big"}}, "console.persistence.size: ", "64Mi"),
    (
        {"persistence": {"accessModes": ["ReadWriteOncePod", "ReadWriteOnce"]}},
        "console.persistence.accessModes: ",
        "remove them",
    ),
    ({"livenessProbe": {"exec": {"command": ["x"]}}}, "console.livenessProbe.exec: ", "times"),
    ({"resources": {"limits": {"memory": "1 Gi"}}}, "console.resources.limits.memory: ", ""),
]


@pytest.mark.parametrize(("console", "path", "advice"), REFUSED, ids=str)
def test_a_problem_is_one_line_with_its_path_and_what_to_do(console, path, advice):
    (line,) = told(with_console(console))
    assert line.startswith(path)
    assert advice in line


@pytest.mark.parametrize("version", ["helm", "helm3"])
def test_it_is_refused_where_there_is_nothing_to_watch(version):
    (line,) = told(with_console({}, mode="scheduler"), version)
    assert line.startswith("console.enabled: is true, but with mode: scheduler")
    assert "scheduler.pages.enabled" in line


@pytest.mark.parametrize("place", ["settings", "env"])
def test_its_settings_are_not_set_beside_its_values(place):
    values = {place: {"ROTA_WEB_ACCESS": "none"}}
    (line,) = told(with_console({}, **values))
    assert line.startswith(f"{place}.ROTA_WEB_ACCESS: not allowed with console.enabled")
    assert helm.template({**values, "mode": "scheduler"})


def test_a_network_policy_that_cuts_it_off_is_refused():
    network = {"enabled": True, "egress": [{"ports": [{"port": 8000}]}]}
    console = {"networkPolicy": {"egress": []}}
    (line,) = told(with_console(console, networkPolicy=network))
    assert line.startswith("console.networkPolicy.egress: is not set")
