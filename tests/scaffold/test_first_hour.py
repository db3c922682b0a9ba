"""What docs/first-hour.md has the reader change in a new project passes the project's checks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput, project_files
from rota.scaffold.writing import write_project

BIN = Path(sys.executable).parent
PAGE = (Path(__file__).parents[2] / "docs/first-hour.md").read_text("utf-8")
IMPORT_BEFORE = "from shop_worker.tasks import TASKS\n"


def block(language):
    """Return the only block of the page in a language."""
    (body,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return body


def replace(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new))


def ended(folder, program, *arguments):
    return subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path):
    """A project in which steps 3 and 4 were done, up to the test."""
    folder = tmp_path / "shop_worker"
    write_project(folder, project_files(ProjectInput(parse_context("shop"))))
    removed, added = block("diff").splitlines()
    assert (removed[0], added[0]) == ("-", "+")
    replace(folder / "src/shop_worker/tasks/cleanup_task.py", removed[1:], added[1:])
    (wanted,) = re.findall(r"`(from shop_worker\S* import cleanup)`", PAGE)
    tests = folder / "tests/test_schedule.py"
    replace(tests, IMPORT_BEFORE, f"{IMPORT_BEFORE}{wanted}\n")
    tests.write_text(f"{tests.read_text()}\n\n{block('python')}")
    return folder


def test_the_test_fails_with_the_time_that_one_night_lacks_and_passes_with_the_later_one(project):
    new_test = "tests/test_schedule.py::test_the_cleanup_runs_in_every_night"

    before = ended(project, "pytest", "-q", new_test)
    replace(project / "src/shop_worker/tasks/cleanup_task.py", '"30 2 * * *"', '"30 3 * * *"')
    after = ended(project, "pytest", "-q", new_test)

    assert before.returncode == 1, before.stdout + before.stderr
    assert '"30 3 * * *"' in PAGE
    assert after.returncode == 0, after.stdout + after.stderr


@pytest.mark.parametrize("check", [["check"], ["format", "--check", "--diff"]], ids=" ".join)
def test_the_linter_and_the_formatter_have_nothing_to_say(project, check):
    said = subprocess.run(
        [BIN / "ruff", *check, "--no-cache"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr
