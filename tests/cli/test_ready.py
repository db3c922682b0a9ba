import json
import subprocess
import sys

import pytest

from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput, project_files
from rota.scaffold.record import RECORD_NAME, record_text

BELOW = "src/shop_worker/tasks"


@pytest.fixture
def shop(rota, tmp_path, monkeypatch):
    """A project of `rota new`, in whose folder the commands run, without any program in PATH."""
    assert rota  # which clears the environment
    wanted = ProjectInput(parse_context("shop"))
    files = dict(project_files(wanted))
    folder = tmp_path / "shop_worker"
    for path, text in (files | {RECORD_NAME: record_text(wanted, files)}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    return folder


def points(ended):
    return {each["point"]: each for each in json.loads(ended.stdout)["points"]}


def test_a_point_that_holds_is_ticked_in_both_languages(rota, shop):
    ended = rota("ready", "--only", "1")

    assert ended.exit_code == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == "WORKER_READY of shop_worker"
    assert lines[2].startswith("- [x] 1. The project is laid out as the template (Структура")
    assert lines[3].endswith(" files of the template are there")
    assert sum(line.startswith("- [-] ") for line in lines) == 7


def test_the_project_is_found_from_below(rota, shop, monkeypatch):
    monkeypatch.chdir(shop / BELOW)

    assert rota("ready", "--only", "1").exit_code == 0


def test_what_cannot_be_tried_is_not_ticked_and_exits_1(rota, shop):
    ended = rota("ready", "--only", "6-8", "--json")

    assert ended.exit_code == 1
    assert json.loads(ended.stdout)["ready"] is False
    found = points(ended)
    assert [found[number]["passed"] for number in (5, 6, 7, 8)] == [None, False, False, False]
    assert "docker is not in PATH" in found[6]["detail"]
    assert found[7]["text"] == "`docker-compose up shop-worker` starts it"
    assert found[7]["seed"] == "`docker-compose up shop-worker` запускается"
    assert found[8]["detail"].startswith("nothing runs: ")


def test_files_that_are_missing_or_broken_are_named(rota, shop):
    (shop / BELOW / "__init__.py").write_text("TASKS = [")
    broken = rota("ready", "--only", "1", "--json")
    (shop / BELOW / "__init__.py").unlink()
    (shop / "Dockerfile").unlink()
    missing = rota("ready", "--only", "1", "--json")

    assert (broken.exit_code, missing.exit_code) == (1, 1)
    assert points(broken)[1]["detail"] == f"not Python: {BELOW}/__init__.py"
    assert (
        f"missing, as `rota new` wrote them: Dockerfile, {BELOW}/__init__.py;"
        in (points(missing)[1]["detail"])
    )


def test_some_points_are_chosen(rota, shop):
    ended = rota("ready", "--only", "1,6-8", "--skip", "6,7,8", "--json")

    assert ended.exit_code == 0
    assert [each["passed"] for each in points(ended).values()] == [True] + [None] * 7
    assert json.loads(ended.stdout)["ready"] is False


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--only", "9"], "--only '9': '9' is not one of the points 1 to 8"),
        (["--skip", "1,x"], "--skip '1,x': 'x' is not one of"),
        (["--skip", "3-2"], "'3-2' is not one of"),
        (["--only", "1-"], "'1-' is not one of"),
        (["--only", "-5"], "'-5' is not one of"),
        (["--skip", "6,"], "'' is not one of"),
        (["--only", "1", "--skip", "1-8"], "--skip leaves nothing of --only"),
    ],
)
def test_points_that_do_not_exist_are_refused(rota, shop, options, told):
    ended = rota("ready", *options)

    assert ended.exit_code == 2
    assert told in ended.stderr


def test_outside_of_a_project_it_says_where_to_go(rota, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = rota("ready")

    assert ended.exit_code == 2
    assert (
        f"{tmp_path} is not in a project of `rota new`: there is no {RECORD_NAME}" in ended.stderr
    )


def test_a_signal_takes_down_what_docker_compose_has_started(shop, tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    up = "case $* in *' up '*) kill -INT $PPID; exec sleep 60;; *' down '*) echo down > down;; esac"
    for name, line in (("docker", "exit 0"), ("docker-compose", up)):
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "PYTHONPATH": str(shop / "src"),
        "ROTA_TASKS": "shop_worker.tasks",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "rota", "ready", "--only=7"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 130, ended.stderr
    assert (shop / "down").read_text() == "down\n"
    assert "Traceback" not in ended.stderr


def test_what_could_not_be_removed_is_told_after_the_points(rota, shop, tmp_path, monkeypatch):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, line in (("docker", "exit 0"), ("docker-compose", "echo no engine; exit 1")):
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(shop / "src"))
    monkeypatch.setenv("ROTA_TASKS", "shop_worker.tasks")
    ended = rota("ready", "--only=7", "--json")

    assert ended.exit_code == 1
    assert points(ended)[7]["detail"] == "docker-compose up shop-worker fails: no engine"
    assert "rota: error: containers are left behind" in ended.stderr
