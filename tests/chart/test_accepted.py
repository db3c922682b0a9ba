"""Of many values files: both Helms say the same, and what they accept, rota accepts.

What the API server says of the same files is in tests/e2e/test_cluster_values.py.
"""

import pytest

from rota.settings import load_settings
from rota.settings.unknown_names import unknown_name_problems
from rota.tasks import BaseTask
from rota.tasks.registry import Registry
from support import helm
from support.chart_cases import some
from support.chart_verdicts import verdicts

FILES = 520
PARTS = 4
"""So that they are spread over pytest's workers."""
SETTINGS_FILE = "/etc/rota/settings.env"


class Anything(BaseTask):
    """A task that says nothing of itself."""

    async def execute(self, api_client):
        """Do nothing."""


@pytest.fixture
def check(monkeypatch, tmp_path):
    """Return a function that does what `rota check` does, in a pod of an object, without files."""

    def run(found, config):
        file = tmp_path / "settings.env"
        file.write_text(config["data"]["settings.env"], "utf-8")
        with monkeypatch.context() as patch:
            for each in helm.container(found)["env"]:
                if "value" in each:
                    value = each["value"]
                    patch.setenv(each["name"], str(file) if value == SETTINGS_FILE else value)
            load_settings.cache_clear()
            settings = load_settings()
        registry = Registry(settings)
        for name in helm.settings(config)["ROTA_ONLY"].split(","):
            task = Anything()
            task.name = name
            registry.register_task(name, task, 60)
        for target in (*settings.tasks, *filter(None, [settings.api_client])):
            assert all(target.partition(":")), target
        return {task.name for task in registry.selected()}

    yield run
    load_settings.cache_clear()


@pytest.mark.fault(126)
@pytest.mark.parametrize("part", range(PARTS))
def test_what_both_helms_accept_rota_check_accepts(part, check):
    files = dict(list(some(FILES).items())[part::PARTS])
    told, told_by_3 = (verdicts(files, version) for version in ("helm", "helm3"))
    accepted = 0
    for name in files:
        assert bool(told[name].told) == bool(told_by_3[name].told), name
        assert told[name].objects == told_by_3[name].objects, name
        # No template ends with an error of its own.
        assert "rror calling" not in str((told[name].told, told_by_3[name].told)), name
        if told[name].objects:
            accepted += 1
            rota_accepts(name, told[name].objects, check)
    assert min(accepted, len(files) - accepted) > len(files) / 5


def rota_accepts(name, objects, check):
    (config,) = [each for each in objects if each["kind"] == "ConfigMap"]
    tasks = {
        each["metadata"]["labels"]["rota/task"] for each in objects if each["kind"] == "CronJob"
    }
    for found in objects:
        if found["kind"] in {"CronJob", "Deployment", "Pod"}:
            listed = check(found, config)
            assert listed, name
            if found["kind"] == "CronJob":
                assert listed <= tasks, name
            assert unknown_name_problems(helm.settings(found)) == [], name
