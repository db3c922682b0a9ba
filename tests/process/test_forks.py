"""Children that a task forks are processes of their own."""

import signal

import pytest

LINGERING = "lingering_tasks:"

pytestmark = pytest.mark.fault(112)


def run(rota, task, name, **settings):
    process = rota.run("run", name, ROTA_TASKS=LINGERING + task, **settings)
    assert process.exit_code == 0
    return process


@pytest.mark.parametrize(
    ("method", "after"), [("fork", "0"), ("fork", "0.3"), ("spawn", "0.5")], ids=str
)
def test_a_child_is_terminated_at_once(rota, method, after):
    process = run(rota, "TerminatesAChild", "terminates-a-child", METHOD=method, AFTER=after)
    assert process.message["counts"] == {"exitcode": -15}
    assert process.events("run.finished")[0]["duration_seconds"] < 50


@pytest.mark.parametrize(
    ("way", "exit_code", "told"),
    [
        ("sys.exit", 3, ""),
        ("raise", 1, "ValueError: the child broke"),
        ("return", 0, ""),
        ("loop", 1, "a forked child went on into the event loop of its parent"),
    ],
)
def test_a_child_that_leaves_the_task_ends_there_and_logs_no_end_of_the_run(
    rota, way, exit_code, told
):
    process = run(rota, "Forks", "forks", WAY=way)
    assert process.message["counts"] == {"exitcode": exit_code}
    assert process.stderr.count("run.finished") == 1
    assert told in process.stderr
    assert process.stdout == "buffered before the fork"


def test_a_handler_that_the_task_has_set_stays_in_the_child(rota):
    process = run(rota, "KeepsItsOwnHandler", "keeps-its-own-handler")
    assert process.message["counts"] == {"exitcode": 0}


def test_a_program_that_a_task_starts_can_be_hung_up(rota):
    # Where nohup runs the tests, hang-ups are ignored from the start.
    by_default = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}
    process = run(rota, "InheritsHangups", "inherits-hangups", popen=by_default)
    assert process.message["counts"] == {"handler": 0}
