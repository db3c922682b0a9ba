import pytest

from rota.model.errors import UsageError
from rota.model.slot import SlotState
from rota.schedules import schedule_for_interval
from rota.status.backfill import MOST_SLOTS, plan_backfill, slots_to_plan
from rota.status.slots import Absence
from support.statuses import text

HOUR = 3600
START = 1_764_122_400
SCHEDULE = schedule_for_interval(HOUR)


def known(slot, state, reason=None):
    return {"at": text(slot), "state": state, "reason": reason}


def plan(last=START, *, facts=(), done=None):
    slots = slots_to_plan(SCHEDULE, START, last)
    return plan_backfill(slots, known=facts, done=done or {})


def test_every_slot_of_the_stretch_is_planned_both_ends_included():
    assert [each.slot for each in plan(START + 2 * HOUR)] == [
        START,
        START + HOUR,
        START + 2 * HOUR,
    ]
    assert slots_to_plan(SCHEDULE, START + 1, START + HOUR - 1) == []


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("succeeded", False),
        ("running", False),
        ("due", False),
        ("failed", True),
        ("timed_out", True),
        ("interrupted", True),
        ("lost", True),
        ("skipped", True),
        ("unobserved", True),
        ("a word of a newer page", True),
    ],
)
def test_what_has_succeeded_or_is_at_work_is_left_alone(state, wanted):
    [planned] = plan(facts=[known(START, state)])

    assert planned.wanted is wanted


def test_a_slot_of_which_nothing_is_known_is_wanted():
    [planned] = plan()

    assert planned.state is Absence.UNOBSERVED
    assert planned.facts() == {
        "at": text(START),
        "state": "unobserved",
        "reason": None,
        "wanted": True,
    }


@pytest.mark.parametrize(
    ("state", "done", "expected", "reason"),
    [
        ("failed", SlotState.SUCCEEDED, SlotState.SUCCEEDED, "an earlier backfill"),
        ("skipped", SlotState.FAILED, SlotState.FAILED, "an earlier backfill"),
        ("succeeded", SlotState.FAILED, SlotState.SUCCEEDED, "ledger"),
        ("skipped", None, SlotState.SKIPPED, "ledger"),
    ],
)
def test_what_an_earlier_backfill_did_comes_later_than_the_ledger(state, done, expected, reason):
    facts = [known(START, state, "ledger")]

    [planned] = plan(facts=facts, done={START: done} if done else {})

    assert (planned.state, planned.reason) == (expected, reason)


def test_slots_of_an_earlier_schedule_are_not_run():
    assert plan(facts=[known(START + 60, "failed")])[0].slot == START
    assert len(plan(facts=[known(START + 60, "failed")])) == 1


def test_too_long_a_stretch_is_refused_with_the_end_that_would_do():
    last = START + (MOST_SLOTS - 1) * HOUR
    assert len(plan(last)) == MOST_SLOTS

    with pytest.raises(UsageError, match=f"for example until {text(last)}"):
        plan(last + HOUR)
