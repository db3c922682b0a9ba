"""What is shown of slots that a console watches: its sight, its gaps, its words."""

import pytest

from rota.kubernetes.watching.cronjobs import span_of, span_of_facts
from rota.kubernetes.watching.seen_tasks import seen_task
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedRun, RecordedSkip
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.schedules import Interval
from rota.status.board import Board
from rota.status.sight import BLIND_AFTER_SECONDS, Sight, unseen_slots
from rota.status.task_status import TaskState
from support.kubernetes_objects import SLOT, cronjob
from support.statuses import FixedClock

HOUR = 3600
MADE = SLOT - 5 * HOUR


class Seen:
    """A console's ledger of one task that runs each hour, at 20 past the slot's hour."""

    def __init__(self, path, **spec):
        self.clock = FixedClock(SLOT + 1200)
        self.ledger = ConsoleLedger(path, self.clock)
        self.ledger.open()
        self.spans = (span_of(cronjob(created=MADE - HOUR, **spec), MADE),)
        self.note(watched_until=SLOT + 1200.0)

    def note(self, **notes):
        self.ledger.write(ConsoleNotes(**notes))

    def ran(self, hours, state=SlotState.SUCCEEDED):
        slot = SLOT + hours * HOUR
        run = RecordedRun("cleanup", f"run{hours}", Trigger.SCHEDULE, slot, state, slot + 2.0, 3.0)
        self.note(runs={run.run_id: run})

    def waits(self, hours, reason):
        slot = SLOT + hours * HOUR
        run = RecordedRun(
            "cleanup", f"run{hours}", Trigger.SCHEDULE, slot, SlotState.RUNNING, slot, reason=reason
        )
        self.note(runs={run.run_id: run})

    def skipped(self, hours, reason, detail=None):
        slot = SLOT + hours * HOUR
        skipped = SlotsSkipped("cleanup", slot, slot, 1, capped=False, reason=reason, detail=detail)
        self.note(skips=[RecordedSkip(skipped, slot + 60.0)])

    def gone(self, at):
        last = {name: getattr(self.spans[-1], name) for name in self.spans[-1].__slots__}
        self.spans = (*self.spans, span_of_facts({**last, "since": at, "is_gone": True}))

    @property
    def board(self):
        task = seen_task("cleanup", self.spans)
        return Board([task], self.ledger.reader(), self.clock)

    def states(self, first=-4, last=1):
        found = self.board.slots("cleanup", SLOT + first * HOUR, SLOT + last * HOUR)
        return {(each.slot - SLOT) // HOUR: each.state.value for each in found}

    def why(self, hours):
        return " ".join(self.board.explain("cleanup", SLOT + hours * HOUR).sentences)


@pytest.fixture
def seen(tmp_path):
    made = Seen(tmp_path / "console.sqlite3")
    yield made
    made.ledger.close()


def test_every_slot_has_one_state_also_those_that_nobody_saw(seen):
    seen.ran(-4)
    # As the watches of CronJobs and of Jobs have missed them.
    seen.note(gaps=[(SLOT - 3.25 * HOUR, SLOT - 1.5 * HOUR), (SLOT - 3.5 * HOUR, SLOT - 2 * HOUR)])
    seen.skipped(-1, SkipReason.MISSED)
    seen.ran(0)

    assert seen.states() == {
        -4: "succeeded",
        -3: "unobserved",
        -2: "unobserved",
        -1: "skipped",
        0: "succeeded",
        1: "upcoming",
    }
    strip = [(cell.at - SLOT, cell.state.value) for cell in seen.board.task("cleanup").strip]
    assert strip == [
        (-4 * HOUR, "succeeded"),
        (-3 * HOUR, "unobserved"),
        (-2 * HOUR, "unobserved"),
        (-HOUR, "skipped"),
        (0, "succeeded"),
    ]
    assert "did not see the cluster from 2025-11-25T22:30:00Z to 2025-11-26T00:30:00Z" in (
        seen.why(-2)
    )


def test_a_slot_since_the_cluster_was_heard_of_is_due_and_later_unobserved(seen):
    seen.ran(-1)
    seen.note(watched_until=SLOT - 20.0)
    seen.clock.now = SLOT + 30

    assert seen.states(0, 0) == {0: "due"}
    assert seen.why(0) == "It is due, and waits for its Job."
    assert seen.board.overview().blind_since is None

    seen.clock.now = SLOT - 20 + BLIND_AFTER_SECONDS + 1
    assert seen.states(0, 0) == {0: "unobserved"}
    assert "did not see the cluster from 2025-11-26T01:59:40Z to" in seen.why(0)
    assert seen.board.overview().facts()["blind_since"] == "2025-11-26T01:59:40Z"
    assert [cell.state.value for cell in seen.board.task("cleanup").strip] == [
        "succeeded",
        "unobserved",
    ]


def test_what_was_open_when_the_console_went_blind_is_told_as_such(seen):
    seen.ran(-1, SlotState.RUNNING)
    seen.note(watched_until=SLOT - HOUR + 60.0)

    assert "The console has not seen the cluster since 2025-11-26T01:01:00Z." in seen.why(-1)


def test_a_success_that_may_have_come_unseen_is_not_overdue(seen):
    seen.ran(-4)
    seen.clock.now = SLOT + 10 * HOUR
    assert seen.board.task("cleanup").success_due < seen.clock.now
    seen.note(watched_until=float(SLOT - 3 * HOUR))
    assert seen.board.task("cleanup").state is TaskState.OK

    seen.note(watched_until=float(seen.clock.now))
    assert seen.board.task("cleanup").state is TaskState.OVERDUE


PULL = "ImagePullBackOff: no such image"


@pytest.mark.parametrize(
    ("hours", "failed", "expected"),
    [
        pytest.param(0, False, (TaskState.RUNNING, PULL), id="running"),
        pytest.param(0, True, (TaskState.FAILING, "no luck"), id="again after a failure"),
        pytest.param(-4, True, (TaskState.OVERDUE, PULL), id="for too long"),
    ],
)
def test_what_a_pod_waits_for_is_told_of_the_task(seen, hours, failed, expected):
    if failed:
        slot = SLOT + (hours - 1) * HOUR
        run = RecordedRun(
            "cleanup", "f", Trigger.SCHEDULE, slot, SlotState.FAILED, slot, 1.0, reason="no luck"
        )
        seen.note(runs={"f": run})
    seen.waits(hours, PULL)
    status = seen.board.task("cleanup")

    assert (status.state, status.reason) == expected


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (SkipReason.OVERLAP, "Jobs of the CronJob were active"),
        (SkipReason.MISSED, "made no Job for it before a newer slot came"),
        (SkipReason.TOO_LATE, "made no Job for it within 1h (startingDeadlineSeconds)"),
        (SkipReason.SUSPENDED, "the CronJob was suspended"),
        (SkipReason.DELETED, "the CronJob was deleted"),
        (SkipReason.REFUSED, "the API server refused its Job. exceeded quota: no-jobs."),
        (SkipReason.STOPPING, "the scheduler was stopping"),
    ],
)
def test_each_reason_of_a_cronjobs_skip_has_its_words(seen, reason, words):
    seen.skipped(-2, reason, "exceeded quota: no-jobs" if reason is SkipReason.REFUSED else None)

    assert words in seen.why(-2)


def test_the_servers_own_words_are_in_the_facts_of_a_skip(seen):
    seen.skipped(-2, SkipReason.REFUSED, "exceeded quota: no-jobs")

    [slot] = seen.board.slots("cleanup", SLOT - 2 * HOUR, SLOT - 2 * HOUR)
    assert slot.facts()["detail"] == "exceeded quota: no-jobs"


def test_a_task_whose_cronjob_is_gone_keeps_its_history_and_owes_nothing(seen):
    seen.ran(-4)
    seen.gone(SLOT - 3.5 * HOUR)
    seen.clock.now = SLOT + 100 * HOUR
    status = seen.board.task("cleanup")

    assert (status.state, status.success_due, status.next_slot) == (TaskState.GONE, None, None)
    assert seen.states() == {-4: "succeeded"}
    assert seen.board.overview().counts["gone"] == 1
    assert seen.board.upcoming(24, 9) == []


def test_slots_before_the_first_record_are_not_shown_as_unseen(seen):
    seen.note(gaps=[(SLOT - 100.0 * HOUR, SLOT - 1.5 * HOUR)])
    seen.ran(-3)
    seen.ran(-1)

    assert [(cell.at - SLOT) / HOUR for cell in seen.board.task("cleanup").strip] == [-3, -2, -1]


def test_the_newest_unseen_slots_are_found_in_a_gap_of_years():
    task = seen_task("t", (span_of(cronjob(created=0, schedule="* * * * *"), 0.0),))
    sight = Sight(SLOT, [(1000.0, SLOT - 6000.0), (SLOT - 130.0, SLOT - 10.0)], SLOT + 1.0)
    known = {SLOT - 60}

    assert list(unseen_slots(task.schedule, sight, 0, known, 3)) == [
        SLOT - 120,
        SLOT - 6000,
        SLOT - 6060,
    ]
    assert list(unseen_slots(task.schedule, sight, SLOT - 130, known, 3)) == [SLOT - 120]


def test_neighbouring_unseen_slots_are_all_found():
    sight = Sight(SLOT, [(SLOT - 3.0, float(SLOT))], SLOT + 1.0)

    found = unseen_slots(Interval(1), sight, 0, frozenset(), 9)
    assert list(found) == [SLOT, SLOT - 1, SLOT - 2]


@pytest.mark.parametrize(
    ("slot", "unseen"), [(99, False), (100, True), (200, True), (201, False)], ids=str
)
def test_a_gap_has_its_first_and_its_last_second(slot, unseen):
    sight = Sight(300.0, [(100.0, 200.0)], 300.0)

    assert sight.gap_of(slot) == ((100.0, 200.0) if unseen else None)


def test_a_stretch_within_another_and_two_that_meet_are_one(seen):
    seen.note(gaps=[(10.0, 90.0), (20.0, 30.0), (90.0, 100.0), (110.0, 120.0)])

    assert seen.board.sight().gaps == [(10.0, 100.0), (110.0, 120.0)]
