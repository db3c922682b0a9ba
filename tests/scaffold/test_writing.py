import os
from pathlib import Path

import pytest

from rota.model.errors import UsageError
from rota.scaffold import writing
from rota.scaffold.writing import check_target, write_project

FILES = {"a/b.txt": "é\n", ".c": ""}


def test_a_project_is_written_with_the_folders_above_it(tmp_path):
    write_project(tmp_path / "services/shop", FILES)

    assert (tmp_path / "services/shop/a/b.txt").read_bytes() == "é\n".encode()
    assert [path.name for path in (tmp_path / "services").iterdir()] == ["shop"]


def test_others_may_read_it_as_the_umask_says(tmp_path, monkeypatch):
    before = os.umask(0o027)
    try:
        write_project(tmp_path / "shop", FILES)
    finally:
        os.umask(before)

    modes = [(tmp_path / path).stat().st_mode & 0o777 for path in ("shop", "shop/a", "shop/.c")]
    assert modes == [0o750, 0o750, 0o640]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "shop").mkdir()

    check_target(tmp_path / "shop", FILES)
    write_project(tmp_path / "shop", FILES)

    assert (tmp_path / "shop/.c").exists()


def test_a_link_to_an_empty_folder_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "shop").symlink_to("real")

    check_target(tmp_path / "shop", FILES)
    write_project(tmp_path / "shop", FILES)

    assert (tmp_path / "real/.c").exists()


@pytest.mark.parametrize(
    "interruption", [OSError(28, "No space left on device"), KeyboardInterrupt()]
)
def test_nothing_is_left_of_a_project_that_could_not_be_finished(
    tmp_path, monkeypatch, interruption
):
    def fail(self, target):
        raise interruption

    monkeypatch.setattr(Path, "rename", fail)

    with pytest.raises(UsageError if isinstance(interruption, OSError) else KeyboardInterrupt):
        write_project(tmp_path / "services/deep/shop", FILES)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_named_with_the_way_out(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(writing.tempfile, "mkdtemp", refuse)

    with pytest.raises(UsageError) as refused:
        write_project(tmp_path / "shop", FILES)

    assert str(refused.value) == (
        f"{tmp_path}/shop: cannot be written: Permission denied; "
        "choose another folder with --directory"
    )


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: path.write_text(""), "not a folder: choose another with --directory"),
        (lambda path: path.symlink_to("nowhere"), "is a link to nothing: remove it"),
        (
            lambda path: (path / "a").mkdir(parents=True) or (path / "a/b.txt").touch(),
            "these files are there already: a/b.txt; move it away",
        ),
        (
            lambda path: path.mkdir() or (path / "mine").touch(),
            "nothing was written: it has mine; move it away",
        ),
    ],
    ids=["file", "dangling link", "collision", "other files"],
)
def test_what_is_in_the_way_is_named(tmp_path, make, problem):
    make(tmp_path / "shop")

    with pytest.raises(UsageError) as refused:
        check_target(tmp_path / "shop", FILES)

    assert problem in str(refused.value)
