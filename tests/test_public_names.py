"""What `from rota import …` offers. A name that goes from here is a new major version."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rota

PUBLIC = {
    "RunRecord": "rota.model.run",
    "SkipReason": "rota.model.outcome",
    "Outcome": "rota.model.outcome",
    "SlotsSkipped": "rota.model.events",
    "RunStarted": "rota.model.events",
    "RunLost": "rota.model.events",
    "RunFinished": "rota.model.events",
    "HttpAttempt": "rota.model.events",
    "ApiError": "rota.model.errors",
    "ApiRejectedError": "rota.model.errors",
    "ApiResponseError": "rota.model.errors",
    "ApiUnavailableError": "rota.model.errors",
    "BaseTask": "rota.tasks",
    "BlockingClient": "rota.api.blocking",
    "BusinessApiClient": "rota.api",
    "CleanupTask": "rota.tasks",
    "ConfigError": "rota.model.errors",
    "ExitCode": "rota.model.exit_codes",
    "GiveUp": "rota.model.errors",
    "ItemsFailedError": "rota.model.errors",
    "NotificationTask": "rota.tasks",
    "RequestRefusedError": "rota.model.errors",
    "RotaError": "rota.model.errors",
    "Result": "rota.model.result",
    "Run": "rota.model.run",
    "StopRequested": "rota.model.context",
    "TaskScheduler": "rota.scheduler",
    "Trigger": "rota.model.run",
    "TryAgain": "rota.model.errors",
    "current_run": "rota.model.context",
    "fan_out": "rota.tasks",
    "register_tasks": "rota.tasks",
    "task": "rota.tasks",
}


def test_the_public_names_are_these_and_no_others():
    assert set(rota.__all__) == {*PUBLIC, "__version__"}
    assert set(dir(rota)) >= set(PUBLIC)


@pytest.mark.parametrize(("name", "home"), PUBLIC.items())
def test_a_public_name_is_the_one_of_its_module(name, home):
    assert getattr(rota, name) is getattr(importlib.import_module(home), name)


def test_a_type_checker_sees_the_same_names():
    tree = ast.parse(Path(rota.__file__).read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {name.asname: node.module for node in guarded.body for name in node.names}

    # Where a package has a module and a function of one name, a checker needs the module.
    assert seen == {**PUBLIC, "fan_out": "rota.tasks.fan_out"}


def test_the_page_for_authors_names_each():
    page = (Path(__file__).parent.parent / "docs/writing-tasks.md").read_text("utf-8")
    rows = page.partition("## What is public")[2].splitlines()
    named = {
        name
        for row in rows
        if row.startswith("| `")
        for name in re.findall("`([A-Za-z_]+)`", row.split("|")[1])
    }

    assert named == set(PUBLIC)


def test_any_other_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="module 'rota' has no attribute 'Basetask'"):
        rota.Basetask  # noqa: B018 (the access is the test)
    with pytest.raises(ImportError, match="cannot import name 'Basetask' from 'rota'"):
        from rota import Basetask  # noqa: F401, PLC0415


def test_a_task_is_imported_without_the_client_the_scheduler_or_the_settings():
    program = (
        "import sys; from rota import BaseTask, current_run; "
        "print(*[m for m in ('httpx', 'rota.api.client', 'rota.scheduler') if m in sys.modules])"
    )
    end = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert end.stdout.split() == []
