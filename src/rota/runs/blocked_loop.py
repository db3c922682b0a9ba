"""Ends runs whose task blocks the event loop, from another thread."""

import threading
from collections.abc import Callable
from typing import Self

from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, exit_code_of_signal
from rota.runs.runner import Runner
from rota.runtime.shutdown import Deadline, deadlines, do_briefly, end_now
from rota.runtime.watchdog import stack_of


class BlockedLoop:
    """Publishes, from other threads, the end of runs that the event loop can no longer end.

    Make it in the thread of the event loop. `flush` waits for the observers, briefly.
    """

    def __init__(self, runner: Runner, flush: Callable[[], None]) -> None:
        self._runner = runner
        self._flush = flush
        self._loop_thread_id = threading.get_ident()
        self._deadline: Deadline | None = None

    def end_process_after(self, seconds: float) -> Self:
        """End the process then, as timed out, unless `disarm` is called before."""
        self._deadline = deadlines.call_after(seconds, self._time_out)
        return self

    def disarm(self) -> None:
        """Leave the process alone: the end of the run is decided."""
        if self._deadline is not None:
            self._deadline.cancel()

    def stop(self, signal_number: int) -> None:
        """Publish the end of runs that a stop did not reach."""
        self._end(Outcome.INTERRUPTED, exit_code_of_signal(signal_number), "stopped")

    def _time_out(self) -> None:
        self._end(Outcome.TIMED_OUT, ExitCode.TIMED_OUT, "timed out")
        end_now(ExitCode.TIMED_OUT)

    def _end(self, outcome: Outcome, exit_code: ExitCode, reason: str) -> None:
        reason = f"{reason}, and the task blocks the event loop"
        stack = stack_of(self._loop_thread_id)
        # An observer may need a lock that the blocked thread holds.
        do_briefly(lambda: self._runner.end_blocked(outcome, exit_code, reason, stack))
        do_briefly(self._flush)
