"""The slots of a release's CronJobs: which there were, and what became of those without a Job.

No I/O.
"""

import math
from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from rota.kubernetes.reflector import Change, ChangeKind
from rota.kubernetes.watching.cronjobs import (
    CronJobSpan,
    ExpectedSlot,
    expected_slots,
    followed_by,
    last_schedule,
    span_of,
    span_of_facts,
    task_of,
)
from rota.kubernetes.watching.fields import name_of, uid
from rota.kubernetes.watching.job_book import JobBook
from rota.kubernetes.watching.seen_tasks import SeenTask, SeenTasks
from rota.kubernetes.watching.verdicts import Evidence, Refusal, Verdict, judge
from rota.ledger.console_notes import SeenSpec
from rota.ledger.records import TaskProgress
from rota.schedules.base import LAST_EPOCH_SECOND

_MOST_SLOTS_AT_ONCE = 1000
_MOST_REFUSALS = 20
_MOST_SPANS = 100
# By how much the news of an end may be late.
_JOBS_KEPT_SECONDS = 600.0


@dataclass(slots=True)
class _History:
    """The specs of a CronJob of one name. `wake_at` is before when there is nothing to compute."""

    task: str
    spans: tuple[CronJobSpan, ...] = ()
    accounted: int = 0
    wake_at: float = 0.0
    pending: dict[int, ExpectedSlot] = field(default_factory=dict)

    def expect(self, slot: int) -> ExpectedSlot | None:
        """Return a slot with what stands around it; None where it is none of this history."""
        found = expected_slots(self.spans, slot - 1, slot, limit=1)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known beside the CronJobs: everything up to `horizon` but the `gaps`.

    `taken` are the slots that have a Job, by task.
    """

    horizon: float
    taken: Mapping[str, Collection[int]]
    jobs: JobBook
    gaps: Sequence[tuple[float, float]] = ()


@dataclass(slots=True)
class Decisions:
    """What `advance` came to, by task and slot: those that are due now, and verdicts on others."""

    due: list[tuple[str, int]] = field(default_factory=list)
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)


class SlotBook:
    """Knows the history of every CronJob, from `specs` on, and the slots that still need a Job."""

    def __init__(self, specs: Sequence[SeenSpec], tasks: Mapping[str, TaskProgress]) -> None:
        self._histories: dict[tuple[str, str], _History] = {}
        self._tasks = SeenTasks()
        self._new_specs: list[SeenSpec] = []
        self._refusals: dict[str, deque[Refusal]] = defaultdict(
            lambda: deque(maxlen=_MOST_REFUSALS)
        )
        self._last_schedules: dict[str, int] = {}
        self._present: dict[tuple[str, str], str] = {}
        # Slots that an earlier console left open, until their history is found.
        self._owed = {task: set(progress.owed) for task, progress in tasks.items()}
        for spec in specs:
            accounted = tasks[spec.task].accounted if spec.task in tasks else 0
            history = self._history(spec.task, spec.name, accounted)
            history.spans = (*history.spans, span_of_facts(spec.facts))[-_MOST_SPANS:]
            self._tasks.note(spec.task, spec.name, history.spans)

    def _history(self, task: str, name: str, accounted: int = 0) -> _History:
        return self._histories.setdefault((task, name), _History(task, accounted=accounted))

    def cronjob(self, change: Change, now: float) -> None:
        """Take note of a CronJob; `now` is an epoch time."""
        task, name = task_of(change.found), name_of(change.found)
        if task is None:
            return
        history = self._history(task, name)
        last = last_schedule(change.found)
        if last is not None:
            self._last_schedules[uid(change.found)] = last
        if change.kind is ChangeKind.PRESENT:
            self._present[task, name] = uid(change.found)
            last_span = history.spans[-1] if history.spans else None
            made_again = last_span is not None and last_span.cronjob != uid(change.found)
            self._note(history, name, span_of(change.found, 0.0 if made_again else now))
        elif self._present.get((task, name)) == uid(change.found):
            del self._present[task, name]
            self._note(history, name, _deletion_of(change, now))

    def listed(self, now: float) -> None:
        """Take note that all CronJobs are listed: others that an earlier console knew are gone."""
        for (task, name), history in self._histories.items():
            if (task, name) not in self._present and not history.spans[-1].is_gone:
                self._note(history, name, replace(history.spans[-1], since=now, is_gone=True))

    def _note(self, history: _History, name: str, span: CronJobSpan) -> None:
        spans = followed_by(history.spans, span)
        if spans == history.spans:
            return
        history.spans, history.wake_at = spans[-_MOST_SPANS:], 0.0
        self._tasks.note(history.task, name, history.spans)
        # A slot after a pending one may have come, or gone.
        expected = {slot: history.expect(slot) for slot in history.pending}
        history.pending = {slot: each or history.pending[slot] for slot, each in expected.items()}
        self._new_specs.append(SeenSpec(history.task, name, span.since, asdict(span)))

    def refused(self, cronjob: str, at: float, message: str) -> None:
        """Take note that a Job of a CronJob, by uid, was refused."""
        self._refusals[cronjob].append(Refusal(cronjob, at, message))

    def advance(self, sight: Sight) -> Decisions:
        """Compute the slots up to the horizon, and what became of those that are open."""
        decisions = Decisions()
        self._take_over_owed(decisions)
        for history in self._histories.values():
            if history.wake_at > sight.horizon and not history.pending:
                continue
            if history.wake_at <= sight.horizon:
                self._come_due(history, sight, decisions)
            if history.pending:
                self._decide(history, sight, decisions)
            oldest = min(history.pending, default=sight.horizon - _JOBS_KEPT_SECONDS)
            sight.jobs.forget(history.spans[-1].cronjob, oldest)
        return decisions

    def _take_over_owed(self, decisions: Decisions) -> None:
        for task, slots in self._owed.items():
            histories = [each for each in self._histories.values() if each.task == task]
            for slot in sorted(slots):
                found = [(each, expected) for each in histories if (expected := each.expect(slot))]
                if found:
                    history, expected = found[0]
                    history.pending[slot] = expected
                else:
                    decisions.verdicts.append((task, Verdict(slot, None, "its schedule is gone")))
        self._owed = {}

    @staticmethod
    def _come_due(history: _History, sight: Sight, decisions: Decisions) -> None:
        spans, horizon = history.spans, int(sight.horizon)
        found = expected_slots(spans, history.accounted, horizon, limit=_MOST_SLOTS_AT_ONCE)
        for expected in found:
            if expected.slot not in sight.taken.get(history.task, ()):
                history.pending[expected.slot] = expected
                decisions.due.append((history.task, expected.slot))
        if len(found) == _MOST_SLOTS_AT_ONCE:
            history.accounted = found[-1].slot
            return
        history.accounted = horizon
        coming = expected_slots(spans, horizon, LAST_EPOCH_SECOND, limit=1)
        history.wake_at = coming[0].slot if coming else math.inf

    def _decide(self, history: _History, sight: Sight, decisions: Decisions) -> None:
        for slot, expected in list(history.pending.items()):
            verdict = None
            if slot not in sight.taken.get(history.task, ()):
                verdict = judge(expected, self._evidence(history, expected, sight))
                if verdict is None:
                    continue
                decisions.verdicts.append((history.task, verdict))
            del history.pending[slot]

    def _evidence(self, history: _History, expected: ExpectedSlot, sight: Sight) -> Evidence:
        cronjob = expected.span.cronjob
        return Evidence(
            horizon=sight.horizon,
            spans=history.spans,
            jobs=sight.jobs.spans(cronjob),
            gaps=sight.gaps,
            refusals=tuple(self._refusals.get(cronjob, ())),
            last_schedules=self._last_schedules,
        )

    def oldest_open(self) -> Mapping[str, int]:
        """Return the oldest slot of each task that may still be asked about."""
        oldest: dict[str, int] = {}
        for history in self._histories.values():
            slot = min(history.pending, default=history.accounted)
            oldest[history.task] = min(slot, oldest.get(history.task, slot))
        return oldest

    def progress(self, horizon: float) -> dict[str, tuple[str, int, bool]]:
        """Return schedule, slot up to which all are accounted for, and suspended, by task."""
        progress: dict[str, tuple[str, int, bool]] = {}
        for history in self._histories.values():
            until = int(horizon) if history.wake_at > horizon else history.accounted
            last = history.spans[-1]
            if history.task in progress:
                until = min(until, progress[history.task][1])
            if history.task not in progress or not last.is_gone:
                text = f"{last.schedule} {last.time_zone}"
                progress[history.task] = (text, until, last.suspended)
        return progress

    def tasks(self, now: float) -> Sequence[SeenTask]:
        """Return the tasks, those that are gone for a month at `now`, an epoch time, left out."""
        return self._tasks.all(now)

    def take_specs(self) -> list[SeenSpec]:
        """Return what CronJobs have begun to say since this was asked before."""
        specs, self._new_specs = self._new_specs, []
        return specs


def _deletion_of(change: Change, now: float) -> CronJobSpan:
    return replace(span_of(change.found, now), is_gone=True)
