"""A working folder that is gone, or that the user may not enter or list."""

import os

import pytest

MISBEHAVING = "misbehaving_tasks:"
NOBODYS_UID = 54_321

pytestmark = pytest.mark.fault(116)


@pytest.fixture
def in_folder(rota, tmp_path):
    """Start rota in a folder of a mode, as a user that is not root; or in one that is gone."""

    def run(*arguments, mode=None, **settings):
        here = tmp_path / "here"
        here.mkdir()
        (here / ".env").write_text("ROTA_GRACE_SECONDS=7\n", "utf-8")

        def enter():
            os.chdir(here)
            if mode is None:
                (here / ".env").unlink()
                here.rmdir()
            else:
                here.chmod(mode)

        rota.folder.chmod(0o755)
        return rota.run(*arguments, before=as_nobody(mode), popen={"preexec_fn": enter}, **settings)

    return run


def as_nobody(mode):
    """Return what starts a program as a user whom folders can refuse, as root may do all."""
    if mode is None or os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={NOBODYS_UID}", f"--regid={NOBODYS_UID}", "--clear-groups"]


@pytest.mark.parametrize(
    "arguments",
    [["run", "works"], ["list"], ["check"], ["next", "works"], ["export", "helm-values"]],
    ids=" ".join,
)
def test_in_a_folder_that_is_gone_nothing_is_missing(in_folder, arguments):
    process = in_folder(*arguments, ROTA_TASKS=MISBEHAVING + "Works")
    assert process.exit_code == 0
    assert "Traceback" not in process.stderr


def test_what_is_to_be_written_into_a_folder_that_is_gone_is_named(in_folder):
    process = in_folder("export", "helm-values", "--output", "values.yaml")
    assert process.exit_code == 2
    assert process.stderr == (
        "rota: error: values.yaml: cannot be written: No such file or directory\n"
    )


@pytest.mark.parametrize("command", ["check", "scheduler"])
def test_a_folder_that_may_not_be_entered_is_named_since_it_may_hold_settings(in_folder, command):
    process = in_folder(command, mode=0o600, ROTA_TASKS=MISBEHAVING + "Works")
    assert process.exit_code == 2
    assert process.stderr == (
        "rota: error: .env: cannot be read: this user may not enter the current folder; "
        "start rota in another one\n"
    )


def test_a_folder_that_may_not_be_listed_is_read_all_the_same(in_folder):
    process = in_folder("run", "works", mode=0o711, ROTA_TASKS=MISBEHAVING + "Works")
    assert process.exit_code == 0


def test_help_needs_no_folder(in_folder):
    assert in_folder("run", "--help", mode=0o600).exit_code == 0
