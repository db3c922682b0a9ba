"""How a task is doing."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from rota.kubernetes.watching.seen_tasks import SeenTask
from rota.ledger.digest import TaskDigest
from rota.ledger.records import RecordedRun
from rota.model.clock import instant, rfc3339
from rota.model.pause import Pause
from rota.model.slot import SlotState
from rota.schedules.success_due import NEVER, success_due
from rota.status.labels import labels_of
from rota.status.retries import next_attempt_at
from rota.status.run_facts import run_facts
from rota.status.sight import Sight, unseen_slots
from rota.status.strip import Cell, strip_of, with_unobserved
from rota.status.words import schedule_text, schedule_words
from rota.tasks.definition import TaskDefinition
from rota.tasks.description import describe_cronjob

NEXT_SLOTS = 5
# A run is slow that takes so many times the usual 95th percentile, and so many seconds more.
_SLOW_FACTOR = 1.5
_SLOW_SECONDS = 1.0
# Asked with each look at all tasks, and another only after a success. Many tasks have the same one.
_success_due_of = lru_cache(maxsize=8192)(success_due)
STRIP_LENGTH = 30


class TaskState(StrEnum):
    """The one word for a task, the worst first.

    `overdue`: its next success should be there by now. `failing`: the last run that ended failed or
    timed out. `new`: it has never run. `paused`: somebody has paused it in a scheduler. `gone`: its
    CronJob was deleted.
    """

    OVERDUE = "overdue"
    FAILING = "failing"
    RUNNING = "running"
    NEW = "new"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    OK = "ok"
    GONE = "gone"


PROBLEMS = (TaskState.OVERDUE, TaskState.FAILING)
SEVERITY = {state: place for place, state in enumerate(TaskState)}


@dataclass(frozen=True, slots=True)
class Durations:
    """Of the recent runs that succeeded, in seconds."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A task at the epoch time `now`. Slots and times are epoch times.

    `success_due` is when the next success should have been seen; None for a suspended task. What
    only those who show the task need is computed when it is asked for: there may be thousands.
    `sight` is what a console could see, `pause` what somebody has asked for and lasts now.
    """

    task: TaskDefinition
    state: TaskState
    digest: TaskDigest
    success_due: int | None
    now: float
    strip_length: int
    sight: Sight | None = None
    pause: Pause | None = None

    @property
    def next_slots(self) -> Sequence[int]:
        """The slots that come next, after a pause; none for a suspended task."""
        return () if self.task.suspend else next_slots(self.task, self.plans_after, NEXT_SLOTS)

    @property
    def next_slot(self) -> int | None:
        """The first of them."""
        return None if self.task.suspend else self.task.schedule.next_epoch(self.plans_after)

    @property
    def plans_after(self) -> int:
        """The epoch time after which its slots start runs: now, or the end of its pause."""
        return int(self.now) if self.pause is None else self.pause.last_slot

    @property
    def durations(self) -> Durations | None:
        """How long the recent runs took that succeeded; None where there are none."""
        return _durations(self.digest)

    @property
    def strip(self) -> Sequence[Cell]:
        """The last slots, a cell each, the oldest first; those that nobody saw are among them."""
        cells = strip_of(self.digest, self.strip_length)
        if self.sight is None or not cells:
            return cells
        known = {cell.at for cell in cells}
        unseen = unseen_slots(self.task.schedule, self.sight, cells[0].at, known, self.strip_length)
        return with_unobserved(cells, unseen, self.strip_length)

    @property
    def running(self) -> Sequence[RecordedRun]:
        """The runs that go on now."""
        return self.digest.running

    @property
    def last_run(self) -> RecordedRun | None:
        """The run of the newest slot, whether it has ended or not."""
        return self.digest.last

    @property
    def retry_at(self) -> float | None:
        """When the task is tried again for what it has failed at; None where nothing waits."""
        digest = self.digest
        ended = () if digest.last_ended is None else (digest.last_ended,)
        return next_attempt_at((*digest.running, *digest.recent, *ended), self.now)

    @property
    def slow(self) -> bool:
        """Whether the last run takes, or took, much longer than runs that succeed usually do."""
        run, usual = self.last_run, self.durations
        if run is None or usual is None:
            return False
        took = run.duration_seconds
        if took is None:
            took = self.now - run.started_at if run.state is SlotState.RUNNING else 0.0
        return took > max(_SLOW_FACTOR * usual.p95, usual.p95 + _SLOW_SECONDS)

    @property
    def reason(self) -> str | None:
        """Why it is failing, overdue or paused, or what keeps a run waiting: its pod, perhaps."""
        if self.state is TaskState.PAUSED and self.pause is not None:
            return self.pause.sentence
        waiting = next((run.reason for run in self.running if run.reason), None)
        ended = None if self.digest.last_ended is None else self.digest.last_ended.reason
        if self.state is TaskState.FAILING:
            return ended or waiting
        if self.state is TaskState.OVERDUE:
            return waiting or ended
        return waiting if self.state is TaskState.RUNNING else None

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        digest, last_run, durations = self.digest, self.last_run, self.durations
        return {
            "name": self.task.name,
            "doc": doc_of(self.task),
            "state": self.state.value,
            "reason": self.reason,
            "schedule": schedule_text(self.task),
            "words": schedule_words(self.task),
            "time_zone": getattr(self.task.schedule, "timezone", "Etc/UTC"),
            "labels": dict(labels_of(self.task)),
            "cronjob": describe_cronjob(self.task),
            "pause": None if self.pause is None else self.pause.facts(),
            "running": [run.run_id for run in self.running],
            "next_slots": [rfc3339(instant(slot)) for slot in self.next_slots],
            "success_due": _moment(self.success_due),
            "retry_at": None if self.retry_at is None else _moment(int(self.retry_at)),
            "last_run": None if last_run is None else run_facts(last_run),
            "last_success": None if digest.last_success is None else run_facts(digest.last_success),
            "consecutive_failures": digest.consecutive_failures,
            "duration": None if durations is None else {"p50": durations.p50, "p95": durations.p95},
            "slow": self.slow,
            "strip": [cell.facts() for cell in self.strip],
        }


def task_status(
    task: TaskDefinition,
    digest: TaskDigest,
    now: float,
    *,
    strip_length: int = STRIP_LENGTH,
    owes_since: int = 0,
    sight: Sight | None = None,
    pause: Pause | None = None,
) -> TaskStatus:
    """Return how `task` is doing at the epoch time `now`.

    It owes no slot up to `owes_since`: those of an earlier schedule, for example; nor one of its
    last `pause`. `sight` is what a console could see: after that no success is missed.
    """
    paused_until = 0 if pause is None else pause.last_slot
    current = pause if pause is not None and pause.active_at(now) else None
    due = _success_due(task, digest, max(owes_since, paused_until))
    seen_until = now if sight is None else sight.seen_until
    return TaskStatus(
        task=task,
        state=_state(task, digest, seen_until, due, paused=current is not None),
        digest=digest,
        success_due=due,
        now=now,
        strip_length=strip_length,
        sight=sight,
        pause=current,
    )


def next_slots(task: TaskDefinition, after: int, count: int) -> Sequence[int]:
    """Return the next `count` slots strictly after an epoch time."""
    slots: list[int] = []
    while len(slots) < count:
        following = task.schedule.next_epoch(slots[-1] if slots else after)
        if following is None:
            break
        slots.append(following)
    return slots


def doc_of(task: TaskDefinition) -> str | None:
    """Return the first paragraph of a task's own docstring, on one line; None without one."""
    handler: Any = getattr(task.handler, "function", task.handler)
    described = handler if inspect.isroutine(handler) else type(handler)
    text = described.__doc__ if isinstance(described.__doc__, str) else ""
    paragraph = inspect.cleandoc(text).split("\n\n")[0]
    return " ".join(paragraph.split()) or None


def _success_due(task: TaskDefinition, digest: TaskDigest, owes_since: int) -> int | None:
    if task.suspend or digest.owes_since is None:
        return None
    due = _success_due_of(
        task.schedule,
        max(digest.owes_since, owes_since),
        catch_up_seconds=task.latest_start_seconds,
        budget_seconds=task.budget_seconds,
    )
    return None if due == NEVER else due


def _state(
    task: TaskDefinition, digest: TaskDigest, now: float, due: int | None, *, paused: bool
) -> TaskState:
    if isinstance(task, SeenTask) and task.gone_since is not None:
        return TaskState.GONE
    if task.suspend or paused:
        return TaskState.SUSPENDED if task.suspend else TaskState.PAUSED
    if due is not None and now > due:
        return TaskState.OVERDUE
    ended = digest.last_ended
    if ended is not None and ended.state in (SlotState.FAILED, SlotState.TIMED_OUT):
        return TaskState.FAILING
    if digest.running:
        return TaskState.RUNNING
    return TaskState.NEW if ended is None else TaskState.OK


def _durations(digest: TaskDigest) -> Durations | None:
    seconds = [
        run.duration_seconds
        for run in digest.recent
        if run.state is SlotState.SUCCEEDED and run.duration_seconds is not None
    ]
    if not seconds:
        return None
    seconds.sort()
    return Durations(round(_quantile(seconds, 0.5), 3), round(_quantile(seconds, 0.95), 3))


def _quantile(ascending: Sequence[float], share: float) -> float:
    """Return a quantile with neighbours weighed: as `statistics`, which takes ten times as long."""
    place = share * (len(ascending) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ascending) - 1)
    return ascending[lower] + (ascending[upper] - ascending[lower]) * (place - lower)


def _moment(epoch_seconds: float | None) -> str | None:
    return None if epoch_seconds is None else rfc3339(instant(epoch_seconds))
