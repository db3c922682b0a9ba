"""What people ask of a scheduler: a run now, a pause of a task, and the end of a pause."""

import logging
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rota.ledger.protocol import Ledger
from rota.model.clock import Clock, instant, rfc3339
from rota.model.errors import ConfigError, NotNowError, UnknownTaskError, UsageError
from rota.model.pause import Pause
from rota.model.run import Run, Trigger
from rota.runs.manual import manual_run
from rota.runs.runner import new_run
from rota.scheduler.dispatcher import Dispatcher
from rota.scheduler.entry import PendingRun, ScheduleEntry
from rota.settings import Overlap
from rota.tasks.naming import suggestion

LONGEST_PAUSE_SECONDS = 366 * 86_400
MOST_REASON_CHARACTERS = 500
# Control characters, which move a terminal's cursor, and halves of others, which no file takes.
_NOT_WRITTEN = ("Cc", "Cs")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """Who asks, None where that is not known, and why."""

    actor: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse a reason that is too long for a line. Raises UsageError."""
        if self.reason is not None and len(self.reason) > MOST_REASON_CHARACTERS:
            raise UsageError(f"a reason has at most {MOST_REASON_CHARACTERS} characters")

    @property
    def words(self) -> str | None:
        """The reason on one line, as it may stand anywhere; None where it says nothing."""
        line = " ".join((self.reason or "").split())
        return "".join(map(_written, line)) or None


def _written(character: str) -> str:
    return "?" if unicodedata.category(character) in _NOT_WRITTEN else character


class ByHand:
    """Carries out orders. Use it in the scheduler's event loop; what it notes is flushed at once.

    `dispatcher` returns None while the scheduler does not run.
    """

    def __init__(
        self,
        entries: Mapping[str, ScheduleEntry],
        *,
        ledger: Ledger,
        clock: Clock,
        dispatcher: Callable[[], Dispatcher | None],
        flush: Callable[[], None],
    ) -> None:
        self._entries = entries
        self._ledger = ledger
        self._clock = clock
        self._dispatcher = dispatcher
        self._flush = flush

    def run(
        self, task: str, order: Order, *, slot: str | None = None, arguments: Sequence[str] = ()
    ) -> Run:
        """Start a run now, suspended and paused tasks too, and return it.

        `slot` is an instant in RFC 3339, and gives the run that slot's idempotency keys;
        `arguments` are `name=value`. A run that replaces another starts once that has ended. Raises
        UnknownTaskError, UsageError, or NotNowError where the task's overlap policy or the
        capacity do not let it start.
        """
        entry, dispatcher = self._entry(task), self._running()
        new = new_run(entry.task, Trigger.MANUAL, None, clock=self._clock)
        run = manual_run(new, entry.task, slot, arguments, self._clock)
        run = replace(run, actor=order.actor, purpose=order.words)
        obstacle = _obstacle(entry, run, dispatcher)
        if obstacle is not None:
            raise NotNowError(obstacle)
        self._tell("task.run_requested", order, run.facts())
        # Without a slot of its own: it is not due, nothing is owed for it, and no slot drops it.
        dispatcher.submit(entry, PendingRun(None, Trigger.MANUAL, run=run))
        self._flush()
        return run

    def pause(self, task: str, order: Order, *, until: float) -> Pause:
        """Start no slot of a task before the epoch time `until`; runs that are active go on.

        Slots that wait are skipped. Another pause takes the place of one that lasts. Raises
        UnknownTaskError, UsageError, or NotNowError for a suspended task.
        """
        entry, dispatcher, now = self._entry(task), self._running(), int(self._clock.timestamp())
        if order.words is None:
            raise UsageError("a pause needs a reason: others will ask")
        end = math.ceil(until)
        if not now < end <= now + LONGEST_PAUSE_SECONDS:
            raise UsageError(
                f"a pause ends in the future, and within a year: not at {rfc3339(instant(until))}"
            )
        if entry.task.suspend:
            raise NotNowError(f"task {task!r} is suspended: it starts nothing anyway")
        current = entry.pause
        since = current.since if current is not None and current.active_at(now) else now
        entry.pause = pause = Pause(since, end, order.actor, order.words)
        dispatcher.drop_for_pause(entry, pause)
        self._ledger.paused(task, pause)
        self._tell("task.paused", order, {"task": task, "until": rfc3339(instant(end))})
        self._flush()
        return pause

    def resume(self, task: str, order: Order) -> Pause:
        """End a pause now; return it. Slots that it skipped are not made up for.

        Raises UnknownTaskError, or NotNowError where the task is not paused.
        """
        entry, now = self._entry(task), int(self._clock.timestamp())
        self._running()
        if entry.pause is None or not entry.pause.active_at(now):
            raise NotNowError(f"task {task!r} is not paused")
        entry.pause = pause = replace(entry.pause, until=now)
        self._ledger.paused(task, pause)
        self._tell("task.resumed", order, {"task": task})
        self._flush()
        return pause

    def _entry(self, task: str) -> ScheduleEntry:
        found = self._entries.get(task)
        if found is None:
            raise UnknownTaskError(f"no task is named {task!r}{suggestion(task, self._entries)}")
        return found

    def _running(self) -> Dispatcher:
        dispatcher = self._dispatcher()
        if dispatcher is None:
            raise ConfigError("the scheduler is not running, or is stopping")
        return dispatcher

    def _tell(self, event: str, order: Order, facts: Mapping[str, object]) -> None:
        _logger.info(event, extra={**facts, "actor": order.actor, "purpose": order.words})


def _obstacle(entry: ScheduleEntry, run: Run, dispatcher: Dispatcher) -> str | None:
    """Return why `run`, for a slot if it has one, cannot start now; None if it can."""
    task = entry.task
    slot = None if run.slot is None else run.slot.timestamp()
    if any(pending.trigger.is_by_hand for pending in entry.waiting):
        return f"another run of task {task.name!r} by hand waits already"
    if slot is not None and any(pending.slot == slot for pending in entry.waiting):
        return f"the run of task {task.name!r} for this slot waits already"
    if slot is not None and entry.retries_slot(slot):
        return f"the run of task {task.name!r} for this slot is tried again, as it has asked"
    if entry.active and task.overlap is not Overlap.ALLOW:
        return _activity(entry)
    if dispatcher.running >= dispatcher.capacity:
        return f"{dispatcher.capacity} runs are active, as many as ROTA_MAX_CONCURRENT_RUNS allows"
    return None


def _activity(entry: ScheduleEntry) -> str | None:
    """Return why an active run keeps another from starting; None if that takes its place."""
    task, ids = entry.task, ", ".join(active.run.run_id for active in entry.active)
    if entry.stuck:
        return (
            f"task {task.name!r} is stuck: its run {ids} ignores its cancellation, and no other "
            "starts before that returns, or the scheduler is restarted"
        )
    if task.overlap is Overlap.FORBID:
        return f"task {task.name!r} is running ({ids}), and overlap is forbid: wait for its end"
    return None
