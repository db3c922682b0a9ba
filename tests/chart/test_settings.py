"""What Python makes of the settings is what the chart made of the values."""

import pytest

from rota.settings import Settings, parse_settings_text
from rota.settings.unknown_names import unknown_name_problems
from rota.tasks import BaseTask
from rota.tasks.registry import Registry
from support import helm
from support.chart_values import EVERYTHING, SHAPES

TASKS = {
    "minute": {"intervalSeconds": 60},
    "hour": {"intervalSeconds": 3600, "splayMinutes": 59, "timeoutSeconds": 90},
    "week": {"intervalSeconds": 604_800, "splayMinutes": 10_080, "overlap": "replace"},
    "odd": {"intervalSeconds": 5400, "backoffLimit": 0},
    "long": {"intervalSeconds": 10_000_000},
    "report_of-the_day": {"schedule": "30 2 * * 1-5", "timezone": "Europe/Berlin", "shards": 3},
    "daily": {"schedule": "@daily", "overlap": "allow", "catchUpSeconds": 10, "suspend": True},
    "start": {"intervalSeconds": 300, "runOnStart": True},
}


class Stubborn(BaseTask):
    """A task whose class says something else about everything."""

    interval_seconds = 17
    run_on_start = True
    timeout_seconds = 1234.0
    overlap = "replace"
    catch_up_seconds = 4321
    splay_minutes = 5
    backoff_limit = 9
    shards = 7
    suspend = True

    async def execute(self, api_client):
        """Do nothing."""


def data_of(values, **options):
    return helm.settings(helm.only(values, "ConfigMap", **options))


def definitions(data, monkeypatch, *, task_class=Stubborn):
    """Return the tasks as a pod with these settings decides them."""
    for name, value in data.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    registry = Registry(settings)
    for name in settings.only:
        task = task_class()
        task.name = name
        registry.register_task(name, task, task.interval_seconds, run_on_start=task.run_on_start)
    return {task.name: task for task in registry.selected()}


def test_python_decides_about_each_task_what_its_cronjob_says(monkeypatch):
    found = helm.objects({"tasks": TASKS}, release="shop-3")
    (config,) = [each for each in found if each["kind"] == "ConfigMap"]
    tasks = definitions(helm.settings(config), monkeypatch)
    cronjobs = helm.by_task(found)
    assert tasks.keys() == cronjobs.keys() == {name for name, task in TASKS.items() if task}
    for name, task in tasks.items():
        spec = cronjobs[name]["spec"]
        job = spec["jobTemplate"]["spec"]
        decided = task.cronjob_schedule()
        assert (spec["schedule"], spec["timeZone"]) == (decided.text, decided.timezone), name
        assert spec["concurrencyPolicy"] == task.overlap.title(), name
        assert spec.get("suspend", False) == task.suspend, name
        if decided.exact:
            assert spec["startingDeadlineSeconds"] == task.catch_up_seconds, name
        assert job.get("completions", 1) == task.shards, name
        retries = job["backoffLimitPerIndex"] if task.shards > 1 else job["backoffLimit"]
        assert retries == task.backoff_limit, name
        waits = sum(10 * 2**retry for retry in range(retries))
        room = (retries + 1) * (task.timeout_seconds + 30)
        assert job["activeDeadlineSeconds"] == 120 + room + waits, name
        assert task.run_on_start == (name in helm.by_task(found, "Job")), name


def test_every_mode_has_the_same_settings():
    modes = ("cronjobs", "scheduler", "hybrid")
    assert len({str(data_of({"tasks": TASKS, "mode": mode})) for mode in modes}) == 1


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_name_is_unknown_to_rota(shape):
    for found in helm.objects({**shape, "mode": "scheduler"}):
        if found["kind"] in {"ConfigMap", "Deployment"}:
            assert unknown_name_problems(helm.settings(found)) == []
    for cronjob in helm.objects(shape, "CronJob"):
        assert unknown_name_problems(helm.settings(cronjob)) == []


def test_numbers_and_booleans_become_the_text_that_was_meant():
    data = data_of(EVERYTHING)
    assert data["ROTA_API_MAX_RESPONSE_BYTES"] == "2000000"
    assert data["DEBUG"] == "false"
    assert "ROTA_API_ATTEMPTS" not in data_of({"settings": {"ROTA_API_ATTEMPTS": None}})
    data = data_of({"settings": {"ROTA_API_BACKOFF_SECONDS": 0.5}})
    assert data["ROTA_API_BACKOFF_SECONDS"] == "0.5"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("BUSINESS_API_URL", "businessApi.url"),
        ("ROTA_API_TOKEN", "businessApi.existingSecret"),
        ("ROTA_PING_URL", "env or envFrom, by a Secret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "env or envFrom, by a Secret"),
        ("ROTA_TRACES", "tracing.enabled"),
        ("ROTA_ONLY", "tasks"),
        ("ROTA_STATE_PATH", "state"),
        ("ROTA_TASK__CLEANUP__SHARDS", "tasks"),
    ],
)
def test_a_setting_that_has_its_place_elsewhere_is_refused(name, place):
    with pytest.raises(helm.HelmRefusedError) as refusal:
        helm.template({"settings": {name: "secret-canary"}})
    assert f"settings.{name}: not allowed" in str(refusal.value)
    assert place in str(refusal.value)
    assert "secret-canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    ["shop:8000", "ftp://shop", "http://", "http://user:canary@shop", "http://shop?token=canary"],
)
def test_a_url_that_rota_would_refuse_is_refused_without_repeating_it(url):
    with pytest.raises(helm.HelmRefusedError, match=r"businessApi.url: it must ") as refusal:
        helm.template({"businessApi": {"url": url}})
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    ("business_api", "message"),
    [
        (
            {"existingSecret": "a", "serviceAccountToken": {"enabled": True, "audience": "b"}},
            "businessApi.serviceAccountToken.enabled: .* keep one",
        ),
        ({"serviceAccountToken": {"enabled": True}}, "audience: is not set"),
        (
            {"ca": {"existingSecret": "a", "existingConfigMap": "b"}},
            "businessApi.ca.existingConfigMap: .* keep one",
        ),
    ],
)
def test_two_ways_to_say_the_same_are_refused(business_api, message):
    with pytest.raises(helm.HelmRefusedError, match=message):
        helm.template({"businessApi": business_api})


SECRET = {"valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}


@pytest.mark.parametrize("name", ["ROTA_PING_URL", "OTEL_EXPORTER_OTLP_HEADERS"])
def test_a_secret_setting_reaches_every_pod_from_a_secret_and_never_as_a_text(name):
    for found in helm.objects({"env": {name: SECRET}, "console": {"enabled": True}}):
        if found["kind"] in ("CronJob", "Deployment"):
            [variable] = [each for each in helm.container(found)["env"] if each["name"] == name]
            assert variable["valueFrom"] == SECRET["valueFrom"]
    with pytest.raises(helm.HelmRefusedError) as refusal:
        helm.template({"env": {name: "https://canary"}})
    assert f"env.{name}: is a secret" in str(refusal.value)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize("mode", ["cronjobs", "scheduler"])
def test_traces_are_switched_on_for_every_pod(mode):
    tracing = {
        "enabled": True,
        "endpoint": "http://c:4318",
        "linkUrl": "https://j/{trace_id}?x='1'",
    }
    console = {"enabled": mode == "cronjobs"}
    found = helm.objects({"mode": mode, "tracing": tracing, "console": console})
    [text] = {
        "".join(line + "\n" for line in text.splitlines() if "TRACE" in line or "OTEL" in line)
        for text in texts_of(found)
    }
    assert parse_settings_text(text, "the chart").values == {
        "ROTA_TRACES": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318",
        "ROTA_TRACE_URL": "https://j/{trace_id}?x='1'",
    }


@pytest.mark.parametrize(
    ("tracing", "message"),
    [
        ({"endpoint": "collector:4317"}, "tracing.endpoint: it must begin with http"),
        ({"endpoint": "http://u:canary@c"}, "tracing.endpoint: it must begin with http"),
        ({"linkUrl": "https://j/canary"}, "tracing.linkUrl: it must .* contain {trace_id}"),
    ],
)
def test_an_address_for_traces_that_cannot_do_is_refused(tracing, message):
    with pytest.raises(helm.HelmRefusedError, match=message) as refusal:
        helm.template({"tracing": tracing})
    assert "canary" not in str(refusal.value)


def texts_of(found):
    """Return the settings of every pod, as the text that it reads."""
    for each in found:
        if each["kind"] == "ConfigMap" and "settings.env" in each.get("data", {}):
            yield each["data"]["settings.env"]
        if each["kind"] in ("CronJob", "Deployment"):
            variables = {one["name"]: one.get("value", "") for one in helm.container(each)["env"]}
            if "ROTA_SETTINGS_FILE" not in variables:
                yield variables["ROTA_SETTINGS"]
