"""What every command has in common: help, suggestions, refusals, completion."""

import itertools
import os
import pty
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from rota import __version__
from rota.cli import COMMANDS, cli
from rota.model.exit_codes import ExitCode
from support.processes import FIXTURES

BROKEN = {"LOG_LEVEL": "loud", "ROTA_GRACE_SECOND": "1", "ROTA_TASKS": "nowhere:Nothing"}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.fault(25)
def test_every_command_has_help_with_an_example_though_the_settings_be_broken(rota, command):
    ended = rota(command, "--help", **BROKEN)
    assert ended.exit_code == 0
    assert ended.stderr == ""
    assert ended.stdout.startswith(f"Usage: rota {command} ")
    assert "Example" in ended.stdout
    assert max(len(line) for line in ended.stdout.splitlines()) <= 100


def every_command():
    """Return each command with its words, those of groups too."""
    found = [([name], cli.get_command(click.Context(cli), name)) for name in COMMANDS]
    for words, command in found:
        found += [([*words, name], each) for name, each in getattr(command, "commands", {}).items()]
    return found


def examples_of(command):
    """Return the words after `rota` in each example of a command's help."""
    text = (command.epilog or "").replace("\\\n", " ").replace('"$(', " ").replace(')"', " ")
    lines = text.partition("Example")[2].partition("\n\n")[0].splitlines()[1:]
    typed = [shlex.split(line) for line in lines]
    found = [each[each.index("rota") + 1 :] for each in typed if "rota" in each]
    ends = ("|", "||", ">")
    return [[*itertools.takewhile(lambda word: word not in ends, each)] for each in found]


EVERY_COMMAND = [pytest.param(*each, id=" ".join(each[0])) for each in every_command()]


@pytest.mark.parametrize(("words", "command"), EVERY_COMMAND)
def test_the_examples_of_a_commands_help_are_understood(words, command):
    examples = examples_of(command)

    assert examples
    for each in examples:
        is_group = isinstance(command, click.Group)
        path, typed = (each[:2], command.commands[each[1]]) if is_group else (words, command)
        assert each[: len(path)] == path
        # Refuses what is not an option, what is missing, and values that are not allowed.
        typed.make_context(path[-1], each[len(path) :])


@pytest.mark.fault(25)
def test_the_help_of_all_names_every_command_and_an_example(rota):
    ended = rota("--help", **BROKEN)
    assert ended.exit_code == 0
    assert "Example: " in ended.stdout
    for command in COMMANDS:
        assert f"\n  {command} " in ended.stdout


def test_the_help_of_run_has_the_whole_table_of_exit_codes(rota):
    shown = rota("run", "--help").stdout
    for code in ExitCode:
        assert f"{code.value:>3}  {code.meaning}" in shown


def test_the_version_is_reported(rota):
    assert rota("--version", **BROKEN).stdout == f"rota, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rnu"], "No such command 'rnu'. Did you mean 'run'? Commands: run, trigger, "),
        (["xyzzy"], "No such command 'xyzzy'. Commands: run, trigger, "),
        (["run"], "Missing argument 'TASK'"),
        (["run", "cleanup", "notifications"], "Got unexpected extra argument (notifications)"),
        (["run", "--frobnicate", "x"], "No such option"),
        (["list", "--jsn"], "--json"),
        (["next"], "name a task, or pass --schedule TEXT; see rota next --help"),
        (["next", "cleanup", "--schedule", "* * * * *"], "name a task, or pass"),
        (["next", "cleanup", "--timezone", "Etc/UTC"], "--timezone requires --schedule"),
        (["next", "cleanup", "--count", "0"], "1<=x<=10000"),
        (["dev", "--speed", "nan"], "'nan' is not a finite number"),
        (["simulate", "--takes", "nan"], "'nan' is not a finite number"),
        (["top", "--interval", "inf"], "0.1<=x<=3600"),
        (
            ["next", "cleanup", "--from", "tomorrow"],
            "--from 'tomorrow' is not allowed: write an instant",
        ),
        (
            ["next", "cleanup", "--from", "2026-10-25T00:00:00"],
            "write an instant with its zone",
        ),
        (["next", "clenup"], "no task is named 'clenup', did you mean 'cleanup'?"),
        (["run", "clenup"], "no task is named 'clenup', did you mean 'cleanup'?"),
        (["completion", "tcsh"], "'bash', 'zsh', 'fish'"),
        (["health"], "neither ROTA_HEALTH_ADDRESS nor ROTA_WEB_ADDRESS is set"),
        (["simulate", "--from", "soon"], "--from 'soon' is not allowed: write an instant"),
        (["demo", "--api-only", "8080"], "is not of the form host:port"),
        (["demo", "--serve", "8080"], "--serve: '8080' is not of the form host:port"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else None,
)
@pytest.mark.fault(25)
def test_a_mistake_ends_with_2_and_says_what_would_do(rota, arguments, told):
    ended = rota(*arguments)
    assert ended.exit_code == 2
    assert told in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def options_with_a_text(command, words):
    """Return the options of a command and of those below it that take any text, as typed."""
    found = [
        [*words, each.opts[0]]
        for each in command.params
        if isinstance(each, click.Option) and each.type.name == "text" and not each.is_flag
    ]
    for name, each in getattr(command, "commands", {}).items():
        found += options_with_a_text(each, [*words, name])
    return found


EVERY_TEXT = [
    each
    for name in COMMANDS
    for each in options_with_a_text(cli.get_command(click.Context(cli), name), [name])
]


@pytest.mark.parametrize("words", EVERY_TEXT, ids=" ".join)
def test_an_empty_value_is_refused_rather_than_taken_for_none_given(rota, words):
    ended = rota(*words, "")

    assert ended.exit_code == 2
    refusal = "the value is empty; give one, or leave the option out"
    assert ended.stderr == f"rota: error: {words[-1]}: {refusal}\n"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["run", ""], "TASK"),
        (["status", "cleanup", ""], "TASKS"),
        (["why", "cleanup", ""], "SLOT"),
        (["import", "crontab", ""], "FILE"),
        (["new", ""], "CONTEXT"),
    ],
    ids=str,
)
def test_an_empty_argument_is_refused_by_its_name(rota, words, name):
    ended = rota(*words)

    assert ended.exit_code == 2
    assert ended.stderr.startswith(f"rota: error: {name}")
    assert "the value is empty; give one" in ended.stderr


def test_a_namespace_is_minus_n_wherever_there_is_one():
    commands = [cli.get_command(click.Context(cli), name) for name in COMMANDS]
    commands += [each for group in commands for each in getattr(group, "commands", {}).values()]
    options = [each for command in commands for each in command.params]

    found = [each for each in options if "--namespace" in each.opts]
    assert len(found) > 5
    assert all("-n" in each.opts for each in found)


@pytest.mark.parametrize(
    "words", [["diff"], ["console"], ["trigger", "x"], ["logs", "x"], ["doctor"]], ids=" ".join
)
def test_what_cannot_be_a_namespace_is_refused_before_a_cluster_is_asked(rota, words):
    ended = rota(*words, "-n", "Bad Name")

    assert ended.exit_code == 2
    assert ended.stderr == "rota: error: --namespace 'Bad Name' is not the name of a namespace\n"


@pytest.mark.parametrize("command", [["run", "cleanup"], ["list"], ["check"], ["next", "cleanup"]])
def test_each_broken_setting_is_a_line_of_its_own(rota, command):
    ended = rota(*command, LOG_LEVEL="loud", ROTA_GRACE_SECOND="1")
    assert ended.exit_code == 2
    assert [line[:30] for line in ended.stderr.splitlines()] == [
        "rota: error: ROTA_GRACE_SECOND",
        "rota: error: LOG_LEVEL: must b",
    ]


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ],
    ids=str,
)
def test_a_terminal_gets_colours_unless_somebody_says_no(tmp_path, variables, coloured):
    reader, terminal = pty.openpty()
    with os.fdopen(terminal, "wb") as stdout:
        subprocess.run(
            [sys.executable, "-m", "rota", "check"],
            env=variables,
            cwd=tmp_path,
            check=True,
            stdout=stdout,
        )
        written = os.read(reader, 10_000)
    os.close(reader)
    assert b"ok: 2 tasks" in written
    assert (b"\x1b[" in written) is coloured


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_one_of_its_shell(rota, shell):
    ended = rota("completion", shell)
    assert ended.exit_code == 0
    assert f"_ROTA_COMPLETE={shell}_complete" in ended.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=ended.stdout, text=True, check=True)


def test_bash_completes_a_command_a_task_and_an_option(tmp_path):
    program = """
    eval "$(rota completion bash)"
    for typed in "rota paus" "rota run notif" "rota status --ur"; do
        COMP_WORDS=($typed) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMPREPLY=()
        _rota_completion rota
        echo "${COMPREPLY[@]}"
    done
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "--norc", "-c", program],
        env={"PATH": path, "PYTHONPATH": str(FIXTURES)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.splitlines() == ["pause", "notifications", "--url"]


@pytest.mark.parametrize(
    ("variables", "completed"),
    [({}, ["cleanup"]), ({"ROTA_ONLY": "notifications"}, []), ({"ROTA_TYPO": "1"}, [])],
    ids=["all", "not selected", "broken settings"],
)
@pytest.mark.parametrize("command", ["run", "next", "trigger"])
def test_names_of_tasks_are_completed(tmp_path, command, variables, completed):
    words = {"_ROTA_COMPLETE": "bash_complete", "COMP_WORDS": f"rota {command} cl"}
    ended = subprocess.run(
        [sys.executable, "-m", "rota"],
        env={"COMP_CWORD": "2", **words, **variables},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.split() == [f"plain,{name}" for name in completed]
    assert ended.stderr == ""


@pytest.mark.parametrize(("typed", "completed"), [("ru", "run"), ("sch", "scheduler")])
def test_commands_are_completed_even_with_broken_settings(typed, completed, tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "rota"],
        cwd=tmp_path,
        env={
            "_ROTA_COMPLETE": "bash_complete",
            "COMP_WORDS": f"rota {typed}",
            "COMP_CWORD": "1",
            **BROKEN,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout == f"plain,{completed}\n"


@pytest.mark.parametrize("command", ["list", "check", "next"])
def test_importing_the_commands_loads_no_http_library(command, tmp_path):
    arguments = [command, "cleanup"] if command == "next" else [command]
    program = (
        "import sys; from rota.cli import run_command_line; "
        f"code = run_command_line({arguments!r}); "
        "print(code, sorted({'httpx', 'tenacity', 'starlette', 'uvicorn'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines()[-1] == "0 []"
