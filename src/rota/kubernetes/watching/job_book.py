"""The Jobs of a release and their pods, as runs. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rota.kubernetes.reflector import Change, ChangeKind
from rota.kubernetes.watching.fields import Fields, name_of, owner
from rota.kubernetes.watching.jobs import Gone, ended_at, identity_of, run_of
from rota.kubernetes.watching.pods import attempt_of
from rota.kubernetes.watching.verdicts import JobSpan
from rota.ledger.attempts import Attempt, merged
from rota.ledger.records import RecordedRun
from rota.model.slot import SlotState

Recall = Callable[[str], Sequence[Attempt]]

_POD_GONE = "the pod was deleted before its end was seen"


@dataclass(slots=True)
class _Job:
    """`found` is None while only pods are known; `alive` are the names of the pods that exist."""

    found: Fields | None = None
    attempts: dict[str, Attempt] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    trouble: str | None = None
    gone: Gone | None = None
    gone_at: float = 0.0


class JobBook:
    """Turns what is seen of Jobs and pods into runs.

    `unfinished` are runs that an earlier console saw going on; `recall` returns the attempts that
    it noted of a run, since their pods may be gone.
    """

    def __init__(self, unfinished: Mapping[str, RecordedRun], recall: Recall) -> None:
        self._unfinished = dict(unfinished)
        self._recall = recall
        self._jobs: dict[str, _Job] = {}
        self._changed: dict[str, None] = {}
        self._spans: dict[str, dict[str, JobSpan]] = {}
        self._is_listed = False

    def job(self, change: Change, now: float) -> None:
        """Take note of a Job; `now` is an epoch time."""
        identity = identity_of(change.found)
        if identity is None:
            return
        known = self._jobs.setdefault(identity.uid, _Job())
        if known.found is None and not self._is_listed:
            earlier = {attempt.pod: attempt for attempt in self._recall(identity.uid)}
            known.attempts = {**earlier, **known.attempts}
        known.found = change.found
        if change.kind is not ChangeKind.PRESENT:
            vanished = change.kind is ChangeKind.VANISHED
            known.gone, known.gone_at = (Gone.UNSEEN if vanished else Gone.DELETED), now
        self._unfinished.pop(identity.uid, None)
        self._changed[identity.uid] = None
        over = ended_at(change.found) or (known.gone_at if known.gone else None)
        spans = self._spans.setdefault(identity.cronjob, {})
        spans[identity.uid] = JobSpan(identity.cronjob, identity.created_at, over)

    def pod(self, change: Change) -> None:
        """Take note of a pod."""
        job = str(owner(change.found, "Job").get("uid", ""))
        if not job:
            return
        known = self._jobs.setdefault(job, _Job())
        attempt, name = attempt_of(change.found), name_of(change.found)
        if change.kind is ChangeKind.PRESENT:
            known.alive.add(name)
        else:
            known.alive.discard(name)
            if attempt.exit_code is None:
                attempt = replace(attempt, reason=attempt.reason or _POD_GONE)
        before = [known.attempts[name]] if name in known.attempts else []
        (known.attempts[name],) = merged(before, [attempt])
        self._changed[job] = None

    def trouble(self, job: str, text: str) -> None:
        """Take note of what keeps a Job, by uid, from having pods."""
        if job in self._jobs:
            self._jobs[job].trouble = text
            self._changed[job] = None

    def listed(self) -> None:
        """Take note that all Jobs and pods there are have been listed."""
        self._is_listed = True

    def take_runs(self) -> dict[str, RecordedRun]:
        """Return the runs that differ from what was returned before, by id."""
        runs: dict[str, RecordedRun] = {}
        if self._is_listed:
            runs = {run.run_id: self._lost(run) for run in self._unfinished.values()}
            self._unfinished = {}
        changed, self._changed = self._changed, {}
        for job in changed:
            known = self._jobs[job]
            if known.found is None:
                if not known.alive:
                    del self._jobs[job]
                continue
            runs[job] = _run(known.found, known)
            if known.gone is not None and not known.alive:
                del self._jobs[job]
        return runs

    def _lost(self, run: RecordedRun) -> RecordedRun:
        attempts = tuple(self._recall(run.run_id))
        return replace(run, state=SlotState.LOST, reason=Gone.UNSEEN.value, attempts=attempts)

    def spans(self, cronjob: str) -> Sequence[JobSpan]:
        """Return when the Jobs of a CronJob, by uid, were active."""
        return tuple(self._spans.get(cronjob, {}).values())

    def forget(self, cronjob: str, before: float) -> None:
        """Forget the times of Jobs of a CronJob that had ended before an epoch time."""
        spans = self._spans.get(cronjob, {})
        for job in [
            job
            for job, span in spans.items()
            if span.ended_at is not None and span.ended_at < before
        ]:
            del spans[job]


def _run(found: Fields, known: _Job) -> RecordedRun:
    in_order = sorted(known.attempts.values(), key=lambda each: (each.created_at or 0.0, each.pod))
    return run_of(
        found,
        (),
        known=in_order,
        gone=known.gone,
        gone_at=known.gone_at,
        trouble=known.trouble,
    )
