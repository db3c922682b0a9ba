"""One log record for each thing that happens to a run or a slot.

Records of the standard library: their text is a sentence, for an application that has its own
logging, and their fields, `event` among them, are what rota's own JSON lines are made of.
"""

import logging
from typing import Any

from rota.logs.record import FieldsRecord
from rota.model.clock import instant, rfc3339
from rota.model.events import RunEvent, RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.model.outcome import Outcome
from rota.model.run import RunRecord

_logger = logging.getLogger("rota.runs")

_LEVELS = {
    Outcome.SUCCEEDED: logging.INFO,
    Outcome.INTERRUPTED: logging.WARNING,
    Outcome.FAILED: logging.ERROR,
    Outcome.TIMED_OUT: logging.ERROR,
}
_WORDS = {
    Outcome.SUCCEEDED: "succeeded",
    Outcome.INTERRUPTED: "was interrupted",
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "timed out",
}


def log_run_event(event: RunEvent) -> None:
    """Write `event` to the log."""
    match event:
        case RunStarted(run, lateness):
            fields = {**run.facts(), "lateness_seconds": round(lateness, 3)}
            _log(logging.INFO, f"task {run.task!r} started", "run.started", fields)
        case RunFinished(record):
            _log_end(record)
        case SlotsSkipped():
            _log_skipped(event)
        case RunLost(task, run_id, slot):
            reason = "the process that ran it died"
            fields = {
                "task": task,
                "run_id": run_id,
                "slot": None if slot is None else rfc3339(instant(slot)),
                "outcome": Outcome.INTERRUPTED.value,
                "reason": reason,
            }
            which = f"the run for {fields['slot']}" if slot else f"run {run_id}"
            text = f"task {task!r}: {which} was lost: {reason}"
            _log(logging.WARNING, text, "run.lost", fields)


def _log_skipped(event: SlotsSkipped) -> None:
    fields = {
        "task": event.task,
        "outcome": Outcome.SKIPPED.value,
        "reason": event.reason.value,
        "count": event.count,
        "count_is_lower_bound": event.capped,
        "first_slot": rfc3339(instant(event.first_slot)),
        "last_slot": rfc3339(instant(event.last_slot)),
    }
    if event.detail is not None:
        fields["detail"] = event.detail
    number = f"at least {event.count}" if event.capped else f"{event.count}"
    slots = f"{number} from {fields['first_slot']} to {fields['last_slot']}"
    why = event.detail or event.reason.value
    text = f"task {event.task!r}: slots skipped ({why}): {slots}"
    _log(logging.WARNING, text, "run.skipped", fields)


def _log_end(record: RunRecord) -> None:
    text = f"task {record.run.task!r} {_WORDS[record.outcome]}"
    if record.duration_seconds is not None:
        text += f" after {record.duration_seconds:.3f} s"
    if record.reason:
        text += f": {record.reason}"
    fields = record.facts()
    if record.blocked_by is not None:
        fields["blocked_by"] = record.blocked_by
    _log(_LEVELS[record.outcome], text, "run.finished", fields, record.traceback)


def _log(
    level: int, text: str, event: str, fields: dict[str, Any], traceback: str | None = None
) -> None:
    if not _logger.isEnabledFor(level):
        return
    extra = {**fields, "event": event}
    if traceback is not None:
        extra["exception"] = traceback
    # What standard formatters print below the text.
    _logger.handle(FieldsRecord(_logger.name, level, text, extra, exc_text=traceback))
