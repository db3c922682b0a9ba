"""What `rota new` writes passes its own checks, unedited, whatever it is named."""

import configparser
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from rota.scaffold.adding import VALUES_PATH, add_task, task_list_path
from rota.scaffold.names import MAX_CONTEXT_CHARACTERS, parse_context
from rota.scaffold.project import ProjectInput, project_files
from rota.scaffold.task_stub import parse_task, parse_tasks
from rota.scaffold.writing import write_into, write_project
from support.helm import CHART, helm

BIN = Path(sys.executable).parent
# Without coverage, which would measure again what rota's own tests do, in several times the time.
UNMEASURED = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
ROOT = Path(__file__).parents[2]
OWN_TASKS = ["send-reminders=0 8 * * MON-FRI", "send_bills=5m", "b10=1h", "b9=@daily"]
LONG_SCHEDULE = f"long_schedule={','.join(map(str, range(60)))} * * * *"
LONGEST_TASK = f"{'t' * 40}=90s"
PROJECTS = {
    "examples": ("shop", [], False),
    "classes": ("my-shop", [], True),
    "own-tasks": ("b2b", OWN_TASKS, False),
    "own-classes": ("depot", OWN_TASKS, True),
    "shortest": ("a", ["b=5m"], False),
    "long-schedules": ("long", [LONG_SCHEDULE], False),
    "long-schedules-of-classes": ("longer", [LONG_SCHEDULE], True),
    "longest": ("l" * MAX_CONTEXT_CHARACTERS, [LONGEST_TASK], False),
    "longest-classes": ("m" * MAX_CONTEXT_CHARACTERS, [LONGEST_TASK], True),
    "longest-examples": ("n" * MAX_CONTEXT_CHARACTERS, [], False),
    "grown": ("grown", [], False),
    "longest-grown": ("o" * MAX_CONTEXT_CHARACTERS, [LONGEST_TASK], False),
}
# What `rota add task` adds to some of them, and whether as a class.
ADDED = {
    "grown": [("send-reminders=0 8 * * MON-FRI", False), ("a10=5m", True), ("a9=1d", False)],
    "longest-grown": [(f"{'s' * 40}=90s", False), (f"{'u' * 40}=90s", True)],
}


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Write all of them; return their folders by name."""
    parent = tmp_path_factory.mktemp("services")
    folders = {}
    for name, (context, tasks, class_tasks) in PROJECTS.items():
        names = parse_context(context)
        wanted = ProjectInput(names, parse_tasks(tasks), class_tasks)
        folders[name] = parent / names.package
        write_project(folders[name], project_files(wanted))
        for text, class_task in ADDED.get(name, ()):
            add(folders[name], names, text, class_task=class_task)
    return folders


def add(folder, names, text, *, class_task):
    """Add a task, as `rota add task` does."""
    files = {path: (folder / path).read_text() for path in (task_list_path(names), VALUES_PATH)}
    addition = add_task(files, names, parse_task(text), class_task=class_task)
    write_into(folder, addition.new, addition.changed)


def run(*command, cwd, **variables):
    """Run one of the tools; fail with what it said unless it ends with 0."""
    ended = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=cwd,
        env={**UNMEASURED, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def installed(folder):
    """Return a PYTHONPATH on which a project is installed, as far as importlib.metadata knows."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    points = configparser.ConfigParser()
    points.read_dict(project["entry-points"])
    name = project["name"].replace("-", "_")
    info = folder / "installed" / f"{name}-{project['version']}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    with (info / "entry_points.txt").open("w") as file:
        points.write(file)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    return os.pathsep.join([str(info.parent), str(folder / "src")])


def overlay_of(folder, service):
    return yaml.safe_load(
        (folder / f"deploy/kustomize/overlays/{service}/kustomization.yaml").read_text()
    )


def test_the_linter_and_the_formatter_have_nothing_to_say(projects):
    for folder in projects.values():
        run("ruff", "check", "--no-cache", cwd=folder)
        run("ruff", "format", "--no-cache", "--check", "--diff", cwd=folder)


def test_the_type_checker_has_nothing_to_say(projects):
    # By rota's own settings, which are as strict, and whose cache `make lint` has filled.
    sources = [projects[name] for name in ("grown", "classes", "own-tasks", "own-classes")]
    run(
        "mypy",
        f"--config-file={ROOT / 'pyproject.toml'}",
        f"--cache-dir={ROOT / '.mypy_cache'}",
        *[str(folder / "src") for folder in sources],
        str(projects["grown"] / "tests"),
        cwd=projects["grown"],
        MYPYPATH=os.pathsep.join(str(folder / "src") for folder in sources),
    )


def test_its_main_module_ends_as_the_scheduler_does(projects):
    folder = projects["examples"]
    ended = subprocess.run(
        [sys.executable, "-m", "shop_worker.main"],
        cwd=folder,
        env={**UNMEASURED, "PYTHONPATH": str(folder / "src"), "ROTA_TASKS": "no.such.module"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert ended.stderr.startswith("rota: error: ")


# The schedules once: they are the same file for every project, and take seconds.
@pytest.mark.parametrize(("name", "tests"), [("grown", "tests"), ("own-classes", "tests/unit")])
def test_its_tests_pass_and_its_values_are_up_to_date(projects, name, tests):
    folder = projects[name]
    path = installed(folder)
    # Those that rota's own tests use are not among a worker's.
    no_plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    run("pytest", "-p", "no:cacheprovider", tests, cwd=folder, PYTHONPATH=path, **no_plugins)
    run("rota", "check", cwd=folder, PYTHONPATH=path)
    run(
        "rota", "export", "helm-values", "--check", "deploy/tasks.yaml", cwd=folder, PYTHONPATH=path
    )


@pytest.mark.parametrize(
    ("name", "service"), [("examples", "shop-worker"), ("own-tasks", "b2b-worker")]
)
def test_its_overlay_stands_on_what_is_exported_for_it(projects, name, service):
    folder = projects[name]
    exported = folder / "deploy/kustomize"
    path = installed(folder)

    run(
        *("rota", "export", "kustomize", "--output", "deploy/kustomize"),
        cwd=folder,
        PYTHONPATH=path,
        ROTA_RELEASE=service,
    )

    overlay = overlay_of(folder, service)
    base = yaml.safe_load((exported / "base/kustomization.yaml").read_text())
    for part in [*overlay["resources"], *overlay["components"]]:
        assert (exported / "overlays" / service / part / "kustomization.yaml").is_file()
    [merged] = overlay["configMapGenerator"]
    assert merged["name"] in [each["name"] for each in base["configMapGenerator"]]


@pytest.mark.parametrize("name", ["examples", "own-classes"])
def test_its_values_make_a_cronjob_of_each_task(projects, name):
    deploy = projects[name] / "deploy"
    tasks = yaml.safe_load((deploy / "tasks.yaml").read_text())["tasks"]

    files = [f"--values={deploy / name}" for name in ("values.yaml", "tasks.yaml")]
    objects = yaml.safe_load_all(helm("template", "a-worker", CHART, *files))

    cronjobs = [each for each in objects if each and each["kind"] == "CronJob"]
    assert {each["metadata"]["labels"]["rota/task"] for each in cronjobs} == set(tasks)
