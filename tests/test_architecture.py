import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "src").rglob("*.py"))
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40


def test_imports_go_in_one_direction():
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout


def test_the_page_draws_the_layers_that_are_enforced():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [layers] = [each["layers"] for each in contracts["contracts"] if each["type"] == "layers"]
    page = (ROOT / "docs/architecture.md").read_text()
    diagram = page.split("```text\n", 1)[1].split("```", 1)[0]

    assert [line.split("  ")[0].strip() for line in diagram.splitlines()] == layers


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_a_module_and_its_functions_can_be_read_in_one_sitting(module):
    text = module.read_text()
    functions = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    # Long lists of options are one declaration each, and no longer to read for it.
    bodies = {node.name: node.end_lineno - node.body[0].lineno + 1 for node in functions}

    assert len(text.splitlines()) <= MAX_FILE_LINES
    assert {name: lines for name, lines in bodies.items() if lines > MAX_FUNCTION_LINES} == {}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("rota", ["asyncio", "click", "pydantic"]),
        ("rota.runtime.signals", ["asyncio", "click", "pydantic", "logging"]),
        ("rota.cli", ["httpx", "pydantic", "structlog", "starlette", "asyncio"]),
        ("rota.tasks", ["httpx", "tenacity", "starlette", "uvicorn", "structlog", "click"]),
        (
            "rota.scheduler",
            [
                "httpx",
                "tenacity",
                "starlette",
                "uvicorn",
                "click",
                "prometheus_client",
                "opentelemetry",
            ],
        ),
        (
            "rota.processes.one_shot",
            [
                "httpx",
                "tenacity",
                "starlette",
                "uvicorn",
                "click",
                "sqlite3",
                "yaml",
                "prometheus_client",
                "opentelemetry",
            ],
        ),
    ],
)
def test_importing_a_module_does_not_load_what_it_may_never_need(module, heavy):
    program = f"import sys, {module}; print(*[m for m in {heavy!r} if m in sys.modules])"
    # Coverage imports what it needs, so that none is measured here.
    unmeasured = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**unmeasured, "PYTHONPATH": ""},
    )

    assert result.stdout.split() == []


def test_the_seeds_names_are_where_the_design_has_them():
    from rota.api import BusinessApiClient  # noqa: PLC0415
    from rota.scheduler import TaskScheduler  # noqa: PLC0415
    from rota.settings import Settings, settings, setup_logging  # noqa: PLC0415
    from rota.tasks import BaseTask, CleanupTask, NotificationTask, register_tasks  # noqa: PLC0415
    from rota.worker import Worker, main  # noqa: PLC0415

    assert isinstance(settings, Settings)
    assert all(map(callable, (BusinessApiClient, TaskScheduler, Worker, main, setup_logging)))
    assert all(map(callable, (BaseTask, CleanupTask, NotificationTask, register_tasks)))


def test_the_seeds_own_module_paths_work_under_the_new_root():
    from rota.core import config, logging  # noqa: PLC0415
    from rota.infrastructure.http import business_api_client  # noqa: PLC0415
    from rota.scheduler import scheduler  # noqa: PLC0415
    from rota.tasks import base  # noqa: PLC0415

    found = [
        config.Settings,
        config.settings,
        logging.setup_logging,
        business_api_client.BusinessApiClient,
        scheduler.TaskScheduler,
        base.BaseTask,
    ]

    assert None not in found


def test_the_modules_that_the_image_compiles_ahead_of_the_first_start_exist():
    """They are named in a shell's text, which no tool that moves a module follows."""
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    (named,) = re.findall(r"python -c 'import ([\w., ]+)'", dockerfile)

    for module in named.split(", "):
        assert importlib.util.find_spec(module) is not None, module
