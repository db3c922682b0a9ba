"""Dead-man pings on behalf of pods: what they themselves cannot have told."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from rota.ledger.attempts import Attempt
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedRun
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.slot import SlotState
from rota.observers.heartbeat import keep_beating
from rota.observers.ping_services import Ping, PingEvent, run_uuid
from rota.observers.pings import PingLine, ping_of_skip

# A Job that was deleted or replaced is no failure, and of one that is lost nobody knows.
_FAILURES = (SlotState.FAILED, SlotState.TIMED_OUT)
# The outcomes that a run tells as a failure itself.
_TOLD = (Outcome.FAILED.value, Outcome.TIMED_OUT.value)
_NEVER_STARTED = "no pod of the Job has run to an end"


class ConsolePings:
    """Tells of Jobs that failed without a word, and of slots without a Job. `noted` is for a watch.

    Without a `line` it does nothing. `since` is the epoch time from which on Jobs must have ended:
    a console that remembers nothing sees old ones as new.
    """

    def __init__(self, line: PingLine | None) -> None:
        self._line = line
        self.since = 0.0

    def keep_beating(self, is_well: Callable[[], bool], until: AsyncExitStack) -> None:
        """Ping for the console itself while it is well, until the stack is left."""
        if self._line is not None:
            keep_beating(self._line, "@console", is_well, until)

    def noted(self, notes: ConsoleNotes, ended: Sequence[RecordedRun]) -> None:
        """Tell what there is to tell of what has just been written."""
        if self._line is None:
            return
        for run in ended:
            if self.since <= run.started_at + (run.duration_seconds or 0.0) and is_untold(run):
                self._line.tell(_ping_of(run))
        for each in notes.skips:
            self._line.tell(ping_of_skip(each.skipped))


def is_untold(run: RecordedRun) -> bool:
    """Whether a Job failed, and the last pod that failed has not told so.

    A run that ends by itself leaves a termination message, and pings: one whose message has an
    outcome has told it. Killed, evicted and never started pods have none.
    """
    if run.state not in _FAILURES:
        return False
    last = _last_failed(run.attempts)
    return last is None or last.message.get("outcome") not in _TOLD


def _last_failed(attempts: Sequence[Attempt]) -> Attempt | None:
    failed = [attempt for attempt in attempts if attempt.exit_code != ExitCode.SUCCEEDED]
    return failed[-1] if failed else None


def _ping_of(run: RecordedRun) -> Ping:
    return Ping(
        PingEvent.FAILURE,
        run.task,
        # The pod has the same from ROTA_JOB_UID.
        run_uuid(run.task, run.run_id),
        exit_code=run.exit_code,
        duration_seconds=run.duration_seconds,
        note="" if run.exit_code is not None else _NEVER_STARTED,
    )
