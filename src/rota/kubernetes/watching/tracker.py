"""What a release's objects tell, joined into notes for the ledger. No I/O."""

from collections.abc import Sequence

from rota.kubernetes.reflector import Change
from rota.kubernetes.resources import CRON_JOBS, EVENTS, JOBS, PODS, Resource
from rota.kubernetes.watching.fields import epoch, part, sentence
from rota.kubernetes.watching.job_book import JobBook, Recall
from rota.kubernetes.watching.seen_tasks import SeenTask
from rota.kubernetes.watching.slot_book import Sight, SlotBook
from rota.ledger.console_notes import ConsoleNotes, Remembered
from rota.ledger.records import RecordedSkip
from rota.model.clock import Clock
from rota.model.events import SlotsSkipped

NEEDED = (CRON_JOBS, JOBS, PODS)
REFUSAL_REASON = "FailedCreate"
_MOST_GAPS = 1000
_PROGRESS_SECONDS = 10.0


class Tracker:
    """The listener of all reflectors of a release; `remembered` is what an earlier console saw."""

    def __init__(self, remembered: Remembered, recall: Recall, clock: Clock) -> None:
        self._clock = clock
        self._jobs = JobBook(remembered.unfinished, recall)
        self._slots = SlotBook(remembered.specs, remembered.tasks)
        self._watched_until = remembered.watched_until
        self._listed: set[str] = set()
        self._gaps = list(remembered.gaps)[-_MOST_GAPS:]
        self._new_gaps: list[tuple[float, float]] = []
        self._taken: dict[str, set[int]] = {}
        self._progress_at = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether all objects have been listed once."""
        return self._listed.issuperset(resource.kind for resource in NEEDED)

    def tasks(self) -> Sequence[SeenTask]:
        """Return the tasks as their CronJobs say them, also those that are gone."""
        return self._slots.tasks(self._clock.timestamp())

    def changed(self, change: Change) -> None:
        """Take note of an object that is there, or was."""
        now = self._clock.timestamp()
        if change.resource is CRON_JOBS:
            self._slots.cronjob(change, now)
        elif change.resource is JOBS:
            self._jobs.job(change, now)
        elif change.resource is PODS:
            self._jobs.pod(change)
        elif change.resource is EVENTS:
            self._event(change)

    def _event(self, change: Change) -> None:
        found = change.found
        about = part(found, "involvedObject")
        if found.get("reason") != REFUSAL_REASON:
            return
        message = sentence(found.get("message")) or REFUSAL_REASON
        times = [found.get(name) for name in ("lastTimestamp", "eventTime", "firstTimestamp")]
        at = next((moment for each in times if (moment := epoch(each)) is not None), 0.0)
        if about.get("kind") == CRON_JOBS.kind:
            self._slots.refused(str(about.get("uid", "")), at, message)
        elif about.get("kind") == JOBS.kind:
            self._jobs.trouble(str(about.get("uid", "")), f"{REFUSAL_REASON}: {message}")

    def listed(self, resource: Resource, gap: tuple[float, float] | None) -> None:
        """Take note that all objects of a kind are listed, and of what nobody saw."""
        was_ready = self.is_ready
        self._listed.add(resource.kind)
        if gap is not None and resource in (CRON_JOBS, JOBS):
            self._gap(gap)
        if self.is_ready and not was_ready:
            now = self._clock.timestamp()
            if self._watched_until is not None:
                self._gap((self._watched_until, now))
            self._slots.listed(now)
            self._jobs.listed()

    def _gap(self, gap: tuple[float, float]) -> None:
        self._gaps = [*self._gaps, gap][-_MOST_GAPS:]
        self._new_gaps.append(gap)

    def advance(self, horizon: float) -> ConsoleNotes:
        """Return what is to be noted; everything was seen up to `horizon`, an epoch time.

        To be called once it is ready.
        """
        now = self._clock.timestamp()
        notes = ConsoleNotes(runs=self._jobs.take_runs(), watched_until=horizon)
        for run in notes.runs.values():
            if run.slot is not None:
                self._taken.setdefault(run.task, set()).add(run.slot)
                notes.owed[run.task, run.slot] = False
        decisions = self._slots.advance(Sight(horizon, self._taken, self._jobs, self._gaps))
        notes.owed.update(dict.fromkeys(decisions.due, True))
        for task, verdict in decisions.verdicts:
            notes.owed[task, verdict.slot] = False
            if verdict.reason is not None:
                skipped = SlotsSkipped(
                    task,
                    verdict.slot,
                    verdict.slot,
                    1,
                    capped=False,
                    reason=verdict.reason,
                    detail=verdict.detail,
                )
                notes.skips.append(RecordedSkip(skipped, now))
        notes.specs, notes.gaps = self._slots.take_specs(), self._take_gaps()
        if notes.says_something() or horizon - self._progress_at >= _PROGRESS_SECONDS:
            self._progress_at = horizon
            notes.accounted = self._slots.progress(horizon)
        else:
            notes.worth_writing = False
        self._forget()
        return notes

    def _take_gaps(self) -> list[tuple[float, float]]:
        gaps, self._new_gaps = self._new_gaps, []
        return gaps

    def _forget(self) -> None:
        """Forget the slots with a Job that nobody can ask about any more."""
        crowded = [task for task, slots in self._taken.items() if len(slots) > 1]
        if not crowded:
            return
        oldest = self._slots.oldest_open()
        for task in crowded:
            self._taken[task] = {slot for slot in self._taken[task] if slot >= oldest.get(task, 0)}
