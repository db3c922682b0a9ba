"""A field that is added to the table, and nowhere else, is a field of a task everywhere.

In a copy of the project: the table gets one entry more, `make generate`'s two programs write the
rest, and commands and chart are those of the copy.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support import helm

ROOT = Path(__file__).parent.parent
ENTRY = """
    TaskField(
        name="max_items",
        type=int,
        unit="items",
        meaning="most items of one run",
        minimum=1,
        maximum=500,
        examples="[50]",
    ),
    TaskField(
        name="sample_rate",
        type=float,
        meaning="share of the items that is checked",
        minimum=0,
        maximum=1,
        default=0.5,
        examples="[0.25]",
    ),
    TaskField(
        name="region",
        type=str,
        meaning="where the items are",
        default="north's east",
        examples="[south]",
    ),
    TaskField(name="dry_run", type=bool, meaning="look and change nothing", default=False),
)

NON_SCHEDULE_FIELDS ="""
TASKS = """
from rota import BaseTask


class Sync(BaseTask):
    name = "sync"
    interval_seconds = 3600
    max_items = 7

    async def execute(self, api_client):
        return {"read": self.max_items}


class Silent(BaseTask):
    name = "silent"
    interval_seconds = 3600

    async def execute(self, api_client):
        return None


class Misspelt(Silent):
    max_itmes = 7
"""


class Project:
    """A copy of the project in a folder."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("src", "tools", "docs", "deploy"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "pyproject.toml", folder)
        (folder / "shop.py").write_text(TASKS)
        self.add_to_the_table()
        for package in ("field_files", "chart_files"):
            ended = self.python("-m", package)
            assert ended.returncode == 0, ended.stderr

    def add_to_the_table(self):
        table = self.folder / "src/rota/model/task_fields.py"
        before, found, after = table.read_text().partition("\n)\n\nNON_SCHEDULE_FIELDS =")
        assert found
        table.write_text(before + ENTRY + after)

    def python(self, *arguments, text=None, **variables):
        paths = [self.folder / name for name in ("src", "tools", "deploy/helm", ".")]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, paths))}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            env=environment | variables,
            check=False,
        )

    def rota(self, *arguments, text=None, tasks="shop:Sync", **variables):
        return self.python("-m", "rota", *arguments, text=text, ROTA_TASKS=tasks, **variables)

    def text_of(self, name):
        return (self.folder / name).read_text()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("project") / "copy")


DEFAULTS = {"sample_rate": 0.5, "region": "north's east", "dry_run": False}
LINES_OF_DEFAULTS = ["SAMPLE_RATE=0.5", "REGION='north\\'s east'", "DRY_RUN=false"]


def listed(ended):
    [task] = json.loads(ended.stdout)["tasks"]
    return task["max_items"]


def test_a_class_states_it(project):
    assert listed(project.rota("list", "--json")) == 7
    assert listed(project.rota("list", "--json", tasks="shop:Silent")) is None


def test_defaults_of_every_type_are_decided_for_a_task_that_states_nothing(project):
    [task] = json.loads(project.rota("list", "--json").stdout)["tasks"]

    assert {name: task[name] for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("defaults", [{}, dict.fromkeys(["sampleRate", "region", "dryRun"])])
def test_chart_and_export_write_values_of_every_type_alike(project, defaults):
    values = {"taskDefaults": defaults, "tasks": {"sync": {"intervalSeconds": 3600, "maxItems": 7}}}
    project.rota("export", "kustomize", "--output", "made")

    rendered = helm.template(values, chart=project.folder / "deploy/helm/rota")

    exported = project.text_of("made/components/cronjobs/cronjobs.yaml")
    for text in (rendered, exported):
        lines = [line.strip() for line in text.splitlines() if "ROTA_TASK__SYNC__" in line]
        assert [line.removeprefix("ROTA_TASK__SYNC__") for line in lines][-4:] == [
            "MAX_ITEMS=7",
            *LINES_OF_DEFAULTS,
        ]


def test_a_near_miss_in_a_class_is_refused(project):
    ended = project.rota("check", tasks="shop:Misspelt")

    assert ended.returncode == 2
    assert "'max_itmes' is not an attribute of a task, did you mean 'max_items'?" in ended.stderr


def test_the_environment_overrides_it_within_its_bounds(project):
    variable = "ROTA_TASK__SYNC__MAX_ITEMS"

    assert listed(project.rota("list", "--json", **{variable: "3"})) == 3
    refused = project.rota("check", **{variable: "501"})
    assert refused.returncode == 2
    assert f"{variable}: must be less than or equal to 500" in refused.stderr


def test_a_misspelt_variable_gets_its_name_as_a_hint(project):
    refused = project.rota("check", ROTA_TASK__SYNC__MAX_ITEM="3")

    assert "no such field, did you mean MAX_ITEMS?" in refused.stderr


def test_a_run_reads_the_override_from_itself(project):
    ended = project.rota("run", "sync", ROTA_TASK__SYNC__MAX_ITEMS="3", ROTA_LOG_FORMAT="json")

    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["counts"] for line in lines if "counts" in line] == [{"read": 3}]


def test_exported_values_have_it(project):
    values = yaml.safe_load(project.rota("export", "helm-values").stdout)
    silent = yaml.safe_load(project.rota("export", "helm-values", tasks="shop:Silent").stdout)

    assert values["tasks"]["sync"] == {"intervalSeconds": 3600, "maxItems": 7}
    assert silent["tasks"]["silent"] == {"intervalSeconds": 3600}


def test_a_kustomize_export_sets_it_and_diff_tells_where_it_differs(project):
    project.rota("export", "kustomize", "--output", "made")
    objects = project.text_of("made/components/cronjobs/cronjobs.yaml")
    here = {"text": objects}

    differs = project.rota("diff", "--file", "-", "--json", ROTA_TASK__SYNC__MAX_ITEMS="3", **here)

    assert "ROTA_TASK__SYNC__MAX_ITEMS=7\n" in objects
    [difference] = json.loads(differs.stdout)["differences"]
    assert (difference["kind"], difference["registry"], difference["deployed"]) == (
        ("max_items", "3", "7")
    )


def test_the_chart_sets_it_for_a_task_and_for_all(project):
    chart = project.folder / "deploy/helm/rota"
    stated = {"tasks": {"sync": {"intervalSeconds": 3600, "maxItems": 7}}}
    for_all = {"taskDefaults": {"maxItems": 8}, "tasks": {"sync": {"intervalSeconds": 3600}}}

    rendered = helm.template(stated, chart=chart)

    assert "ROTA_TASK__SYNC__MAX_ITEMS=7\n" in rendered
    assert "MAX_ITEMS=8\n" in helm.template(for_all, chart=chart)
    assert "MAX_ITEMS" not in helm.template({"tasks": {"s": {"schedule": "@daily"}}}, chart=chart)
    same = project.rota("diff", "--file", "-", text=rendered, ROTA_RELEASE="shop")
    assert (same.returncode, same.stdout) == (0, "no differences: 1 task\n")


@pytest.mark.parametrize("number", [0, 501])
def test_the_charts_schema_has_its_bounds(project, number):
    values = {"tasks": {"sync": {"intervalSeconds": 60, "maxItems": number}}}

    with pytest.raises(helm.HelmRefusedError, match="maxItems"):
        helm.template(values, chart=project.folder / "deploy/helm/rota")


def test_the_schema_and_the_tables_describe_it(project):
    schema = json.loads(project.text_of("deploy/helm/rota/values.schema.json"))
    described = schema["definitions"]["task"]["properties"]["maxItems"]

    assert described["description"] == "Most items of one run."
    row = "| `max_items` | none | 1 to 500 items | most items of one run |"
    assert row in project.text_of("docs/writing-tasks.md")
    assert "| `MAX_ITEMS` | `max_items` | `maxItems` | |" in project.text_of("docs/settings.md")
    row = "| taskDefaults.maxItems | int | `null` | Most items of one run. |"
    assert row in project.text_of("deploy/helm/rota/README.md")


def test_type_checkers_know_it_and_what_was_written_has_the_projects_form(project):
    task = project.text_of("src/rota/tasks/base.py")

    assert "    max_items: int | None = None\n" in task
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check"], ["format", "--check"]):
        ended = subprocess.run(
            [ruff, *command, "--no-cache", "src/rota/settings", "src/rota/tasks"],
            cwd=project.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout


def test_the_check_of_make_lint_finds_what_was_not_generated(project):
    page = project.folder / "docs/settings.md"
    text = page.read_text()
    page.write_text(text.replace("MAX_ITEMS", "MIN_ITEMS"))

    ended = project.python("-m", "field_files", "--check")

    page.write_text(text)
    assert ended.returncode == 1
    assert "settings.md is not what `make generate` writes" in ended.stdout
    assert project.python("-m", "field_files", "--check").returncode == 0
