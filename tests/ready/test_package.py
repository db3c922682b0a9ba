import asyncio
import itertools
import sys
import weakref

import pytest

from rota.ready.package import judge_client, judge_scheduler, judge_tasks, look_at_package
from rota.ready.points import NotReadyError
from rota.ready.probe import look
from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput, project_files
from rota.settings import load_settings
from rota.tasks import function
from support.environment import clear_environment

_numbers = itertools.count()
TASK_LIST = "src/{package}/tasks/__init__.py"
CLEANUP = "src/{package}/tasks/cleanup_task.py"
CLIENT = "src/{package}/infrastructure/http/business_api_client.py"


class Generated:
    """A project whose name no other has, since its modules stay in this process."""

    def __init__(self, folder):
        self.names = parse_context(f"looked-at-{next(_numbers)}")
        self.folder = folder
        for path, text in project_files(ProjectInput(self.names)).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)

    @property
    def package(self):
        return self.names.package

    def edit(self, path, old, new):
        file = self.folder / path.format(package=self.package)
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    @property
    def client(self):
        module = f"{self.package}.infrastructure.http.business_api_client"
        return f"{module}:{self.names.class_prefix}Client"


@pytest.fixture
def project(tmp_path, monkeypatch):
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setattr(function, "_decorated", weakref.WeakSet())
    project = Generated(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / "src")
    monkeypatch.setenv("ROTA_TASKS", f"{project.package}.tasks")
    monkeypatch.setenv("ROTA_API_CLIENT", project.client)
    load_settings.cache_clear()
    yield project
    load_settings.cache_clear()


def judged(project):
    """Return what is told of client, scheduler and tasks; what is wrong begins with `no: `."""
    facts = look(project.package)
    told = []
    for judge in (lambda it: judge_client(it, project.package), judge_scheduler, judge_tasks):
        try:
            told.append(judge(facts))
        except NotReadyError as error:
            told.append(f"no: {error}")
    return told


def test_a_generated_package_has_all_three(project):
    client, scheduler, tasks = judged(project)

    assert client == f"{project.client} is what the tasks are given, and want"
    assert "cleanup next at 20" in scheduler
    assert "notifications next at 20" in scheduler
    assert tasks == "2 of tasks/*_task.py: cleanup, notifications"


def test_another_client_than_the_projects_is_told(project, monkeypatch):
    monkeypatch.delenv("ROTA_API_CLIENT")
    load_settings.cache_clear()
    client, scheduler, tasks = judged(project)

    assert client.startswith("no: tasks are given rota.api.client:BusinessApiClient, not ")
    assert f"set ROTA_API_CLIENT={project.client}" in client
    assert not (scheduler + tasks).startswith("no: ")


def test_a_task_that_wants_another_client_is_named(project):
    project.edit(CLIENT, "\nclass", "\nclass Other(BusinessApiClient): ...\n\n\nclass")
    name = f"{project.names.class_prefix}Client"
    project.edit(CLEANUP, f"import {name}", "import Other")
    project.edit(CLEANUP, f"api: {name}", "api: Other")
    client, *_ = judged(project)

    assert "'cleanup'" in client
    assert ".business_api_client.Other, but " in client


def test_a_client_that_is_not_rotas_is_told(project, monkeypatch):
    monkeypatch.delenv("ROTA_API_CLIENT")
    load_settings.cache_clear()
    project.edit(CLIENT, "Client(BusinessApiClient)", "Client")
    client, *_ = judged(project)

    assert "business_api_client.py defines no subclass of BusinessApiClient" in client


def test_a_task_that_is_not_in_the_list_is_named(project):
    project.edit(TASK_LIST, "    cleanup,\n", "")
    *_, tasks = judged(project)

    assert f"not registered: {project.package}.tasks.cleanup_task:cleanup; add" in tasks


def test_a_class_that_is_not_in_the_list_is_named(project):
    path = "src/{package}/tasks/report_task.py"
    (project.folder / path.format(package=project.package)).write_text(
        "from rota import BaseTask\n\n\nclass Report(BaseTask):\n    name = 'report'\n\n"
        "    async def execute(self, api_client): ...\n"
    )
    *_, tasks = judged(project)

    assert f"not registered: {project.package}.tasks.report_task:Report; add" in tasks


def test_a_suspended_task_has_no_slot(project):
    project.edit(CLEANUP, "@task(", "@task(suspend=True, ")
    _, scheduler, _ = judged(project)

    assert "cleanup is suspended" in scheduler


def test_code_that_cannot_be_imported_is_told_with_its_line(project):
    project.edit(CLEANUP, "@task(", "1 / 0\n\n\n@task(")
    told = judged(project)

    assert len(set(told)) == 1
    assert "division by zero" in told[0]
    assert "cleanup_task.py" in told[0]


def test_a_package_that_is_not_installed_beside_rota_is_told(project, monkeypatch):
    # The rota of another environment, which has its own example tasks to look at.
    monkeypatch.delenv("ROTA_TASKS")
    monkeypatch.delenv("ROTA_API_CLIENT")
    load_settings.cache_clear()
    monkeypatch.setattr(
        sys, "path", [each for each in sys.path if each != str(project.folder / "src")]
    )
    told = judged(project)

    assert len(set(told)) == 1
    assert told[0].startswith(f"no: the package {project.package} is not installed beside this")
    assert "make ready" in told[0]


def test_bad_settings_are_told(project, monkeypatch):
    monkeypatch.setenv("ROTA_ONLY", "clean-up")
    load_settings.cache_clear()

    assert {each.partition(" (")[0] for each in judged(project)} == {
        "no: ROTA_ONLY: no task is named 'clean-up', did you mean 'cleanup'?"
    }


def test_it_is_looked_at_in_a_process_of_its_own(project, machine):
    variables = {"ROTA_TASKS": f"{project.package}.tasks", "ROTA_API_CLIENT": project.client}
    machine.environment.update(variables)
    facts = asyncio.run(look_at_package(machine, project.package))

    assert judge_tasks(facts) == "2 of tasks/*_task.py: cleanup, notifications"


def test_a_package_that_ends_the_process_is_told(project, machine):
    project.edit(
        TASK_LIST, "TASKS = [", "import os\nos.write(2, b'out of here')\nos._exit(9)\nTASKS = ["
    )
    machine.environment["ROTA_TASKS"] = f"{project.package}.tasks"

    with pytest.raises(NotReadyError, match="cannot be looked at: out of here"):
        asyncio.run(look_at_package(machine, project.package))
