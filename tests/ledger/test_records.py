from dataclasses import replace

import pytest

from rota.ledger.records import recorded_end, recorded_start, state_of_slot
from rota.model.run import Trigger
from rota.model.slot import SlotState
from support.ledger_runs import START, record, run


def test_times_are_kept_to_the_millisecond():
    found = recorded_end(record("r", started_at=START + 1.23456, duration_seconds=0.98765))

    assert found.facts()["started_at"] == "2026-11-24T00:00:01.235000Z"
    assert found.facts()["lateness_seconds"] == 1.235
    assert found.facts()["duration_seconds"] == 0.988


def test_a_run_without_a_slot_is_due_when_it_starts_and_never_late():
    found = recorded_start(run("r", slot=None), START + 1.9)

    assert (found.due, found.lateness_seconds) == (START + 1, 0)
    assert found.facts()["slot"] is None


def test_a_run_with_a_slot_is_due_then_however_late_it_starts():
    found = recorded_start(run("r"), START + 100)

    assert (found.due, found.lateness_seconds) == (START, 100)


@pytest.mark.parametrize("trigger", [Trigger.MANUAL, Trigger.BACKFILL])
def test_a_run_by_hand_is_never_late_though_its_slot_be_long_ago(trigger):
    found = recorded_start(run("r", trigger=trigger), START + 100)

    assert (found.due, found.lateness_seconds) == (START, 0)


def test_a_run_that_has_begun_has_no_end():
    found = recorded_start(run("r"), START)

    assert found.state is SlotState.RUNNING
    assert (found.duration_seconds, found.exit_code, found.reason, found.counts) == (
        None,
        None,
        None,
        {},
    )


def test_an_end_that_has_no_duration_has_none():
    ended = replace(record("r"), duration_seconds=None)

    assert recorded_end(ended).duration_seconds is None


S = SlotState


@pytest.mark.parametrize(
    ("of_run", "skipped", "owed", "state"),
    [
        (None, False, False, None),
        (None, False, True, S.DUE),
        (None, True, True, S.SKIPPED),
        (S.SUCCEEDED, True, True, S.SUCCEEDED),
        (S.RUNNING, True, True, S.RUNNING),
        (S.LOST, False, True, S.LOST),
        (S.LOST, True, False, S.SKIPPED),
        (S.INTERRUPTED, False, False, S.INTERRUPTED),
        (S.INTERRUPTED, True, False, S.SKIPPED),
    ],
)
def test_a_slot_has_the_state_of_its_run_unless_it_was_cut_off_and_skipped(
    of_run, skipped, owed, state
):
    assert state_of_slot(of_run, skipped=skipped, owed=owed) is state
