import logging

import pytest

from rota.model.clock import instant
from rota.model.events import RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, SkipReason
from rota.model.run import Run, RunRecord, Trigger
from rota.observers.run_log import log_run_event

SLOT = 1_800_000_000
SLOT_TEXT = "2027-01-15T08:00:00Z"
RUN = Run("cleanup", "6b05-1", Trigger.CATCH_UP, instant(SLOT), instant(1), "i")
RUN_FIELDS = {"task": "cleanup", "run_id": "6b05-1", "trigger": "catch_up", "slot": SLOT_TEXT}


FIELDS_OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message", "asctime"}


@pytest.fixture
def record_of(caplog):
    def record_of(event):
        caplog.set_level(logging.DEBUG, "rota.runs")
        caplog.clear()
        log_run_event(event)
        (record,) = caplog.records
        return record

    return record_of


@pytest.fixture
def line_of(record_of):
    """Return the fields that a record adds, and its level."""

    def line_of(event):
        record = record_of(event)
        added = set(vars(record)) - FIELDS_OF_EVERY_RECORD
        fields = {name: vars(record)[name] for name in added}
        return {**fields, "log_level": record.levelname.lower()}

    return line_of


def finished(outcome, exit_code, **more):
    return RunFinished(RunRecord(RUN, outcome, exit_code, 0.0, 1.23456, **more))


def test_a_start_says_how_late_it_is(line_of):
    assert line_of(RunStarted(RUN, 1.23456)) == {
        **RUN_FIELDS,
        "event": "run.started",
        "lateness_seconds": 1.235,
        "log_level": "info",
    }


def test_a_success_says_what_was_done(line_of):
    line = line_of(finished(Outcome.SUCCEEDED, ExitCode.SUCCEEDED, counts={"sent": 3}))
    assert line == {
        **RUN_FIELDS,
        "event": "run.finished",
        "outcome": "succeeded",
        "exit_code": 0,
        "duration_seconds": 1.235,
        "counts": {"sent": 3},
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
def test_the_level_tells_whether_somebody_should_look(line_of, outcome, exit_code, level):
    assert line_of(finished(outcome, exit_code))["log_level"] == level


def test_a_traceback_stands_below_the_text_and_in_a_field(record_of):
    traceback = "Traceback (most recent call last):\nValueError: x"
    record = record_of(
        finished(Outcome.FAILED, ExitCode.TASK_FAILED, reason="x", traceback=traceback)
    )
    assert logging.Formatter().format(record) == (
        f"task 'cleanup' failed after 1.235 s: x\n{traceback}"
    )
    assert record.exception == traceback


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (RunStarted(RUN, 0), "task 'cleanup' started"),
        (
            finished(Outcome.SUCCEEDED, ExitCode.SUCCEEDED),
            "task 'cleanup' succeeded after 1.235 s",
        ),
        (
            finished(Outcome.TIMED_OUT, ExitCode.TIMED_OUT),
            "task 'cleanup' timed out after 1.235 s",
        ),
        (
            finished(Outcome.INTERRUPTED, ExitCode.INTERRUPTED_SIGTERM, reason="stopped"),
            "task 'cleanup' was interrupted after 1.235 s: stopped",
        ),
        (
            RunLost("cleanup", "6b05-1", SLOT),
            f"task 'cleanup': the run for {SLOT_TEXT} was lost: the process that ran it died",
        ),
        (
            SlotsSkipped("cleanup", SLOT, SLOT, 2, capped=True, reason=SkipReason.MISSED),
            f"task 'cleanup': slots skipped (missed): at least 2 from {SLOT_TEXT} to {SLOT_TEXT}",
        ),
    ],
    ids=["started", "succeeded", "timed out", "interrupted", "lost", "skipped"],
)
@pytest.mark.fault(107)
def test_the_text_of_a_record_says_what_happened_to_which_task(record_of, event, text):
    assert record_of(event).getMessage() == text


def test_a_stuck_task_is_shown_as_one(line_of):
    assert line_of(finished(Outcome.TIMED_OUT, ExitCode.TIMED_OUT, stuck=True))["stuck"] is True


def test_skipped_slots_are_reported_with_their_reason(line_of):
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


def test_a_run_that_died_with_its_process_ends_as_interrupted(line_of):
    line = line_of(RunLost("cleanup", "6b05-1", SLOT))
    assert (line["outcome"], line["slot"], line["log_level"]) == (
        "interrupted",
        SLOT_TEXT,
        "warning",
    )


def test_a_line_on_skipped_slots_has_what_more_there_is_to_say(line_of):
    detail = "paused by ada until 2026-11-24T00:03:00Z: the disk is full"
    event = SlotsSkipped("t", SLOT, SLOT, 1, capped=False, reason=SkipReason.PAUSED, detail=detail)
    line = line_of(event)

    assert (line["reason"], line["detail"]) == ("paused", detail)
