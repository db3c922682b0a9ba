import json

import click
import pytest

from rota import __version__
from rota.cli import new
from rota.scaffold import local_rota

SHOP = "services/shop_worker"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """The folder that the command is typed in; rota is one from an index."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(local_rota, "local_rota", lambda: None)
    return tmp_path


def tree(folder):
    """Return the paths of all files below a folder, and their contents."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_project_is_written_and_the_commands_to_go_on_with_are_named(rota, folder):
    ended = rota("new", "shop")

    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.startswith(
        "Shop worker: package shop_worker, service shop-worker, client ShopClient\n"
    )
    assert ended.stdout.endswith("Next:\n  cd services/shop_worker\n  make test\n")
    assert all(path.startswith(f"{SHOP}/") for path in tree(folder))
    assert all(f"  {path}\n" in ended.stdout for path in tree(folder / SHOP))


def test_a_dry_run_tells_the_same_and_writes_nothing(rota, folder):
    dry = rota("new", "shop", "--dry-run", "--json")
    told = json.loads(dry.stdout)

    assert (dry.exit_code, tree(folder)) == (0, {})
    assert told["state"] == "dry run"

    written = json.loads(rota("new", "shop", "--json").stdout)

    assert written == {**told, "state": "written"}
    assert {each["path"]: each["bytes"] for each in told["files"]} == {
        path: len(content) for path, content in tree(folder / SHOP).items()
    }
    assert told["next"] == ["cd services/shop_worker", "make test"]


def test_equal_input_gives_equal_bytes(rota, folder):
    for parent in ("one", "two"):
        rota("new", "shop", "--task", "poll=5m", "--directory", parent)

    assert tree(folder / "one") == tree(folder / "two") != {}


def test_the_same_once_more_changes_nothing_even_where_files_were_edited(rota, folder):
    rota("new", "shop")
    (folder / SHOP / "README.md").write_text("mine")
    before = tree(folder)

    ended = rota("new", "shop")
    facts = json.loads(rota("new", "shop", "--json").stdout)

    assert ended.exit_code == 0
    assert "services/shop_worker: already so (rota " in ended.stdout
    assert "README.md" not in ended.stdout
    assert facts["state"] == "already so"
    assert tree(folder) == before


def test_the_same_once_more_with_another_rota_points_to_what_has_changed_since(rota, folder):
    rota("new", "shop")
    record = folder / SHOP / ".rota-new.json"
    record.write_text(record.read_text().replace(f'"rota": "{__version__}"', '"rota": "0.0.1"'))

    ended = rota("new", "shop")
    facts = json.loads(rota("new", "shop", "--json").stdout)

    assert "services/shop_worker: already so (rota 0.0.1)" in ended.stdout
    assert facts["next"] == ["cd services/shop_worker", "rota new --diff", "make test"]
    assert [line.strip() for line in ended.stdout.splitlines()[-3:]] == facts["next"]


@pytest.mark.parametrize(
    "other", [["--class-tasks"], ["--task", "poll=5m"]], ids=["class tasks", "tasks"]
)
def test_other_input_for_the_same_folder_is_refused_and_writes_nothing(rota, folder, other):
    rota("new", "shop")
    before = tree(folder)

    ended = rota("new", "shop", *other)

    assert ended.exit_code == 2
    assert f"{SHOP}: the folder is not empty" in ended.stderr
    assert "these files are there already: .dockerignore, " in ended.stderr
    assert "; `rota add task` adds a task to this project; move it away, or " in ended.stderr
    assert tree(folder) == before


def test_a_missing_name_is_asked_for_nowhere_but_on_a_terminal(rota):
    ended = rota("new")

    assert ended.exit_code == 2
    assert "CONTEXT is missing: name the application, for example `rota new shop`" in ended.stderr


def test_on_a_terminal_a_name_that_is_refused_is_asked_for_again(rota, folder, monkeypatch):
    answers = iter(["Shop", "shop"])
    monkeypatch.setattr(new, "_is_terminal", lambda: True)
    monkeypatch.setattr(click.termui, "visible_prompt_func", lambda _: next(answers))

    ended = rota("new")

    assert ended.exit_code == 0
    assert "'Shop' is not allowed" in ended.stdout + ended.stderr
    assert (folder / SHOP).is_dir()


def test_a_suffix_that_is_added_anyway_is_added_once_and_that_is_told(rota, folder):
    ended = rota("new", "shop-worker")

    assert ended.stderr == "note: 'shop-worker' is taken for the worker of 'shop'\n"
    assert (folder / SHOP).is_dir()


def test_the_next_commands_can_be_pasted_whatever_the_folder_is_named(rota):
    ended = rota("new", "shop", "--directory", "my services", "--json")

    assert json.loads(ended.stdout)["next"][0] == "cd 'my services/shop_worker'"


def test_a_package_of_that_name_beside_rota_is_refused(rota, folder, monkeypatch):
    (folder / "site-packages/shop_worker").mkdir(parents=True)
    (folder / "site-packages/shop_worker/__init__.py").touch()
    monkeypatch.syspath_prepend(folder / "site-packages")

    ended = rota("new", "shop")

    assert ended.exit_code == 2
    assert "a package 'shop_worker' is installed in " in ended.stderr
    assert not (folder / SHOP).exists()


def test_a_file_in_place_of_a_folder_is_named(rota, folder):
    (folder / "services").touch()

    ended = rota("new", "shop")

    assert ended.exit_code == 2
    assert ended.stderr == (
        "rota: error: services: not a folder: choose another with --directory\n"
    )


def test_a_rota_from_a_path_is_noted_where_git_ignores_it(rota, folder, monkeypatch):
    monkeypatch.setattr(local_rota, "local_rota", lambda: "/src/rota")

    rota("new", "shop")

    found = tree(folder / SHOP)
    assert b"ROTA ?= /src/rota\n" in found["local.mk"]
    assert b"\nlocal.mk\n" in found[".gitignore"]
    assert "local.mk" not in json.loads(found[".rota-new.json"])["files"]


def test_the_help_stands_without_settings_that_work(rota):
    assert rota("new", "--help", ROTA_GRACE_SECONDS="soon").exit_code == 0
