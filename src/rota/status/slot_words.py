"""Why a slot has no run, in sentences: of a scheduler's slots, and of a CronJob's."""

from collections.abc import Mapping

from rota.model.clock import duration_text, instant, rfc3339
from rota.model.outcome import SkipReason
from rota.status.sight import Sight
from rota.tasks.definition import TaskDefinition

_BY_SCHEDULER: Mapping[SkipReason, str] = {
    SkipReason.OVERLAP: (
        "It was skipped: another run of the task was active, and a newer slot came before that "
        "run ended (overlap: {overlap})."
    ),
    SkipReason.MISSED: (
        "It was skipped: no scheduler was there when it came, and a newer slot was caught up "
        "instead, or none was to be."
    ),
    SkipReason.TOO_LATE: (
        "It was skipped: it could not start within {late} (catch_up_seconds, catch_up)."
    ),
    SkipReason.STOPPING: "It was skipped: the scheduler was stopping.",
    SkipReason.SUSPENDED: "It was skipped: the task was suspended.",
    SkipReason.PAUSED: "It was skipped: the task was paused.",
}
_BY_CRONJOB: Mapping[SkipReason, str] = {
    SkipReason.OVERLAP: (
        "It was skipped: Jobs of the CronJob were active until it was too late, or until a newer "
        "slot came (overlap: {overlap})."
    ),
    SkipReason.MISSED: (
        "It was skipped: the CronJob controller made no Job for it before a newer slot came, and "
        "it starts only the newest."
    ),
    SkipReason.TOO_LATE: (
        "It was skipped: the CronJob controller made no Job for it within {late} "
        "(startingDeadlineSeconds)."
    ),
    SkipReason.SUSPENDED: "It was skipped: the CronJob was suspended.",
    SkipReason.DELETED: "It was skipped: the CronJob was deleted before it could start.",
    SkipReason.REFUSED: "It was skipped: the API server refused its Job.",
}
_WITHOUT_WORDS = "It was skipped ({reason})."


def skip_sentence(task: TaskDefinition, reason: SkipReason, *, by_cronjob: bool) -> str:
    """Return why a slot was skipped."""
    texts = _BY_CRONJOB if by_cronjob else _BY_SCHEDULER
    # A file may have been written by the one and then by the other.
    text = texts.get(reason) or _BY_SCHEDULER.get(reason) or _WITHOUT_WORDS
    late = duration_text(task.latest_start_seconds)
    return text.format(late=late, overlap=task.overlap.value, reason=reason.value)


def due_sentence(sight: Sight | None) -> str:
    """Return what a slot waits for that has come and has no run."""
    return f"It is due, and waits for its {'run' if sight is None else 'Job'}."


def retry_sentence(retry_at: float, now: float) -> str:
    """Return what a slot waits for that is tried again at an epoch time."""
    at = moment_text(retry_at)
    if retry_at > now:
        return f"It waits to be tried again at {at}, in {duration_text(int(retry_at - now))}."
    return f"It was to be tried again at {at}, and waits for its turn, or for a scheduler."


def unobserved_sentence(slot: int, oldest: int | None, sight: Sight | None) -> str:
    """Return why nothing is known of a slot; `oldest` is the first that something is known of."""
    if oldest is None:
        return "Nothing has been recorded of this task yet."
    if slot < oldest:
        return (
            f"Nothing is known from so long ago: the oldest record of the task is of "
            f"{moment_text(oldest)}."
        )
    if sight is None:
        return (
            "Nothing was recorded for it: no scheduler was there, the task had another schedule "
            "then, or the record was deleted to keep the history small."
        )
    gap = sight.gap_of(slot)
    if gap is None:
        return "Nothing was recorded for it, or the record was deleted to keep the history small."
    return (
        f"The console did not see the cluster from {moment_text(gap[0])} to {moment_text(gap[1])}, "
        "and nothing proves what became of the slot."
    )


def blind_sentence(since: float) -> str:
    """Return what concerns everything while nothing is seen."""
    return f"The console has not seen the cluster since {moment_text(since)}."


def moment_text(epoch_seconds: float) -> str:
    """Return an epoch time to the second."""
    return rfc3339(instant(int(epoch_seconds)))
