"""What the chart refuses, in which words; what it accepts, rota and the API server accept."""

import json
import random

import pytest

from rota.model.errors import ConfigError, ScheduleError
from rota.net.addresses import parse_base_url
from rota.schedules import Cron
from support import helm

VERSIONS = ("helm", "helm3")
VALUES_TESTED = 500
VECTORS = helm.ROOT / "tests/schedules/vectors/cron.jsonl"


def problems(values, version="helm"):
    """Return the lines of a refusal by the templates, without Helm's frame; [] where it renders."""
    try:
        helm.template(values, version=version)
    except helm.HelmRefusedError as refusal:
        _, _, told = str(refusal).partition("\n\n")
        return told.partition("\n\n")[0].splitlines()
    return []


def python_accepts(schedule):
    try:
        return Cron(schedule).next_epoch(0) is not None
    except ScheduleError:
        return False


def schedules():
    """Return 500 texts: the vectors of robfig/cron, and the same with one character changed."""
    chosen = random.Random(26)  # noqa: S311 (the same texts each time)
    texts = [json.loads(line)["schedule"] for line in VECTORS.read_text("utf-8").splitlines()]
    texts = [text for text in texts if text and "@every" not in text]
    changed = []
    for text in texts:
        at = chosen.randrange(len(text))
        changed.append(text[:at] + chosen.choice("0123456789*/-,?LW# ") + text[at + 1 :])
    return [*chosen.sample(texts, 250), *chosen.sample(changed, 250)]


@pytest.mark.fault(126)
@pytest.mark.parametrize("version", VERSIONS)
def test_of_500_cron_texts_the_chart_accepts_those_that_python_does(version):
    texts = schedules()
    assert len(texts) == VALUES_TESTED
    good = [text for text in texts if python_accepts(text)]
    bad = [text for text in texts if not python_accepts(text)]
    assert min(len(good), len(bad)) > 100
    tasks = {f"t{at}": {"schedule": text} for at, text in enumerate(good)}
    found = helm.by_task(helm.objects({"tasks": tasks}, version=version))
    for name, task in tasks.items():
        assert found[name]["spec"]["schedule"] == task["schedule"]
    for start in range(0, len(bad), 20):
        tasks = {f"t{at}": {"schedule": text} for at, text in enumerate(bad[start : start + 20])}
        told = problems({"tasks": tasks}, version)
        assert {line.partition(": ")[0] for line in told} == {f"tasks.{t}.schedule" for t in tasks}


URLS = [
    *["http://shop", "https://shop:8000/v2", "HTTP://Shop.example./", "http://my_api:80"],
    *["http://[::1]:8000", "http://[2001:db8::1]/x", "http://shop:", "http://10.0.0.1/a%20b"],
    *["shop", "ftp://shop", "http://", "http:///x", "http://:80", "http://shop:0"],
    *["http://shop:65536", "http://shop:x", "http://u:p@shop", "http://shop?x", "http://shop#x"],
    *["http://a b", "http://shop/../x", "http://shop/%2e/x", "http://a..b", "http://[:::]"],
    *["http://[1]", "http://-", "http://a\\b", "//shop", "http:/shop", "http://sh!op"],
]


@pytest.mark.fault(126)
@pytest.mark.parametrize("url", URLS)
def test_a_url_is_refused_where_rota_would_refuse_it(url):
    told = problems({"businessApi": {"url": url}})
    try:
        parse_base_url(url)
    except ConfigError:
        assert len(told) == 1
        assert told[0].startswith("businessApi.url: ")
    else:
        assert told == []


@pytest.mark.fault(126)
@pytest.mark.parametrize(
    "timezone",
    [
        *["Local", "local", "a b", "Europe/", "-x", "../x", "posix/UTC", "localtime", "é"],
        *["zone.tab", "leapseconds", "utc", "europe/berlin", "EUROPE/BERLIN", "Europe", "+VERSION"],
    ],
)
def test_a_zone_of_a_form_that_no_zone_has_is_refused(timezone):
    task = {"schedule": "0 3 * * *", "timezone": timezone}
    (told,) = problems({"tasks": {"x": task}})
    assert told.startswith("tasks.x.timezone: ")


NUMBERS = [
    ({"image": {"tag": 1.10}}, "image.tag: 1.1 is read as a number", "quote it"),
    ({"image": {"tag": 20261124}}, "image.tag: 20261124 is read as a number", "quote it"),
    ({"env": {"A": 2**53 + 2}}, "env.A: is read as a number", "quote it"),
    ({"commonLabels": {"a": 0.5}}, "commonLabels.a: is read as a number", "quote it"),
    ({"gracePeriodSeconds": None}, "gracePeriodSeconds: ", "leave it out"),
]
REFUSED = [
    ({"env": {"ROTA_ONLY": "x"}}, "env.ROTA_ONLY: not allowed", "it comes from tasks"),
    ({"env": {"rota_task__x__shards": 1}}, "env.rota_task__x__shards: ", "in tasks"),
    ({"env": {"ROTA_FOO": 1}}, "env.ROTA_FOO: not allowed", "docs/settings.md"),
    ({"env": {"ROTA_API_ATTEMPTS": 99}}, "env.ROTA_API_ATTEMPTS: ", "from 1 to 20"),
    ({"settings": {"ROTA_API_ATTEMPTS": "x"}}, "settings.ROTA_API_ATTEMPTS: ", "whole number"),
    ({"settings": {"ROTA_TASKS": "shop.tasks"}}, "settings.ROTA_TASKS: ", "module:attribute"),
    ({"settings": {"LOG_LEVEL": "loud"}}, "settings.LOG_LEVEL: ", "one of debug"),
    ({"env": {"A": {"valueFrom": {}}}}, "env.A.valueFrom: ", "set one of"),
    ({"image": {"repository": "Shop"}}, "image.repository: ", "lower-case"),
    ({"image": {"repository": "shop:1"}}, "image.repository: ", "image.tag"),
    ({"image": {"repository": "x@sha256:1"}}, "image.repository: ", "image.digest"),
    ({"image": {"repository": "https://x/y"}}, "image.repository: ", "no scheme"),
    ({"image": {"tag": "a/b"}}, "image.tag: ", "image.repository"),
    ({"image": {"tag": "1@sha256:00"}}, "image.tag: ", "image.digest"),
    ({"image": {"digest": "sha256:0"}}, "image.digest: ", "64"),
    ({"volumes": [{"name": "tmp"}]}, 'volumes[0].name: "tmp" is taken', "choose another"),
    ({"volumeMounts": [{"name": "b", "mountPath": "/b"}]}, "volumeMounts[0].name: ", "add it"),
    (
        {"volumes": [{"name": "b"}], "volumeMounts": [{"name": "b", "mountPath": "/tmp/"}]},  # noqa: S108 (a path in a pod)
        'volumeMounts[0].mountPath: "/tmp/" is taken',
        "choose another",
    ),
    ({"sidecars": [{"name": "rota", "image": "x"}]}, "sidecars[0].name: ", "another name"),
    ({"image": {"pullSecrets": [{"name": ""}]}}, "image.pullSecrets[0].name: ", "set it"),
    ({"envFrom": [{}]}, "envFrom[0]: ", "configMapRef, secretRef"),
    ({"scheduler": {"livenessProbe": {"grpc": {"port": 1}}}}, "scheduler.livenessProbe", ""),
]


@pytest.mark.fault(127)
@pytest.mark.parametrize(("values", "path", "advice"), NUMBERS, ids=str)
def test_a_number_that_may_have_lost_what_was_written_is_refused(values, path, advice):
    assert_one_line(values, path, advice)


@pytest.mark.fault(131)
@pytest.mark.parametrize(("values", "path", "advice"), REFUSED, ids=str)
def test_a_problem_is_one_line_with_its_path_and_what_to_do(values, path, advice):
    assert_one_line(values, path, advice)


def assert_one_line(values, path, advice):
    for version in VERSIONS:
        (told,) = problems(values, version)
        assert told.startswith(path)
        assert advice in told


@pytest.mark.parametrize(
    "repository", ["rota", "registry.example:5000/shop/tasks", "localhost/a__b", "Reg.example/x-y"]
)
def test_a_registry_may_have_a_port_and_folders(repository):
    assert problems({"image": {"repository": repository, "tag": "1.10"}}) == []


@pytest.mark.parametrize("level", ["debug", "WARN", "30"])
def test_a_log_level_is_accepted_as_rota_accepts_it(level):
    assert problems({"settings": {"LOG_LEVEL": level}}) == []


@pytest.mark.fault(131)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("values", "culprit"),
    [
        ({"image": {"pullSecrets": [{"nam": "x"}]}}, "nam"),
        ({"volumes": [{"name": "a", "emptydir": {}}]}, "emptydir"),
        ({"scheduler": {"tolerations": [{"operator": "Exist"}]}}, "operator"),
        ({"taskDefaults": {"affinity": {"podAfinity": {}}}}, "podAfinity"),
        ({"taskDefaults": {"resources": {"limits": {"memory": "1 Gi"}}}}, "memory"),
        ({"networkPolicy": {"egress": [{"ports": [{"prt": 1}]}]}}, "prt"),
    ],
    ids=str,
)
def test_a_fragment_of_a_pod_is_checked_against_kubernetes_own_schema(values, culprit, version):
    with pytest.raises(helm.HelmRefusedError, match=culprit):
        helm.template(values, version=version)


@pytest.mark.fault(135)
@pytest.mark.parametrize("version", VERSIONS)
def test_of_many_problems_twenty_are_reported_and_the_others_counted(version):
    tasks = {f"t{at:02}": {"schedule": "60 * * * *"} for at in range(33)}
    told = problems({"tasks": tasks}, version)
    assert len(told) == 21
    assert told[19].startswith("tasks.t19.schedule: ")
    assert told[20] == "and 13 more"
