"""One log line for each thing that happens to a run or a slot."""

import logging

import structlog

from rota.clock import instant, rfc3339
from rota.errors import ApiError, ItemsFailedError, RequestRefusedError
from rota.logs import run_fields
from rota.runs.events import RunEvent, RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.runs.outcome import Outcome, RunResult

_log: structlog.stdlib.BoundLogger = structlog.get_logger("rota.runs")

# Their text says all there is to say; a traceback would only show rota's own insides.
_SELF_EXPLAINING = (ApiError, ItemsFailedError, RequestRefusedError)


def log_run_event(event: RunEvent) -> None:
    """Write `event` to the log."""
    match event:
        case RunStarted(run, lateness):
            _log.info("run.started", **run_fields(run), lateness_seconds=round(lateness, 3))
        case RunFinished(result):
            _log_result(result)
        case SlotsSkipped():
            _log.warning(
                "run.skipped",
                task=event.task,
                outcome=Outcome.SKIPPED.value,
                reason=event.reason.value,
                count=event.count,
                count_is_lower_bound=event.capped,
                first_slot=rfc3339(instant(event.first_slot)),
                last_slot=rfc3339(instant(event.last_slot)),
            )
        case RunLost(task, run_id, slot):
            _log.warning(
                "run.lost",
                task=task,
                run_id=run_id,
                slot=rfc3339(instant(slot)),
                outcome=Outcome.INTERRUPTED.value,
                reason="the process that ran it died",
            )


def _log_result(result: RunResult) -> None:
    level = logging.INFO
    if result.outcome in (Outcome.FAILED, Outcome.TIMED_OUT):
        level = logging.ERROR
    elif result.outcome is Outcome.INTERRUPTED:
        level = logging.WARNING
    fields = {
        **run_fields(result.run),
        "outcome": result.outcome.value,
        "exit_code": int(result.exit_code),
        "duration_seconds": round(result.duration_seconds, 3),
    }
    if result.counts:
        fields["counts"] = dict(result.counts)
    if result.reason:
        fields["reason"] = result.reason
    if result.stuck:
        fields["stuck"] = True
    unexplained = result.error is not None and not isinstance(result.error, _SELF_EXPLAINING)
    _log.log(level, "run.finished", exc_info=result.error if unexplained else None, **fields)
