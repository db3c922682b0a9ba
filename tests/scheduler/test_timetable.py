import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.ledger.records import TaskProgress
from rota.model.pause import Pause
from rota.model.run import Trigger
from rota.scheduler.catch_up import MOST_SKIPS_COUNTED
from rota.scheduler.entry import ScheduleEntry
from rota.scheduler.timetable import Timetable
from rota.settings import Settings
from rota.tasks.definition import define_task
from support.statuses import make_task

START = 1_795_478_400
SETTINGS = Settings(_env_file=None)


async def handler(api_client):
    pass


def entry_every(seconds):
    return ScheduleEntry(define_task("t", handler, seconds, run_on_start=False, settings=SETTINGS))


def grid(seconds, after, until):
    return list(range((after // seconds + 1) * seconds, until + 1, seconds))


intervals = st.sampled_from([7, 60, 90, 300, 3600, 5400])


@given(intervals, st.lists(st.integers(1, 4000), min_size=1, max_size=20))
@settings(deadline=None)
def test_every_slot_is_either_due_once_or_passed_over_once(seconds, steps):
    timetable, now = Timetable(), START
    timetable.add(entry_every(seconds), START)
    met = []
    for step in steps:
        now += step
        for due in timetable.due(now):
            for skipped in due.skipped:
                passed = grid(seconds, skipped.first_slot - 1, skipped.last_slot)
                assert len(passed) == skipped.count
                met += passed
            met += [pending.slot for pending in due.runs]
            assert due.accounted == met[-1]

    assert met == grid(seconds, START, now)


@given(intervals, st.integers(0, 100_000))
@settings(deadline=None)
def test_of_missed_slots_the_newest_starts_and_the_others_are_counted(seconds, stopped):
    timetable, entry = Timetable(), entry_every(seconds)
    progress = TaskProgress(entry.schedule_key, START)
    due = timetable.resume(entry, progress, START + stopped)
    missed = grid(seconds, START, START + stopped)

    assert due.accounted == max(missed, default=START)
    assert [pending.slot for pending in due.runs] == missed[-1:]
    assert all(pending.trigger is Trigger.CATCH_UP for pending in due.runs)
    skipped = sum(each.count for each in due.skipped)
    assert skipped == min(max(0, len(missed) - 1), MOST_SKIPS_COUNTED)
    assert entry.next_slot == grid(seconds, START + stopped, START + stopped + seconds)[0]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="latest"),
        pytest.param({"catch_up": "all"}, id="all"),
        pytest.param({"overlap": "allow"}, id="allow"),
    ],
)
def test_an_old_slot_that_is_owed_in_a_pause_brings_back_none_that_has_been_met_since(fields):
    entry = ScheduleEntry(make_task("t", interval_seconds=60, **fields))
    entry.pause = Pause(START + 301, START + 3600, "ada", "the disk is full")
    progress = TaskProgress(entry.schedule_key, START + 300, owed=(START + 60,))
    due = Timetable().resume(entry, progress, START + 310)

    assert due.runs == ()
    assert [(each.first_slot, each.last_slot, each.reason) for each in due.skipped] == [
        (START + 60, START + 60, "paused")
    ]
    assert due.accounted == START + 300


def test_a_slot_met_on_time_is_scheduled_and_a_minute_late_it_is_made_up_for():
    timetable = Timetable()
    timetable.add(entry_every(3600), START)

    (on_time,) = timetable.due(START + 3600 + 59)
    (late,) = timetable.due(START + 7200 + 60)

    assert on_time.runs[0].trigger is Trigger.SCHEDULE
    assert late.runs[0].trigger is Trigger.CATCH_UP


def test_of_two_slots_that_are_met_at_the_second_of_the_newer_one_only_that_is_due():
    timetable = Timetable()
    timetable.add(entry_every(60), START)

    (due,) = timetable.due(START + 120)
    assert [run.slot for run in due.runs] == [START + 120]
    assert [(each.first_slot, each.last_slot) for each in due.skipped] == [(START + 60, START + 60)]


def test_tasks_come_due_in_the_order_of_their_slots():
    timetable, entries = Timetable(), [entry_every(n) for n in (300, 60, 3600)]
    for entry in entries:
        timetable.add(entry, START)

    assert timetable.next_slot() == START + 60
    due = [due.entry for due in timetable.due(START + 3600)]
    assert sorted(map(entries.index, due)) == [0, 1, 2]


def test_tasks_of_one_slot_come_due_in_the_order_in_which_they_were_added():
    timetable, entries = Timetable(), [entry_every(60) for _ in range(5)]
    for entry in entries:
        timetable.add(entry, START)
    for minute in (1, 2):
        assert [each.entry for each in timetable.due(START + 60 * minute)] == entries


def test_what_goes_wrong_with_one_task_leaves_the_others_of_its_slot_due():
    timetable, entries = Timetable(), [entry_every(60) for _ in range(5)]
    for entry in entries:
        timetable.add(entry, START)
    for due in timetable.due(START + 60):
        if due.entry is entries[1]:
            break

    assert {each.entry for each in timetable.due(START + 60)} == set(entries[2:])
    assert timetable.next_slot() == START + 120
    assert [each.runs[0].slot for each in timetable.due(START + 120)] == [START + 120] * 5


def test_asking_what_is_due_while_it_is_being_yielded_yields_each_slot_once():
    timetable, entries = Timetable(), [entry_every(60) for _ in range(5)]
    for entry in entries:
        timetable.add(entry, START)
    seen = []
    for due in timetable.due(START + 60):
        seen.append(due.entry)
        seen += [each.entry for each in timetable.due(START + 60)]
        if len(seen) == len(entries):
            # As after a clock that was set back: once more for the slot that is being seen.
            timetable.add(extra := entry_every(60), START)

    assert seen == [entries[0], *reversed(entries[1:]), extra]
    assert timetable.next_slot() == START + 120
    assert len(list(timetable.due(START + 120))) == len(entries) + 1
