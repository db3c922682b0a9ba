import pytest
from structlog.testing import capture_logs

from rota.clock import instant
from rota.context import Run, Trigger
from rota.errors import ApiRejectedError, ItemsFailedError
from rota.exit_codes import ExitCode
from rota.observability.run_log import log_run_event
from rota.runs.events import RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.runs.outcome import Outcome, RunResult, SkipReason

SLOT = 1_800_000_000
SLOT_TEXT = "2027-01-15T08:00:00Z"
RUN = Run("cleanup", "6b05-1", Trigger.CATCH_UP, instant(SLOT), instant(1), "i")
RUN_FIELDS = {"task": "cleanup", "run_id": "6b05-1", "trigger": "catch_up", "slot": SLOT_TEXT}


def line_of(event):
    with capture_logs() as lines:
        log_run_event(event)
    (line,) = lines
    return line


def finished(outcome, exit_code, **more):
    return RunFinished(RunResult(RUN, outcome, exit_code, 0.0, 1.23456, **more))


def test_a_start_says_how_late_it_is():
    assert line_of(RunStarted(RUN, 1.23456)) == {
        **RUN_FIELDS,
        "event": "run.started",
        "lateness_seconds": 1.235,
        "log_level": "info",
    }


def test_a_success_says_what_was_done():
    line = line_of(finished(Outcome.SUCCEEDED, ExitCode.SUCCEEDED, counts={"sent": 3}))
    assert line == {
        **RUN_FIELDS,
        "event": "run.finished",
        "outcome": "succeeded",
        "exit_code": 0,
        "duration_seconds": 1.235,
        "counts": {"sent": 3},
        "exc_info": None,
        "log_level": "info",
    }


@pytest.mark.parametrize(
    ("outcome", "exit_code", "level"),
    [
        (Outcome.SUCCEEDED, ExitCode.SUCCEEDED, "info"),
        (Outcome.FAILED, ExitCode.TASK_FAILED, "error"),
        (Outcome.TIMED_OUT, ExitCode.TIMED_OUT, "error"),
        (Outcome.INTERRUPTED, ExitCode.INTERRUPTED_SIGTERM, "warning"),
    ],
)
def test_the_level_tells_whether_somebody_should_look(outcome, exit_code, level):
    assert line_of(finished(outcome, exit_code))["log_level"] == level


@pytest.mark.parametrize(
    ("error", "has_traceback"),
    [
        (ValueError("x"), True),
        (ApiRejectedError("POST /x: 403"), False),
        (ItemsFailedError("2 failed"), False),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_traceback_is_shown_only_where_the_text_does_not_say_it_all(error, has_traceback):
    line = line_of(finished(Outcome.FAILED, ExitCode.TASK_FAILED, error=error, reason=str(error)))
    assert (line["exc_info"] is error) is has_traceback
    assert line["reason"] == str(error)


def test_a_stuck_task_is_shown_as_one():
    assert line_of(finished(Outcome.TIMED_OUT, ExitCode.TIMED_OUT, stuck=True))["stuck"] is True


def test_skipped_slots_are_told_with_their_reason():
    event = SlotsSkipped("cleanup", SLOT, SLOT + 60, 2, capped=True, reason=SkipReason.OVERLAP)
    assert line_of(event) == {
        "event": "run.skipped",
        "task": "cleanup",
        "outcome": "skipped",
        "reason": "overlap",
        "count": 2,
        "count_is_lower_bound": True,
        "first_slot": SLOT_TEXT,
        "last_slot": "2027-01-15T08:01:00Z",
        "log_level": "warning",
    }


def test_a_run_that_died_with_its_process_ends_as_interrupted():
    line = line_of(RunLost("cleanup", "6b05-1", SLOT))
    assert (line["outcome"], line["slot"], line["log_level"]) == (
        "interrupted",
        SLOT_TEXT,
        "warning",
    )
