import os
import sys
from types import ModuleType

import pytest

import rota.tasks
from rota.dev import sources
from rota.dev.sources import (
    Places,
    Watcher,
    changes,
    look,
    places_here,
    places_of_modules,
    places_of_targets,
)


class Disk:
    """Virtual files: the number of each is its time of change."""

    def __init__(self, **files):
        self.files = files

    def __call__(self, places):
        return {path: (self.files[path], 0) for path in places.files if path in self.files}


@pytest.fixture
def disk():
    return Disk(a=1, b=1)


@pytest.fixture
def watcher(disk):
    return Watcher(Places(frozenset("ab")), disk)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        pytest.param({}, {}, [], id="nothing there"),
        pytest.param({"a": (1, 1)}, {"a": (1, 1)}, [], id="the same"),
        pytest.param({"a": (1, 1)}, {"a": (2, 1)}, ["a"], id="another time"),
        pytest.param({"a": (2, 1)}, {"a": (1, 1)}, ["a"], id="an earlier time, as by git"),
        pytest.param({"a": (1, 1)}, {"a": (1, 2)}, ["a"], id="another size"),
        pytest.param({}, {"a": (1, 1)}, ["a"], id="new"),
        pytest.param({"b": (1, 1), "a": (1, 1)}, {}, ["a", "b"], id="gone"),
    ],
)
def test_what_differs_between_two_looks(before, after, changed):
    assert changes(before, after) == changed


def test_a_change_is_reported_once_and_only_when_it_has_settled(watcher, disk):
    disk.files["a"] = 2
    assert watcher.poll() == []
    disk.files["a"] = 3
    assert watcher.poll() == []

    assert watcher.poll() == ["a"]
    assert watcher.poll() == []


def test_a_file_that_is_saved_by_being_replaced_is_one_change(watcher, disk):
    del disk.files["a"]
    assert watcher.poll() == []
    disk.files["a"] = 2
    assert watcher.poll() == []

    assert watcher.poll() == ["a"]


def test_what_is_watched_from_now_on_has_not_changed(watcher, disk):
    disk.files["c"] = 1
    watcher.widen(Places(frozenset("c")))
    assert watcher.poll() == watcher.poll() == []
    disk.files["c"] = 2
    watcher.poll()

    assert watcher.poll() == ["c"]


def test_watching_more_does_not_hide_a_change_of_before(watcher, disk):
    disk.files["a"] = 2
    watcher.widen(Places(frozenset("ac")))
    watcher.poll()

    assert watcher.poll() == ["a"]


def test_modules_of_a_package_are_seen_and_what_is_none_of_it_is_not(tmp_path):
    for name in ("a.py", "deep/b.py", ".venv/c.py", "__pycache__/d.py", "data.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()

    deep = look(Places(folders=frozenset([str(tmp_path)])))
    flat = look(Places(flat=frozenset([str(tmp_path)])))

    assert sorted(deep) == [f"{tmp_path}/a.py", f"{tmp_path}/deep/b.py"]
    assert list(flat) == [f"{tmp_path}/a.py"]


def test_places_that_are_not_there_are_empty(tmp_path):
    missing = frozenset([str(tmp_path / "missing")])

    assert look(Places(missing, missing, missing)) == {}


def test_not_more_files_than_a_look_can_take(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}.py").touch()

    assert len(look(Places(folders=frozenset([str(tmp_path)])))) == 3


def test_a_package_is_watched_as_a_folder_and_a_lone_module_with_its_neighbours(
    tmp_path, monkeypatch
):
    (tmp_path / "dev_package").mkdir()
    (tmp_path / "dev_package/__init__.py").write_text("raise SystemExit('not imported')")
    (tmp_path / "dev_module.py").write_text("this is broken")
    monkeypatch.syspath_prepend(tmp_path)

    found = places_of_targets(["dev_package.tasks:A", "dev_module", "missing_module:b", ""])

    assert found == Places(
        folders=frozenset([str(tmp_path / "dev_package")]), flat=frozenset([str(tmp_path)])
    )


@pytest.mark.parametrize("target", ["json", "pytest:main", "rota.tasks:register_tasks", "sys"])
def test_what_nobody_writes_here_is_not_watched(target):
    assert places_of_targets([target]) == Places()


def test_of_the_imported_modules_only_the_applications_are_watched(tmp_path):
    own = ModuleType("own")
    own.__file__ = str(tmp_path / "own.py")

    found = places_of_modules([own, os, pytest, rota.tasks, sys, ModuleType("no_file")])

    assert found == Places(frozenset([own.__file__]))


def test_settings_and_modules_of_the_current_folder_are_watched_from_the_beginning(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for name in (".env", "shop.py", "notes.md"):
        (tmp_path / name).touch()

    assert sorted(look(places_here())) == [f"{tmp_path}/.env", f"{tmp_path}/shop.py"]


def test_a_current_folder_that_is_deleted_is_not_watched(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()

    assert places_here() == Places()
