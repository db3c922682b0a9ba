"""Fragments of Kubernetes' API among the values: what the API server refuses, the chart refuses."""

import re

import pytest
from chart_files.rules import CHECKED, FORMS

from support import helm
from support.chart_verdicts import verdicts

VERSIONS = ("helm", "helm3")
SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
TERM = "taskDefaults.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"


def volume(**source):
    return {"volumes": [{"name": "v", **source}]}


def mount(path, **more):
    return {**volume(), "volumeMounts": [{"name": "v", "mountPath": path, **more}]}


def sidecar(**more):
    return {"sidecars": [{"name": "s", "image": "x", **more}]}


def init(**more):
    return {"initContainers": [{"name": "i", "image": "x", **more}]}


def source(**value_from):
    return {"env": {"A": {"valueFrom": value_from}}}


def limits(**amounts):
    return {"taskDefaults": {"resources": {"limits": amounts}}}


def term(**requirement):
    return {
        "taskDefaults": {
            "affinity": {
                "nodeAffinity": {
                    TERM.rpartition(".")[2]: {
                        "nodeSelectorTerms": [{"matchExpressions": [requirement]}]
                    }
                }
            }
        }
    }


def toleration(**value):
    return {"taskDefaults": {"tolerations": [value]}}


def egress(**rule):
    return {"networkPolicy": {"enabled": True, "egress": [rule]}}


def block(**value):
    return egress(to=[{"ipBlock": value}])


REFUSED = {
    "a Secret's name": (source(secretKeyRef={"name": "A_", "key": "k"}), "env.A.valueFrom.secret"),
    "no name": (source(secretKeyRef={"key": "k"}), "env.A.valueFrom.secretKeyRef.name: is not set"),
    "two sources": (
        source(secretKeyRef={"name": "n", "key": "k"}, fieldRef={"fieldPath": "metadata.name"}),
        "env.A.valueFrom: has fieldRef and secretKeyRef; keep one",
    ),
    "a pod's field": (
        source(fieldRef={"fieldPath": "status.phase"}),
        'env.A.valueFrom.fieldRef.fieldPath: "status.phase" cannot be read; use ',
    ),
    "a resource's divisor": (
        source(resourceFieldRef={"resource": "limits.cpu", "divisor": "1Mi"}),
        "env.A.valueFrom.resourceFieldRef.divisor: 1Mi is refused: use one of 1, 1m",
    ),
    "a container's variable": (
        sidecar(env=[{"name": "A=B", "value": "x"}]),
        'sidecars[0].env[0].name: "A=B" is refused: use ',
    ),
    "value and valueFrom": (
        init(
            env=[
                {
                    "name": "A",
                    "value": "x",
                    "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}},
                }
            ]
        ),
        "initContainers[0].env[0]: has value and valueFrom; keep one",
    ),
    "less than nothing": (
        limits(memory="-1"),
        'taskDefaults.resources.limits.memory: "-1" is refused: write a number of 0 or more',
    ),
    "a unit": (limits(memory="1GB"), 'taskDefaults.resources.limits.memory: "1GB" is refused'),
    "no such resource": (limits(gpu=1), "taskDefaults.resources.limits.gpu: is not a resource"),
    "part of a device": (
        limits(**{"a.example/gpu": 0.5}),
        "taskDefaults.resources.limits.a.example/gpu: 0.5 is refused: write a whole number",
    ),
    "requests above limits": (
        limits(memory="32Mi"),
        "taskDefaults.resources.requests.memory: 64Mi is more than limits.memory, 32Mi; lower it",
    ),
    "part of a page": (
        limits(**{"hugepages-2Mi": "3Mi"}),
        "taskDefaults.resources.limits.hugepages-2Mi: 3Mi is refused: write a multiple of 2Mi",
    ),
    "two kinds of volume": (
        volume(emptyDir={}, secret={"secretName": "s"}),
        "volumes[0]: has emptyDir and secret; keep one of them",
    ),
    "a path upwards": (
        volume(secret={"secretName": "s", "items": [{"key": "a", "path": "../b"}]}),
        'volumes[0].secret.items[0].path: "../b" is refused: write a relative path',
    ),
    "a path twice": (
        volume(
            projected={
                "sources": [
                    {"secret": {"name": name, "items": [{"key": "a", "path": "p"}]}}
                    for name in ("s", "t")
                ]
            }
        ),
        'volumes[0].projected.sources[1].secret: the path "p" is taken by ',
    ),
    "a volume's field of a pod": (
        volume(downwardAPI={"items": [{"path": "a", "fieldRef": {"fieldPath": "status.podIP"}}]}),
        "volumes[0].downwardAPI.items[0].fieldRef.fieldPath: ",
    ),
    "a volume's name, once": (
        {
            "volumes": [{"name": "A_", "emptyDir": {}}],
            "volumeMounts": [{"name": "A_", "mountPath": "/x"}],
        },
        'volumes[0].name: "A_" is refused',
    ),
    "the prefix of a label's key": (
        {"podLabels": {f"{'a' * 254}/b": "c"}},
        f"podLabels.{'a' * 254}/b: is not a valid key of labels",
    ),
    "no subPath above": (mount("/x", subPath="../y"), "volumeMounts[0].subPath: "),
    "two subPaths": (
        mount("/x", subPath="y", subPathExpr="z"),
        "volumeMounts[0]: has subPath and subPathExpr; keep one",
    ),
    "a mount that is shared both ways": (
        mount("/x", mountPropagation="Bidirectional"),
        "volumeMounts[0].mountPropagation: Bidirectional requires a privileged container",
    ),
    "a null in a list": ({"volumes": [None]}, "volumes[0]: is null; remove it"),
    "a probe of what ends": (
        init(livenessProbe={"tcpSocket": {"port": 1}}),
        "initContainers[0].livenessProbe: not allowed, since the container ends",
    ),
    "a probe of nothing": (sidecar(readinessProbe={"periodSeconds": 1}), "sidecars[0].readinessP"),
    "two successes": (
        sidecar(livenessProbe={"tcpSocket": {"port": 1}, "successThreshold": 2}),
        "sidecars[0].livenessProbe.successThreshold: must be 1",
    ),
    "two successes of the scheduler": (
        {"scheduler": {"startupProbe": {"successThreshold": 2}}},
        "scheduler.startupProbe.successThreshold: must be 1",
    ),
    "a port in quotes": (
        sidecar(readinessProbe={"httpGet": {"port": "80"}}),
        'sidecars[0].readinessProbe.httpGet.port: "80" is refused: ',
    ),
    "a port's name": (
        sidecar(ports=[{"containerPort": 1, "name": "a-name-too-long-x"}]),
        "sidecars[0].ports[0].name: ",
    ),
    "a port's name twice": (
        sidecar(ports=[{"containerPort": at, "name": "a"} for at in (1, 2)]),
        'sidecars[0].ports[1].name: "a" is taken by another port',
    ),
    "a hook that does two things": (
        sidecar(lifecycle={"preStop": {"exec": {"command": ["a"]}, "sleep": {"seconds": 1}}}),
        "sidecars[0].lifecycle.preStop: has exec and sleep; keep one of them",
    ),
    "privileged": (
        {"securityContext": {"privileged": True}},
        "securityContext.privileged: cannot be combined with allowPrivilegeEscalation: false",
    ),
    "privileged, of one task": (
        {"tasks": {"x": {"intervalSeconds": 60, "securityContext": {"privileged": True}}}},
        "tasks.x.securityContext.privileged: cannot be combined with allowPrivilegeEscalation",
    ),
    "name servers": (
        {"dnsConfig": {"nameservers": [f"192.0.2.{at}" for at in range(4)]}},
        "dnsConfig.nameservers: has 4, but Kubernetes allows 3",
    ),
    "a constraint twice": (
        {"taskDefaults": {"topologySpreadConstraints": [SPREAD, {**SPREAD, "maxSkew": 2}]}},
        "taskDefaults.topologySpreadConstraints[1]: has the same topologyKey and ",
    ),
    "a host's address": (
        {"hostAliases": [{"ip": "x", "hostnames": ["a"]}]},
        'hostAliases[0].ip: "x" is refused: write an IP address',
    ),
    "a profile without a name": (
        {"podSecurityContext": {"seccompProfile": {"type": "Localhost"}}},
        "podSecurityContext.seccompProfile.localhostProfile: is not set",
    ),
    "an operator without values": (
        term(key="a", operator="In"),
        f"{TERM}.nodeSelectorTerms[0].matchExpressions[0].values: is not set",
    ),
    "a number that is none": (
        term(key="a", operator="Gt", values=["x"]),
        f"{TERM}.nodeSelectorTerms[0].matchExpressions[0].values: must contain one whole number",
    ),
    "a toleration of no key": (
        toleration(),
        "taskDefaults.tolerations[0].operator: must be Exists if there is no key",
    ),
    "a toleration's value": (
        toleration(key="a", operator="Exists", value="b"),
        "taskDefaults.tolerations[0].value: cannot be combined with operator Exists",
    ),
    "a toleration's seconds": (
        toleration(key="a", operator="Exists", tolerationSeconds=5),
        "taskDefaults.tolerations[0].tolerationSeconds: requires effect NoExecute",
    ),
    "a peer of nobody": (egress(to=[{}]), "networkPolicy.egress[0].to[0]: selects nothing"),
    "a network": (
        block(cidr="10.0.0.0/33"),
        'networkPolicy.egress[0].to[0].ipBlock.cidr: "10.0.0.0/33" is refused',
    ),
    "an exception outside": (
        block(cidr="10.0.0.0/8", **{"except": ["11.0.0.0/16"]}),
        'networkPolicy.egress[0].to[0].ipBlock.except[0]: "11.0.0.0/16" must lie within 10.0.0.0/8',
    ),
    "a range of ports": (
        egress(ports=[{"port": 80, "endPort": 70}]),
        "networkPolicy.egress[0].ports[0].endPort: 70 is below port",
    ),
    "access modes": (
        {"state": {"persistence": {"accessModes": ["ReadWriteOnce", "ReadWriteOncePod"]}}},
        "state.persistence.accessModes: ReadWriteOncePod cannot be combined with others",
    ),
    "annotations": (
        {
            "podAnnotations": {"a": "b" * 140_000},
            "taskDefaults": {"podAnnotations": {"c": "d" * 140_000}},
        },
        "taskDefaults.podAnnotations: is too long: 280002 bytes",
    ),
}


@pytest.mark.fault(126)
@pytest.mark.fault(131)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_api_server_refuses_is_one_line_with_its_path(version):
    found = verdicts({title: values for title, (values, _) in REFUSED.items()}, version)
    for title, (_, line) in REFUSED.items():
        (told,) = found[title].told
        assert told.startswith(line), title
        assert re.match(r"\S+: .+", told), title


PATHS = {
    "/tmp": "is taken by the chart",  # noqa: S108 (a path in a pod)
    "//tmp": "is taken by the chart",
    "/tmp/../tmp": "is taken by the chart",  # noqa: S108 (a path in a pod)
    "/etc/rota": "is taken by the chart",
    "/etc//rota/x/": "/etc/rota and /dev/termination-log belong to the chart",
    "/dev/termination-log": "/etc/rota and /dev/termination-log belong to the chart",
    "/etc": "would hide /etc/rota",
    "/var/lib/": "would hide /var/lib/rota",
    "/var/lib/rota": "is taken by the chart",
    "/": "write an absolute path",
    "/proc/x": "write an absolute path",
    "data": "write an absolute path",
    "/a:b": "write an absolute path",
}


@pytest.mark.fault(131)
@pytest.mark.parametrize("mode", ["cronjobs", "scheduler"])
def test_a_mount_over_the_charts_own_is_refused_however_it_is_written(mode):
    found = verdicts({path: {"mode": mode, **mount(path)} for path in PATHS})
    for path, words in PATHS.items():
        (told,) = found[path].told
        assert told.startswith(f'volumeMounts[0].mountPath: "{path}" ')
        assert words in told


ACCEPTED = {
    "mounts side by side": mount("/etc/rotary") | {"mode": "scheduler"},
    "a mount below /tmp": mount("/tmp/cache"),  # noqa: S108 (a path in a pod)
    "a sidecar's own /tmp": {
        **volume(),
        **sidecar(volumeMounts=[{"name": "v", "mountPath": "/tmp"}]),  # noqa: S108
    },
    "an exact limit": limits(cpu="20m", memory="64Mi"),
    "a device": limits(**{"a.example/gpu": 1}),
    "a port's name": sidecar(readinessProbe={"httpGet": {"port": "http"}}),
    "privileged on purpose": {
        "securityContext": {"privileged": True, "allowPrivilegeEscalation": None}
    },
    "an exception inside": block(cidr="10.0.0.0/8", **{"except": ["10.1.0.0/16"]}),
    "IPv6": block(cidr="fd00::/8", **{"except": ["fd01::/16"]}),
    "a native sidecar among the init containers": init(
        restartPolicy="Always", startupProbe={"tcpSocket": {"port": 1}}
    ),
    "nulls": {"podSecurityContext": {"fsGroup": None}, "scheduler": {"livenessProbe": None}},
    "a toleration of everything": toleration(operator="Exists"),
}


def test_what_only_looks_like_that_is_accepted():
    for title, verdict in verdicts(ACCEPTED).items():
        assert verdict.told == [], title
        assert verdict.objects, title


TEXTS = {
    "taskDefaults.env": {"taskDefaults": {"env": "none"}},
    "tasks.x": {"tasks": {"x": "off"}},
    "tasks.cleanup.tolerations": {
        "tasks": {"cleanup": {"intervalSeconds": 60, "tolerations": "none"}}
    },
    "tasks.cleanup.intervalSeconds": {"tasks": {"cleanup": {"intervalSeconds": "60"}}},
    "volumes": {"volumes": "none"},
    "settings": {"settings": "none"},
    "networkPolicy.egress": {"networkPolicy": {"enabled": True, "egress": "none"}},
    "scheduler.livenessProbe": {"scheduler": {"livenessProbe": "off"}},
    "securityContext": {"securityContext": "restricted"},
}


@pytest.mark.fault(130)
@pytest.mark.fault(135)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_text_in_place_of_a_map_a_list_or_a_number_is_one_line(version):
    for path, verdict in verdicts(TEXTS, version).items():
        (told,) = verdict.told
        assert re.fullmatch(rf'{re.escape(path)}: "\w+" is a string; write .+, or null', told)


def test_every_check_of_a_kind_has_its_template():
    defined = set()
    for path in (helm.CHART / "templates").glob("_validate_*.tpl"):
        defined |= set(re.findall(r'define "rota\.check(\w+)"', path.read_text("utf-8")))
    assert defined == set(CHECKED)


def test_every_form_is_a_pattern_that_python_reads_too():
    for form in FORMS.values():
        re.compile(form["like"])
        re.compile(form.get("unlike", ""))
        assert form["words"]
