import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rota.cli import run_command_line
from rota.settings import load_settings
from support.environment import clear_environment

KUSTOMIZE = Path(__file__).parents[2] / "deploy/kustomize"


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    yield
    load_settings.cache_clear()


def with_environment(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    load_settings.cache_clear()


def files_below(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_kustomize_folder_of_this_repository_is_what_the_reference_tasks_give(capsys):
    code = run_command_line(["export", "kustomize", "--output", str(KUSTOMIZE), "--check"])

    assert (code, capsys.readouterr().out) == (0, "")


def test_helm_values_go_to_stdout(capsys):
    assert run_command_line(["export", "helm-values"]) == 0
    assert capsys.readouterr().out == (
        "# Written by `rota export helm-values`: change the tasks, and export again.\n"
        "tasks:\n"
        "  cleanup:\n"
        "    intervalSeconds: 3600\n"
        "  notifications:\n"
        "    intervalSeconds: 300\n"
        "    runOnStart: true\n"
    )


def test_what_was_written_checks_as_the_same(tmp_path, capsys):
    path = tmp_path / "made" / "values.yaml"

    assert run_command_line(["export", "helm-values", "--output", str(path)]) == 0
    assert run_command_line(["export", "helm-values", "--check", str(path)]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_file_that_differs_is_shown_as_a_diff_and_left_alone(tmp_path, capsys, monkeypatch):
    path = tmp_path / "values.yaml"
    run_command_line(["export", "helm-values", "--output", str(path)])
    before = path.read_bytes()
    with_environment(monkeypatch, ROTA_TASK__CLEANUP__INTERVAL_SECONDS="60")

    assert run_command_line(["export", "helm-values", "--check", str(path)]) == 1

    captured = capsys.readouterr()
    assert captured.out == (
        f"--- {path}\n"
        f"+++ {path} (as exported)\n"
        "@@ -1,7 +1,7 @@\n"
        " # Written by `rota export helm-values`: change the tasks, and export again.\n"
        " tasks:\n"
        "   cleanup:\n"
        "-    intervalSeconds: 3600\n"
        "+    intervalSeconds: 60\n"
        "   notifications:\n"
        "     intervalSeconds: 300\n"
        "     runOnStart: true\n"
    )
    assert captured.err == (
        f"rota: {path}: out of date; the same command with --output in place of --check writes it\n"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [None, "", "tasks: {}"], ids=["gone", "empty", "no-newline"])
def test_a_file_that_is_gone_or_cut_differs(tmp_path, capsys, content):
    path = tmp_path / "values.yaml"
    if content is not None:
        path.write_text(content)

    assert run_command_line(["export", "helm-values", "--check", str(path)]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ("--- /dev/null" if content is None else f"--- {path}")
    assert "+tasks:" in lines


def test_line_ends_of_windows_differ(tmp_path):
    path = tmp_path / "values.yaml"
    run_command_line(["export", "helm-values", "--output", str(path)])
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert run_command_line(["export", "helm-values", "--check", str(path)]) == 1


def test_every_kustomize_file_that_differs_is_named(tmp_path, capsys):
    folder = tmp_path / "kustomize"
    command = ["export", "kustomize", "--output", str(folder)]
    run_command_line(command)
    (folder / "base/settings.env").write_text("changed: true\n")
    (folder / "components/scheduler/deployment.yaml").unlink()
    before = files_below(folder)

    assert run_command_line([*command, "--check"]) == 1

    captured = capsys.readouterr()
    assert "-changed: true" in captured.out
    assert "+++ " + str(folder / "components/scheduler/deployment.yaml") in captured.out
    assert "base/settings.env, " in captured.err
    assert captured.err.endswith(": out of date; the same command without --check writes it\n")
    assert files_below(folder) == before


def test_overlays_of_ones_own_are_left_alone(tmp_path):
    own = tmp_path / "overlays/production/kustomization.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("resources: [../example-cronjobs]\n")
    command = ["export", "kustomize", "--output", str(tmp_path)]

    assert run_command_line(command) == 0
    assert run_command_line([*command, "--check"]) == 0
    assert own.read_text() == "resources: [../example-cronjobs]\n"


def test_a_file_is_replaced_whole_keeps_its_mode_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text("old")
    path.chmod(0o640)
    with path.open() as reader:
        run_command_line(["export", "helm-values", "--output", str(path)])

        assert reader.read() == "old"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path):
    path = tmp_path / "values.yaml"
    before = os.umask(0o027)
    try:
        run_command_line(["export", "helm-values", "--output", str(path)])
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "values.yaml"
    link.symlink_to("there/values.yaml")

    run_command_line(["export", "helm-values", "--output", str(link)])

    assert link.is_symlink()
    assert (tmp_path / "there/values.yaml").read_text().startswith("# Written")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path, monkeypatch, capsys
):
    path = tmp_path / "values.yaml"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    assert run_command_line(["export", "helm-values", "--output", str(path)]) == 2
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["helm-values", "--output", "a", "--check", "b"], "cannot be combined", id="both"
        ),
        pytest.param(
            ["helm-values", "--output", "/dev/null"], "/dev/null: not a file", id="device"
        ),
        pytest.param(["helm-values", "--output", "."], "not a file", id="folder"),
        pytest.param(
            ["helm-values", "--output", "file/values.yaml"],
            "file/values.yaml: cannot be written: ",
            id="file-as-folder",
        ),
        pytest.param(["helm-values", "--check", "."], ".: cannot be read: ", id="check-folder"),
        pytest.param(["helm-values", "--check", "latin"], "latin: not UTF-8", id="not-utf-8"),
        pytest.param(["kustomize"], "Missing option '--output'", id="no-folder"),
    ],
)
def test_what_cannot_be_written_or_read_exits_with_2(arguments, message, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    (tmp_path / "latin").write_bytes(b"\xff")

    assert run_command_line(["export", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_run_imports_neither_yaml_nor_a_kubernetes_client():
    modules = "rota.cli.run, rota.processes.one_shot, rota.processes.scheduler"
    code = f"import sys, {modules}; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"yaml", "kubernetes", "rota.kubernetes"} & set(done.stdout.split())
