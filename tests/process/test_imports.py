"""What tasks' modules do to the process while they are imported, and to its logging in a run."""

import json
import signal

import pytest

CANARY = "c4n4ry-7f3d9e"
TASKS = {
    "ROTA_TASKS": "meddling_tasks:Meddles",
    "ROTA_API_TOKEN": CANARY,
    "CANARY": CANARY,
    "DEBUG": "true",
}
LOGGING = ("basic_config", "dict_config", "structlog_config", "disable_logging", "break_a_log_call")
AT_IMPORT = ("run_a_loop", "set_a_policy", "print_to_stdout", *LOGGING)


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"')]


def events_of(process, event):
    return [line for line in json_lines(process.stderr) if line["event"] == event]


def assert_no_canary(process):
    assert CANARY not in process.stdout
    assert CANARY not in process.stderr
    assert CANARY.encode() not in process.termination_log.read_bytes()


@pytest.mark.fault(111)
@pytest.mark.parametrize("where", ["MEDDLE", "MEDDLE_IN_RUN"])
@pytest.mark.parametrize("what", [*LOGGING, ",".join(LOGGING)])
def test_no_logging_of_an_application_shows_the_token_or_hides_how_a_run_went(rota, where, what):
    process = rota.run("run", "meddles", **TASKS, **{where: what})

    assert process.exit_code == 0
    assert len(events_of(process, "run.started")) == 1
    (finished,) = events_of(process, "run.finished")
    assert finished["counts"] == {"own_loop": 0}
    assert "with [redacted]" in process.stdout + process.stderr
    assert_no_canary(process)


@pytest.mark.parametrize("what", LOGGING[:3])
def test_logging_that_is_set_up_at_import_leaves_an_applications_lines_json(rota, what):
    process = rota.run("run", "meddles", **TASKS, MEDDLE=what)

    events = [line["event"] for line in json_lines(process.stderr)]
    assert events.count("with [redacted]") == 2
    assert events.count("structured with [redacted]") == 1
    assert "with [redacted]" not in process.stderr.replace('"with [redacted]"', "").replace(
        '"structured with [redacted]"', ""
    )


@pytest.mark.fault(111)
@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--json"),
        ("check", "--json"),
        ("next", "meddles", "--json"),
        ("export", "helm-values"),
    ],
    ids=" ".join,
)
def test_what_is_printed_at_import_is_not_in_a_commands_output(rota, arguments):
    calm = rota.run(*arguments, **TASKS)
    process = rota.run(*arguments, **TASKS, MEDDLE=",".join(AT_IMPORT))

    assert process.exit_code == 0, process.stderr
    shown = [each.stdout for each in (calm, process)]
    if "--json" in arguments:
        shown = [list(json.loads(each)) for each in shown]
    assert shown[0] == shown[1]
    assert "printed [redacted]" in process.stderr
    assert "echoed" in process.stderr
    assert_no_canary(process)


@pytest.mark.fault(111)
@pytest.mark.parametrize("command", ["run", "scheduler"])
def test_a_module_may_run_a_loop_and_decide_which_one_runs_the_tasks(rota, command):
    environment = {**TASKS, "MEDDLE": ",".join(AT_IMPORT), "ROTA_STATE_PATH": "off"}
    if command == "run":
        process = rota.run("run", "meddles", **environment)
    else:
        process = rota.start("scheduler", **environment)
        process.until("run.finished")
        assert process.end_after(signal.SIGTERM)[0] == 0

    assert events_of(process, "run.finished")[0]["counts"] == {"own_loop": 1}
    assert_no_canary(process)


@pytest.mark.fault(111)
def test_a_task_in_the_scheduler_cannot_silence_the_scheduler(rota):
    environment = {**TASKS, "MEDDLE_IN_RUN": ",".join(LOGGING), "ROTA_STATE_PATH": "off"}
    process = rota.start("scheduler", **environment)
    process.until("run.finished")
    process.end_after(signal.SIGTERM)

    assert [len(events_of(process, f"worker.{each}")) for each in ("started", "stopped")] == [1, 1]
    assert_no_canary(process)
