import pytest

from rota.kubernetes.reflector import Change, ChangeKind
from rota.kubernetes.resources import CRON_JOBS, EVENTS, JOBS, PODS
from rota.kubernetes.watching.jobs import Gone
from rota.kubernetes.watching.tracker import Tracker
from rota.ledger.attempts import Attempt
from rota.ledger.console_notes import ConsoleNotes, Remembered
from rota.ledger.records import TaskProgress
from rota.model.outcome import SkipReason
from rota.model.slot import SlotState
from support.kubernetes_objects import (
    CRONJOB_UID,
    JOB_UID,
    SLOT,
    cronjob,
    ended,
    job,
    moment,
    pod,
    running,
)

HOUR = 3600
COMPLETE = [("Complete", "CompletionsReached")]


class World:
    """What reflectors would tell, and all that was noted of it, as a ledger would have it."""

    def __init__(self, remembered=None, recall=lambda _: (), at=SLOT - 600):
        self.now = at
        self.tracker = Tracker(remembered or Remembered(), recall, self)
        self.runs, self.owed, self.skips = {}, set(), {}
        self.specs, self.gaps, self.accounted = [], [], {}
        self.watched_until = None

    def timestamp(self):
        return float(self.now)

    def see(self, resource, *objects, kind=ChangeKind.PRESENT):
        for found in objects:
            self.tracker.changed(Change(kind, resource, found))

    def delete(self, resource, found):
        self.see(resource, found, kind=ChangeKind.DELETED)

    def start(self, *cronjobs, jobs=(), pods=()):
        self.see(CRON_JOBS, *cronjobs)
        self.see(JOBS, *jobs)
        self.see(PODS, *pods)
        for resource in (CRON_JOBS, JOBS, PODS):
            self.tracker.listed(resource, None)
        return self.until(self.now)

    def until(self, at):
        """Let everything be seen up to `at`; return what was noted."""
        self.now = at
        notes = self.tracker.advance(float(at))
        self.runs |= notes.runs
        self.owed |= {key for key, owed in notes.owed.items() if owed}
        self.owed -= {key for key, owed in notes.owed.items() if not owed}
        for skip in notes.skips:
            assert skip.skipped.first_slot not in self.skips, "decided twice"
            self.skips[skip.skipped.first_slot] = (skip.skipped.reason, skip.skipped.detail)
        self.specs += notes.specs
        self.gaps += notes.gaps
        self.accounted |= notes.accounted
        self.watched_until = notes.watched_until
        return self

    def restarted(self, at):
        """Return the world of a console that is started at `at`, after this one ended."""
        tasks = {
            task: TaskProgress(
                schedule, until, tuple(sorted(s for t, s in self.owed if t == task)), suspended
            )
            for task, (schedule, until, suspended) in self.accounted.items()
        }
        unfinished = {k: v for k, v in self.runs.items() if v.state is SlotState.RUNNING}
        remembered = Remembered(
            tasks, unfinished, tuple(self.specs), tuple(self.gaps), self.watched_until
        )
        runs = self.runs

        def recall(run_id):
            return runs[run_id].attempts if run_id in runs else ()

        world = World(remembered, recall, at)
        world.runs, world.owed, world.skips = self.runs, self.owed, self.skips
        world.specs, world.gaps, world.accounted = self.specs, self.gaps, self.accounted
        return world

    def state(self, slot=SLOT, task="cleanup"):
        """The one state of a slot, as a reader of the ledger would decide it."""
        found = [run.state for run in self.runs.values() if (run.task, run.slot) == (task, slot)]
        if found:
            return found[-1].value
        if slot in self.skips:
            return self.skips[slot][0].value
        return "due" if (task, slot) in self.owed else "unobserved"


def test_nothing_is_noted_before_all_kinds_were_listed():
    world = World()
    world.tracker.listed(CRON_JOBS, None)
    world.tracker.listed(JOBS, None)
    assert not world.tracker.is_ready

    world.tracker.listed(PODS, None)
    assert world.tracker.is_ready
    assert world.tracker.advance(1.0) == ConsoleNotes(watched_until=1.0, worth_writing=False)


def test_a_slot_is_due_runs_and_succeeds():
    world = World().start(cronjob())
    assert world.state() == "unobserved"

    assert world.until(SLOT).state() == "due"
    world.see(JOBS, job())
    assert world.until(SLOT + 2).state() == "running"
    world.see(PODS, pod(state=running()))
    world.see(PODS, pod(state=ended(0)))
    world.see(JOBS, job(conditions=COMPLETE))
    assert world.until(SLOT + 70).state() == "succeeded"
    assert world.owed == set()
    assert world.runs[JOB_UID].attempts[0].exit_code == 0


def test_a_slot_that_was_missed_and_is_run_by_hand_has_what_became_of_that_run():
    world = World().start(cronjob())
    world.until(SLOT + 2 * HOUR)
    missed = world.state()
    by_hand = job(SLOT, manual="rota-cleanup-manual-kqzbxw", created=SLOT + 2 * HOUR)
    by_hand["metadata"]["annotations"]["rota/slot"] = moment(SLOT)

    world.see(JOBS, by_hand)

    assert missed == "missed"
    assert world.until(SLOT + 2 * HOUR + 60).state() == "running"
    assert world.runs[JOB_UID].lateness_seconds == 0


def test_a_job_that_is_seen_before_its_slot_has_been_computed_is_not_due_again():
    world = World().start(cronjob())
    world.see(JOBS, job())
    world.until(SLOT - 1)
    world.until(SLOT + 9000)

    assert world.state() == "running"
    assert world.skips.keys() == {SLOT + HOUR}
    assert world.owed == {("cleanup", SLOT + 2 * HOUR)}


def test_a_slot_that_gets_no_job_is_missed_although_the_controller_says_nothing():
    world = World().start(cronjob(startingDeadlineSeconds=120))

    assert world.until(SLOT + 149).state() == "due"
    assert world.until(SLOT + 150).state() == "too_late"
    assert world.skips == {SLOT: (SkipReason.TOO_LATE, None)}


def test_pods_may_be_seen_before_their_job():
    world = World().start(pods=[pod(state=ended(3))])
    assert world.runs == {}

    world.see(JOBS, job(conditions=[("Failed", "PodFailurePolicy")]))
    assert world.until(SLOT).runs[JOB_UID].exit_code == 3


def test_the_end_of_a_pod_counts_that_comes_after_its_job_was_deleted():
    world = World().start(cronjob(), jobs=[job()], pods=[pod(state=running())])
    world.now = SLOT + 65
    world.delete(JOBS, job())
    assert world.until(SLOT + 65).runs[JOB_UID].reason == Gone.DELETED.value

    world.delete(PODS, pod(state=ended(143, end=SLOT + 66)))
    run = world.until(SLOT + 67).runs[JOB_UID]
    assert (run.state, run.exit_code) == (SlotState.INTERRUPTED, 143)
    assert run.duration_seconds == 61.0

    assert world.until(SLOT + 68).tracker._jobs._jobs == {}


def test_a_pod_that_is_gone_before_its_end_was_seen_says_so():
    world = World().start(cronjob(), jobs=[job()], pods=[pod(state=running())])
    world.delete(PODS, pod(state=running()))
    world.see(JOBS, job())

    [attempt] = world.until(SLOT + 10).runs[JOB_UID].attempts
    assert attempt.reason == "the pod was deleted before its end was seen"


def test_what_a_quota_keeps_from_starting_is_reported():
    event = {
        "reason": "FailedCreate",
        "message": 'jobs.batch "x" is forbidden: exceeded quota',
        "lastTimestamp": moment(SLOT + 1),
        "involvedObject": {"kind": "CronJob", "uid": CRONJOB_UID},
    }
    world = World().start(cronjob(startingDeadlineSeconds=60))
    world.until(SLOT)
    world.see(EVENTS, event)
    world.until(SLOT + 100)

    assert world.skips == {SLOT: (SkipReason.REFUSED, event["message"])}


def test_what_keeps_a_job_from_having_pods_is_reported():
    world = World().start(cronjob(), jobs=[job()])
    about = {"kind": "Job", "uid": JOB_UID}
    world.see(EVENTS, {"reason": "FailedCreate", "message": "no quota", "involvedObject": about})
    world.see(EVENTS, {"reason": "Other", "message": "no", "involvedObject": about})

    assert world.until(SLOT + 3).runs[JOB_UID].reason == "FailedCreate: no quota"


def test_a_cronjob_that_is_deleted_and_made_again_owes_nothing_for_the_time_between():
    world = World().start(cronjob(schedule="*/10 * * * *"))
    world.now = SLOT - 60
    world.delete(CRON_JOBS, cronjob(schedule="*/10 * * * *"))
    world.until(SLOT + 300)
    again = cronjob(schedule="*/10 * * * *", uid="second", created=SLOT + 400)
    world.now = SLOT + 401
    world.see(CRON_JOBS, again)
    world.until(SLOT + 700)

    assert world.state(SLOT - 600) == "unobserved"
    assert world.state(SLOT) == "unobserved"
    assert world.owed == {("cleanup", SLOT + 600)}
    assert [spec.facts["is_gone"] for spec in world.specs] == [False, True, False]


def test_a_slot_whose_cronjob_was_deleted_is_skipped_for_that():
    world = World().start(cronjob())
    world.until(SLOT + 5)
    world.delete(CRON_JOBS, cronjob())
    world.until(SLOT + 60)

    assert world.skips == {SLOT: (SkipReason.DELETED, None)}


def test_a_suspended_cronjobs_slot_that_is_made_up_later_counts_by_its_run():
    world = World().start(cronjob(suspend=True))
    world.until(SLOT + 60)
    assert world.state() == "suspended"

    world.see(CRON_JOBS, cronjob(status={"lastScheduleTime": moment(SLOT)}))
    world.see(JOBS, job(created=SLOT + 100))
    assert world.until(SLOT + 200).state() == "running"


def test_of_two_slots_that_forbid_holds_up_the_newer_one_starts():
    minutely = cronjob(schedule="* * * * *")
    slow = job(SLOT, uid="slow")
    world = World(at=SLOT - 30).start(minutely)
    world.see(JOBS, slow)
    world.until(SLOT + 150)
    world.see(JOBS, job(SLOT, uid="slow", conditions=[("Complete", "CompletionsReached")]))
    world.see(JOBS, job(SLOT + 120, uid="next", created=SLOT + 151))
    world.until(SLOT + 230)

    assert world.skips == {SLOT + 60: (SkipReason.OVERLAP, None)}
    assert world.state(SLOT + 120) == "running"


def test_a_console_that_was_away_claims_nothing_for_that_time():
    world = World().start(cronjob())
    world.see(JOBS, job(SLOT, conditions=COMPLETE))
    world.until(SLOT + 70)

    world = world.restarted(SLOT + 3 * HOUR + 60)
    last = moment(SLOT + 3 * HOUR)
    third = job(SLOT + 3 * HOUR, uid="third", created=SLOT + 3 * HOUR + 1)
    world.start(cronjob(status={"lastScheduleTime": last}), jobs=[third])
    world.until(SLOT + 4 * HOUR - 1)

    hours = [world.state(SLOT + number * HOUR) for number in range(4)]
    assert hours == ["succeeded", "unobserved", "unobserved", "running"]
    assert world.owed == set()
    assert world.gaps == [(SLOT + 70, SLOT + 3 * HOUR + 60)]


def test_what_the_controller_proves_is_claimed_though_nobody_looked():
    world = World().start(cronjob(startingDeadlineSeconds=60))
    world.until(SLOT - 5)

    world = world.restarted(SLOT + 600)
    world.start(
        cronjob(startingDeadlineSeconds=60, status={"lastScheduleTime": moment(SLOT - HOUR)})
    )

    assert world.until(SLOT + 601).skips == {SLOT: (SkipReason.TOO_LATE, None)}


def test_a_slot_that_was_due_when_the_console_ended_is_decided_by_the_next_one():
    world = World().start(cronjob())
    world.until(SLOT + 10)
    assert world.owed == {("cleanup", SLOT)}

    world = world.restarted(SLOT + 20)
    world.start(cronjob())
    world.until(SLOT + 30)
    assert world.state() == "due"
    world.see(JOBS, job(created=SLOT + 31))
    assert world.until(SLOT + 40).state() == "running"
    assert world.owed == set()


def test_a_run_that_went_on_is_followed_further_or_lost():
    world = World().start(cronjob(), jobs=[job(), job(SLOT - HOUR, uid="older")])
    world.see(PODS, pod("first", state=ended(4)), pod("second", created=SLOT + 20, state=running()))
    world.until(SLOT + 30)

    world = world.restarted(SLOT + 300)
    world.start(cronjob(), jobs=[job(conditions=COMPLETE)], pods=[pod("second", state=ended(0))])

    assert world.state() == "succeeded"
    codes = [(each.pod, each.exit_code) for each in world.runs[JOB_UID].attempts]
    assert codes == [("first", 4), ("second", 0)]
    assert (world.runs["older"].state, world.runs["older"].reason) == (
        SlotState.LOST,
        Gone.UNSEEN.value,
    )


def test_a_cronjob_that_was_deleted_while_nobody_looked_is_gone():
    world = World().start(cronjob())
    world.until(SLOT - 100)

    world = world.restarted(SLOT + 100)
    world.start()
    world.until(SLOT + 2 * HOUR)

    assert world.state() == "unobserved"
    assert (world.owed, world.skips) == (set(), {})
    assert world.specs[-1].facts["is_gone"]


@pytest.mark.parametrize(
    ("resource", "state"),
    [(CRON_JOBS, "unobserved"), (JOBS, "unobserved"), (PODS, "too_late"), (EVENTS, "too_late")],
    ids=["cronjobs", "jobs", "pods", "events"],
)
def test_only_unseen_cronjobs_and_jobs_leave_a_slot_unobserved(resource, state):
    world = World().start(cronjob(startingDeadlineSeconds=60))
    world.tracker.listed(resource, (SLOT - 5.0, SLOT + 5.0))

    assert world.until(SLOT + 300).state() == state


def test_a_changed_schedule_counts_from_when_it_was_seen():
    world = World().start(cronjob(schedule="*/10 * * * *"))
    world.now = SLOT + 1
    world.see(CRON_JOBS, cronjob(schedule="*/15 * * * *"))
    world.until(SLOT + 1000)

    assert {slot for _, slot in world.owed} | set(world.skips) == {SLOT, SLOT + 900}


def test_many_slots_are_computed_some_at_a_time(monkeypatch):
    monkeypatch.setattr("rota.kubernetes.watching.slot_book._MOST_SLOTS_AT_ONCE", 3)
    world = World().start(cronjob(schedule="* * * * *", startingDeadlineSeconds=None))
    for _ in range(5):
        world.until(SLOT)

    slots = {slot for _, slot in world.owed} | set(world.skips)
    assert slots == {SLOT - 60 * number for number in range(10)}


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (CRON_JOBS, {"metadata": {"name": "other"}}),
        (JOBS, {"metadata": {"name": "other", "uid": "x"}}),
        (PODS, {"metadata": {"name": "other", "uid": "x"}}),
        (EVENTS, {"reason": "FailedCreate"}),
    ],
    ids=["cronjob", "job", "pod", "event"],
)
def test_what_is_not_of_a_task_is_passed_over(resource, found):
    world = World()
    world.see(resource, found)
    world.delete(resource, found)

    assert world.start().runs == {}


def test_what_is_remembered_in_memory_does_not_grow_with_time():
    world = World().start(cronjob(schedule="* * * * *"))
    for number in range(500):
        slot = SLOT + 60 * number
        done = job(slot, uid=f"job-{number}", conditions=COMPLETE)
        world.see(JOBS, job(slot, uid=f"job-{number}"))
        world.see(PODS, pod(f"pod-{number}", of=f"job-{number}", state=ended(0)))
        world.see(JOBS, done)
        world.until(slot + 61)
        world.delete(JOBS, done)
        world.delete(PODS, pod(f"pod-{number}", of=f"job-{number}", state=ended(0)))
    tracker = world.until(slot + 62).tracker

    assert len(tracker._jobs._jobs) <= 1
    assert len(tracker._taken["cleanup"]) <= 3
    assert len(tracker._jobs.spans(CRONJOB_UID)) <= 15


def test_a_known_attempt_is_recalled_once_for_a_job_that_was_there_before():
    asked = []

    def recall(run_id):
        asked.append(run_id)
        return [Attempt("gone", exit_code=4, created_at=SLOT + 0.0)]

    world = World(Remembered(watched_until=SLOT - 60.0), recall).start(cronjob(), jobs=[job()])
    world.see(JOBS, job(), job(SLOT + HOUR, uid="new"))
    world.until(SLOT)

    assert asked == [JOB_UID]
    assert [each.pod for each in world.runs[JOB_UID].attempts] == ["gone"]
