import io
import json

import pytest

from rota.importing.stubs import written_schedules

CRONTAB = "MAILTO=ops@example.com\n30 2 * * * /opt/backup --token hunter2\n"
CRONJOB = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: cleanup}
spec: {schedule: '0 3 * * *', timeZone: Etc/UTC}
"""
FROM = ("--from", "2026-11-26T00:00:00Z")


@pytest.fixture
def crontab(tmp_path):
    path = tmp_path / "crontab"
    path.write_text(CRONTAB)
    return str(path)


def test_stubs_go_to_stdout_and_rows_to_stderr(rota, crontab):
    ended = rota("import", "crontab", crontab)

    assert ended.exit_code == 0
    assert written_schedules(ended.stdout) == {"backup": ("30 2 * * *", "Etc/UTC")}
    assert "converted" in ended.stderr


def test_stubs_in_a_file_pass_the_check(rota, crontab, tmp_path, monkeypatch):
    module = tmp_path / "stubs_of_a_crontab.py"
    ended = rota("import", "crontab", crontab, "--output", str(module), "--timezone", "Asia/Tokyo")
    monkeypatch.syspath_prepend(str(tmp_path))
    checked = rota("check", ROTA_TASKS="stubs_of_a_crontab")

    assert ended.exit_code == 0, ended.stderr
    assert "Asia/Tokyo" in ended.stdout
    assert checked.exit_code == 0, checked.stderr
    assert "ok: 1 task: backup" in checked.stdout


def test_no_file_is_overwritten(rota, crontab, tmp_path):
    module = tmp_path / "edited.py"
    module.write_text("edited")
    ended = rota("import", "crontab", crontab, "--output", str(module))

    assert ended.exit_code == 2
    assert "choose another" in ended.stderr
    assert module.read_text() == "edited"


def test_a_difference_exits_1_and_is_told(rota, crontab):
    ended = rota(
        "import", "crontab", crontab, "--timezone", "Europe/Berlin", "--verify", *FROM, "--json"
    )

    assert ended.exit_code == 1
    [job] = json.loads(ended.stdout)["jobs"]
    assert job["state"] == "converted"
    assert job["verified"] == {
        "compared": 122,
        "only_old": "2027-03-28T01:00:00Z",
        "only_rota": None,
    }


def test_no_secret_is_written(rota, crontab):
    for options in ((), ("--json",), ("--verify", *FROM)):
        ended = rota("import", "crontab", crontab, *options)

        assert "hunter2" not in ended.stdout + ended.stderr


def test_what_is_left_to_a_person_exits_1(rota, tmp_path):
    path = tmp_path / "crontab"
    path.write_text("@reboot /opt/start\n")
    ended = rota("import", "crontab", str(path))

    assert ended.exit_code == 1
    assert "by hand" in ended.stderr
    compile(ended.stdout, "stubs", "exec")


def test_cronjobs_are_read_from_stdin(rota, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CRONJOB.encode())))
    ended = rota("import", "cronjobs", "-", "--verify", *FROM)

    assert ended.exit_code == 0, ended.stderr
    assert "400 instants are equal" in ended.stderr
    assert written_schedules(ended.stdout) == {"cleanup": ("0 3 * * *", "Etc/UTC")}


@pytest.mark.parametrize("user_column", ["--user-column", "--no-user-column"])
def test_the_user_column_can_be_stated(rota, tmp_path, user_column):
    path = tmp_path / "crontab"
    path.write_text("0 1 * * * root /opt/x\n")
    ended = rota("import", "crontab", str(path), user_column, "--json")

    [job] = json.loads(ended.stdout)["jobs"]
    assert job["task"] == ("x" if user_column == "--user-column" else "root")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["crontab", "/nowhere/crontab"], "/nowhere/crontab: No such file"),
        (["cronjobs", "/nowhere/x.yaml"], "/nowhere/x.yaml: No such file"),
        (["crontab", "CRONTAB", "--timezone", "Mars"], "Mars"),
        (["crontab", "CRONTAB", *FROM], "--from requires --verify"),
        (["crontab", "CRONTAB", "--verify", "--from", "noon"], "RFC 3339"),
        (["crontab", "CRONTAB", "--output", "/nowhere/x.py"], "--output /nowhere/x.py"),
        (["cronjobs", "CRONTAB", "--timezone", "Mars"], "Mars"),
    ],
)
def test_wrong_usage_exits_2_and_names_the_culprit(rota, crontab, arguments, told):
    ended = rota("import", *(crontab if each == "CRONTAB" else each for each in arguments))

    assert ended.exit_code == 2
    assert told in ended.stderr


def test_a_file_that_is_not_text_or_not_yaml_is_refused(rota, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"\xff\xfe")
    binary = rota("import", "crontab", str(path))
    path.write_text("a: [")
    broken = rota("import", "cronjobs", str(path))

    assert (binary.exit_code, broken.exit_code) == (2, 2)
    assert "not UTF-8" in binary.stderr
    assert "is not YAML" in broken.stderr


def test_a_byte_order_mark_is_no_line(rota, tmp_path):
    path = tmp_path / "crontab"
    path.write_bytes(b"\xef\xbb\xbf# by an editor\r\n0 3 * * * /opt/backup\r\n")
    ended = rota("import", "crontab", str(path))

    assert ended.exit_code == 0, ended.stderr
    assert written_schedules(ended.stdout) == {"backup": ("0 3 * * *", "Etc/UTC")}


def test_nothing_found_is_told(rota, tmp_path):
    path = tmp_path / "empty"
    path.write_text("")
    ended = rota("import", "crontab", str(path))

    assert ended.exit_code == 0
    assert "no jobs were found" in ended.stderr


@pytest.mark.parametrize("options", [(), ("--timezone", "Etc/UTC")])
def test_an_assumed_time_zone_is_told(rota, crontab, options):
    ended = rota("import", "crontab", crontab, *options)

    assert ("Etc/UTC is assumed" in ended.stderr) == (not options)
