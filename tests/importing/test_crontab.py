import ast

import pytest

from rota.importing.crontab import import_crontab
from rota.importing.job import State
from rota.importing.stubs import stubs, written_schedules
from rota.importing.verification import verify

NOW = 1_795_651_200  # 2026-11-26T00:00:00Z


def imported(text, timezone="Europe/Berlin", *, user_column=False):
    return list(import_crontab(text, timezone=timezone, user_column=user_column))


def one(line, **options):
    [job] = imported(line, **options)
    return job


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0 9 * * 7", "0 9 * * 0"),
        ("0 9 * * 5-7", "0 9 * * 0,5-6"),
        ("0 9 * * 0-7", "0 9 * * *"),
        ("0 9 * * mon-FRI", "0 9 * * mon-FRI"),
        ("*/7 */5 * * *", "*/7 */5 * * *"),
        ("*/90 * * * *", "*/90 * * * *"),
        ("0 0 */2 * *", "0 0 */2 * *"),
        ("0 0 * * */2", "0 0 * * */2"),
        ("0 0 1,15 * 1", "0 0 1,15 * 1"),
        ("0 0 1,15 * 0-6", "0 0 * * *"),
        ("0 0 1-31 * 5", "0 0 * * *"),
        ("0 0 *,1 * 5", "0 0 * * 5"),
        ("0 0 1,* * 5", "0 0 * * *"),
        ("@daily", "@daily"),
        ("@hourly", "@hourly"),
    ],
)
def test_a_schedule_means_the_same_to_kubernetes(old, new):
    job = one(f"{old} /opt/job", timezone="Etc/UTC")

    assert (job.state, job.schedule) == (State.CONVERTED, new)
    assert str(verify(job, job.schedule, job.timezone, NOW)) == "400 instants are equal"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 0 */2 * 1 /x", "match both"),
        ("0 0 1 * */2 /x", "match both"),
        ("@reboot /x", "run_on_start"),
        ("@fortnightly /x", "none of cron's"),
        ("@Daily /x", "none of cron's"),
        ("5/10 * * * * /x", "such as 5-59/10"),
        ("0~30 * * * * /x", "random"),
        ("0 0 30 2 * /x", "never fires"),
        ("60 * * * * /x", "not within 0 to 59"),
        ("0 0 * * 5-1 /x", "out of order"),
        ("*/0 * * * * /x", "out of order"),
        ("? * * * * /x", "no number at '?'"),
        ("0 0 * * L /x", "no number at 'L'"),
        ("0 0 * *", "fewer than five fields"),
        ("0 0 * * *", "no command"),
        ("nonsense", "fewer than five fields"),
        ("CRON_TZ=Mars/Olympus\n0 0 * * * /x", "Mars/Olympus"),
    ],
)
def test_what_has_no_counterpart_is_left_to_a_person(line, reason):
    job = one(line)

    assert job.state is State.BY_HAND
    assert reason in job.reason


def test_variables_hold_for_the_lines_below_them():
    text = "0 1 * * * a\nCRON_TZ = 'Asia/Tokyo'\n0 1 * * * b\nCRON_TZ=\n0 1 * * * c\n"

    zones = [job.timezone for job in imported(text)]
    assert zones == ["Europe/Berlin", "Asia/Tokyo", "Europe/Berlin"]


def test_comments_blank_lines_and_variables_are_no_jobs():
    assert imported("# 0 1 * * * a\n\n  # b\nMAILTO=\"\"\nFOO = bar baz\n'A B'=c\r\n") == []


def test_the_system_form_has_a_user():
    job = one("-17 *\t* * *\troot    cd / && run-parts --report /etc/cron.hourly", user_column=True)

    assert job.notes == ("ran as root",)
    assert (job.name, job.schedule) == ("run-parts", "17 * * * *")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/usr/local/bin/Nightly_Backup.sh --all", "nightly-backup"),
        ("TOKEN=abc123 /opt/x", "x"),
        ("cd /srv/app && flock -n /tmp/a.lock timeout 5m python3 manage.py sync", "manage"),
        ("/opt/2nd", "job-2nd"),
        ("/opt/import", "job-import"),
        ("/opt/task", "job-task"),
        ("'", "job"),
        ("/opt/" + "a" * 60, "a" * 40),
        ("[ -x /opt/y ] && /opt/y", "y"),
    ],
)
def test_a_task_is_named_after_the_program(command, name):
    assert one(f"0 1 * * * {command}").name == name


def test_names_differ_and_are_allowed():
    names = [job.name for job in imported("0 1 * * * curl a\n" * 12)]

    assert names[:2] == ["curl", "curl-2"]
    assert len(set(names)) == 12


def test_wrappers_become_attributes_or_notes():
    job = one("0 1 * * * timeout -k 5 10m flock -n /tmp/x.lock /opt/job 100%")

    assert job.fields == (("timeout_seconds", 600),)
    assert "input" in job.notes[0]
    assert "flock" in job.notes[1]


def test_an_escaped_percent_sign_is_only_that():
    assert one(r"0 1 * * * /opt/job $(date +\%F)").notes == ()


def test_stubs_are_python_with_a_list_of_what_was_converted():
    jobs = imported("0 1 * * * /opt/a\n@reboot /opt/b\n0 0 * * 7 timeout 60 /opt/c \u2028\x07\n")
    module = stubs(jobs, "rota import crontab")

    compile(module, "stubs", "exec")
    assert written_schedules(module) == {
        "a": ("0 1 * * *", "Europe/Berlin"),
        "c": ("0 0 * * 0", "Europe/Berlin"),
    }
    assert module.endswith("TASKS = [a, c]\n")
    assert "# line 2: @reboot /opt/b\n# by hand: @reboot has no times" in module
    assert max(map(len, module.splitlines())) <= 100


def test_a_line_cannot_get_out_of_its_comment():
    module = stubs(imported('0 1 * * * a \r import os\x0c\x85"""\n'), "rota import crontab")

    assert {type(node).__name__ for node in ast.parse(module).body} == {
        "Expr", "ImportFrom", "AsyncFunctionDef", "Assign",
    }  # fmt: skip
    assert len([node for node in ast.parse(module).body if isinstance(node, ast.ImportFrom)]) == 1


def test_a_changed_stub_is_found_to_differ():
    job = one("0 1 * * * /opt/a", timezone="Etc/UTC")

    late = verify(job, "5 1 * * *", "Etc/UTC", NOW)
    early = verify(job, "55 0 * * *", "Etc/UTC", NOW)

    assert str(late) == "differs: only the old job runs at 2026-11-26T01:00:00Z"
    assert str(early) == "differs: only rota runs at 2026-11-26T00:55:00Z"
    assert late.differs
    assert early.differs


def test_a_long_line_of_options_is_read_quickly():
    assert one("0 1 * * * timeout " + "-k " * 5_000 + "x").fields == ()
