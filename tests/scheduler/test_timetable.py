from hypothesis import given, settings
from hypothesis import strategies as st

from rota.ledger.records import TaskMemory
from rota.model.run import Trigger
from rota.scheduler.catch_up import MOST_SKIPS_COUNTED
from rota.scheduler.plan import Plan
from rota.scheduler.timetable import Timetable
from rota.settings import Settings
from rota.tasks.definition import define_task

START = 1_795_478_400
SETTINGS = Settings(_env_file=None)


async def handler(api_client):
    pass


def plan_every(seconds):
    return Plan(define_task("t", handler, seconds, run_on_start=False, settings=SETTINGS))


def grid(seconds, after, until):
    return list(range((after // seconds + 1) * seconds, until + 1, seconds))


intervals = st.sampled_from([7, 60, 90, 300, 3600, 5400])


@given(intervals, st.lists(st.integers(1, 4000), min_size=1, max_size=20))
@settings(deadline=None)
def test_every_slot_is_either_due_once_or_passed_over_once(seconds, steps):
    timetable, now = Timetable(), START
    timetable.add(plan_every(seconds), START)
    met = []
    for step in steps:
        now += step
        for arrival in timetable.due(now):
            for skipped in arrival.skipped:
                passed = grid(seconds, skipped.first_slot - 1, skipped.last_slot)
                assert len(passed) == skipped.count
                met += passed
            met += [due.slot for due in arrival.dues]
            assert arrival.accounted == met[-1]

    assert met == grid(seconds, START, now)


@given(intervals, st.integers(0, 100_000))
@settings(deadline=None)
def test_what_was_missed_while_away_is_the_newest_slot_and_a_count_of_the_others(seconds, away):
    timetable, plan = Timetable(), plan_every(seconds)
    memory = TaskMemory(plan.schedule_key, START)
    arrival = timetable.resume(plan, memory, START + away)
    missed = grid(seconds, START, START + away)

    assert arrival.accounted == max(missed, default=START)
    assert [due.slot for due in arrival.dues] == missed[-1:]
    assert all(due.trigger is Trigger.CATCH_UP for due in arrival.dues)
    skipped = sum(each.count for each in arrival.skipped)
    assert skipped == min(max(0, len(missed) - 1), MOST_SKIPS_COUNTED)
    assert plan.next_slot == grid(seconds, START + away, START + away + seconds)[0]


def test_a_slot_met_on_time_is_scheduled_and_a_minute_late_it_is_made_up_for():
    timetable = Timetable()
    timetable.add(plan_every(3600), START)

    (on_time,) = timetable.due(START + 3600 + 59)
    (late,) = timetable.due(START + 7200 + 60)

    assert on_time.dues[0].trigger is Trigger.SCHEDULE
    assert late.dues[0].trigger is Trigger.CATCH_UP


def test_tasks_come_due_in_the_order_of_their_slots():
    timetable, plans = Timetable(), [plan_every(n) for n in (300, 60, 3600)]
    for plan in plans:
        timetable.add(plan, START)

    assert timetable.next_slot() == START + 60
    due = [arrival.plan for arrival in timetable.due(START + 3600)]
    assert sorted(map(plans.index, due)) == [0, 1, 2]


def test_tasks_of_one_slot_come_due_in_the_order_in_which_they_were_planned():
    timetable, plans = Timetable(), [plan_every(60) for _ in range(5)]
    for plan in plans:
        timetable.add(plan, START)
    for minute in (1, 2):
        assert [each.plan for each in timetable.due(START + 60 * minute)] == plans


def test_what_goes_wrong_with_one_task_leaves_the_others_of_its_slot_due():
    timetable, plans = Timetable(), [plan_every(60) for _ in range(5)]
    for plan in plans:
        timetable.add(plan, START)
    for arrival in timetable.due(START + 60):
        if arrival.plan is plans[1]:
            break

    assert {each.plan for each in timetable.due(START + 60)} == set(plans[2:])
    assert timetable.next_slot() == START + 120
    assert [each.dues[0].slot for each in timetable.due(START + 120)] == [START + 120] * 5


def test_asking_what_is_due_while_it_is_being_told_yields_each_slot_once():
    timetable, plans = Timetable(), [plan_every(60) for _ in range(5)]
    for plan in plans:
        timetable.add(plan, START)
    told = []
    for arrival in timetable.due(START + 60):
        told.append(arrival.plan)
        told += [each.plan for each in timetable.due(START + 60)]
        if len(told) == len(plans):
            # As after a clock that was set back: once more for the slot that is being told.
            timetable.add(extra := plan_every(60), START)

    assert told == [plans[0], *reversed(plans[1:]), extra]
    assert timetable.next_slot() == START + 120
    assert len(list(timetable.due(START + 120))) == len(plans) + 1
