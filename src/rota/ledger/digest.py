"""A task's history in short, for those who look at many tasks at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rota.ledger.records import RecordedRun, RecordedSkip
from rota.model.outcome import SkipReason
from rota.model.slot import SlotState

_Noted = TypeVar("_Noted", RecordedRun, RecordedSkip)
FAILURES = (SlotState.FAILED, SlotState.TIMED_OUT)
ENDED = (SlotState.SUCCEEDED, *FAILURES, SlotState.INTERRUPTED, SlotState.LOST)


@dataclass(frozen=True, slots=True)
class TaskDigest:
    """What a ledger knows of one task, in short. The newest slot comes first in each sequence.

    `recent` and `skips` have as many as were asked for; the others are right however few that is.
    A run without a slot stands where it started. `last` may still go on. `consecutive_failures` are
    the runs that failed or timed out for a newer slot than that of the last success; those that
    were interrupted or lost do not count. `oldest_due` is the oldest slot, or start without one,
    that the ledger knows of, `suspended_until` the newest slot that was skipped while the task was
    suspended.
    """

    recent: tuple[RecordedRun, ...] = ()
    skips: tuple[RecordedSkip, ...] = ()
    running: tuple[RecordedRun, ...] = ()
    last: RecordedRun | None = None
    last_ended: RecordedRun | None = None
    last_success: RecordedRun | None = None
    consecutive_failures: int = 0
    oldest_due: int | None = None
    suspended_until: int | None = None

    @property
    def owes_since(self) -> int | None:
        """The slot after which the task owes a success; None where nothing is known of it.

        That of the last success; where there is none, the first that is known is owed itself. Slots
        that were skipped while the task was suspended are not owed, nor are those before.
        """
        if self.oldest_due is None:
            return None
        since = self.oldest_due - 1 if self.last_success is None else self.last_success.due
        return since if self.suspended_until is None else max(since, self.suspended_until)


def digest_of(
    runs: Sequence[RecordedRun], skips: Sequence[RecordedSkip], *, recent: int
) -> TaskDigest:
    """Return the digest of all that is known of one task, in the order in which it was noted."""
    newest_first = _newest_first(runs, lambda run: run.due)
    last_success = _first(newest_first, (SlotState.SUCCEEDED,))
    since = -1 if last_success is None else last_success.due
    oldest = [run.due for run in runs] + [skip.skipped.last_slot for skip in skips]
    suspended = [
        skip.skipped.last_slot for skip in skips if skip.skipped.reason is SkipReason.SUSPENDED
    ]
    return TaskDigest(
        recent=tuple(newest_first[:recent]),
        skips=tuple(_newest_first(skips, lambda skip: skip.skipped.last_slot)[:recent]),
        running=tuple(run for run in newest_first if run.state is SlotState.RUNNING),
        last=next(iter(newest_first), None),
        last_ended=_first(newest_first, ENDED),
        last_success=last_success,
        consecutive_failures=sum(run.state in FAILURES and run.due > since for run in runs),
        oldest_due=min(oldest, default=None),
        suspended_until=max(suspended, default=None),
    )


def _newest_first(noted: Sequence[_Noted], slot: Callable[[_Noted], int]) -> list[_Noted]:
    # Sorting is stable: of several for one slot the last comes first.
    found = list(reversed(noted))
    found.sort(key=slot, reverse=True)
    return found


def _first(runs: Sequence[RecordedRun], states: Sequence[SlotState]) -> RecordedRun | None:
    return next((run for run in runs if run.state in states), None)
