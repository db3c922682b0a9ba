"""What Python makes of the settings is what the chart made of the values."""

import pytest

from rota.settings import Settings
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
