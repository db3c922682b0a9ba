"""Whether a run is made again that ended with TryAgain, and when. Pure."""

from dataclasses import replace

from rota.model.exit_codes import ExitCode
from rota.model.run import RunRecord
from rota.scheduler.entry import PendingRun, Retry
from rota.tasks.definition import TaskDefinition, retry_wait_seconds


def retry_of(
    task: TaskDefinition, pending: PendingRun, record: RunRecord, now: float
) -> Retry | str | None:
    """Return the run that follows one that has ended, or why none does; None if none was asked for.

    It does the same work: for the same slot, with the same identity. As in a Job there are at most
    `backoff_limit` of them, and without `after` they wait as long as a Job's pods do. None is due
    later than `catch_up_seconds` after the slot, or after the first start of a run without one.
    `now` is an epoch time.
    """
    if record.exit_code is not ExitCode.ASKED_TO_TRY_AGAIN:
        return None
    if pending.attempt >= task.backoff_limit:
        return f"backoff_limit is {task.backoff_limit}"
    wait_seconds = record.retry_after_seconds
    if wait_seconds is None:
        wait_seconds = retry_wait_seconds(pending.attempt)
    first_at = record.started_at if pending.first_at is None else pending.first_at
    since = first_at if pending.slot is None else pending.slot
    if now + wait_seconds > since + task.catch_up_seconds:
        return f"in {wait_seconds:g} s it would be later than catch_up_seconds allows"
    following = replace(
        pending, attempt=pending.attempt + 1, identity=record.run.identity, first_at=first_at
    )
    return Retry(following, record, wait_seconds)
