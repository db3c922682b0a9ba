import os
import subprocess

import pytest

from rota.scaffold import local_rota
from rota.scaffold.record import RECORD_NAME, digest, read_record

# What today's template has otherwise than the one that wrote the project, as far as this test goes.
OF_THEN = {
    "Makefile": ("UV ?= uv\n", "UV ?= uv-of-then\n"),
    ".env.example": ("BUSINESS_API_URL", "API_URL_OF_THEN"),
    "tests/conftest.py": ("import pytest\n", "import pytest  # of then\n"),
    "Dockerfile": ("USER root\n", "USER root-of-then\n"),
}
DROPPED, ADDED = "of-then.txt", "README.md"


def git(folder, *arguments, text=None):
    """Run git, whatever the machine's user has configured."""
    ended = subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments],
        cwd=folder,
        input=text,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture
def shop(rota, tmp_path, monkeypatch):
    """A project that an earlier template wrote, committed below a repository's root."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(local_rota, "local_rota", lambda: None)
    assert rota("new", "shop").exit_code == 0
    folder = tmp_path / "services/shop_worker"
    record = (folder / RECORD_NAME).read_text()
    for path, (now, then) in OF_THEN.items():
        text = (folder / path).read_text()
        assert now in text
        (folder / path).write_text(text.replace(now, then))
        record = record.replace(digest(text), digest(text.replace(now, then)))
    (folder / ADDED).unlink()
    (folder / DROPPED).write_text("of then")
    lines = [line for line in record.splitlines(keepends=True) if f'"{ADDED}"' not in line]
    record = "".join(lines).replace(
        '"files": {', f'"files": {{\n    "{DROPPED}": "{digest("of then")}",'
    )
    (folder / RECORD_NAME).write_text(record)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "-qm", "as generated")
    monkeypatch.chdir(folder)
    return folder


def test_git_merges_the_patch_with_what_was_edited(rota, shop):
    makefile = shop / "Makefile"
    makefile.write_text(makefile.read_text() + "\nmine:\n\ttrue\n")
    (shop / "Dockerfile").unlink()
    git(shop, "commit", "-qam", "edited")
    ended = rota("new", "--diff")
    git(shop, "apply", "-3", text=ended.stdout)

    assert ended.exit_code == 0
    assert ended.stderr == "rota: left out: Dockerfile: you have deleted it\n"
    assert "UV ?= uv\n" in makefile.read_text()
    assert makefile.read_text().endswith("mine:\n\ttrue\n")
    assert "BUSINESS_API_URL" in (shop / ".env.example").read_text()
    assert (shop / ADDED).read_text().startswith("# Shop worker\n")
    assert not (shop / DROPPED).exists()
    assert not (shop / "Dockerfile").exists()


def test_once_applied_there_is_nothing_left_but_what_was_left_out(rota, shop):
    (shop / "Dockerfile").unlink()
    git(shop, "commit", "-qam", "edited")
    git(shop, "apply", "-3", text=rota("new", "--diff").stdout)
    again = rota("new", "--diff")

    assert again.stdout == ""
    assert again.stderr.splitlines()[0] == "rota: left out: Dockerfile: you have deleted it"
    assert "nothing to change" in again.stderr
    assert digest("of then") not in (shop / RECORD_NAME).read_text()


def test_without_git_unedited_files_alone_are_in_the_patch(rota, shop, tmp_path):
    (tmp_path / ".git").rename(tmp_path / "git-elsewhere")
    with (shop / "Makefile").open("a") as file:
        file.write("# mine\n")
    ended = rota("new", "--diff")

    assert "a/Makefile" not in ended.stdout
    assert "a/.env.example" in ended.stdout
    assert "left out: Makefile: edited, and git has not kept what it was" in ended.stderr
    git(shop, "apply", "-", text=ended.stdout)
    assert read_record(shop).hashes["Makefile"] != digest((shop / "Makefile").read_text())


@pytest.mark.parametrize("place", [".", ".."])
def test_it_applies_in_the_folder_and_above(rota, shop, place):
    git(shop / place, "apply", "-3", text=rota("new", "--diff").stdout)

    assert "UV ?= uv\n" in (shop / "Makefile").read_text()


def test_below_the_folder_it_says_where_the_patch_belongs(rota, shop, monkeypatch):
    monkeypatch.chdir(shop / "tests")
    ended = rota("new", "--diff")

    assert "diff --git a/services/shop_worker/Makefile" in ended.stdout
    assert f"rota: apply it in {shop}\n" in ended.stderr


@pytest.mark.parametrize(
    "arguments", [["shop"], ["--task", "poll=5m"], ["--class-tasks"], ["--dry-run"], ["--json"]]
)
def test_nothing_goes_beside_it(rota, shop, arguments):
    ended = rota("new", "--diff", *arguments)

    assert ended.exit_code == 2
    assert "give nothing beside it" in ended.stderr


def test_a_file_that_is_not_text_is_named(rota, shop):
    (shop / "Makefile").write_bytes(b"\xff")
    ended = rota("new", "--diff")

    assert ended.exit_code == 2
    assert "Makefile: cannot be read: not UTF-8" in ended.stderr
