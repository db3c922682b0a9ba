import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.ledger.digest import TaskDigest
from rota.ledger.memory import MemoryLedger
from rota.model.events import RunFinished, RunLost, SlotsSkipped
from rota.model.outcome import SkipReason
from rota.observers.histories import Histories, TaskHistory, history_of
from support.ledger_runs import START, record, run


def history_after(*records):
    histories = Histories()
    for each in records:
        histories(RunFinished(each))
    return histories.of("t")


def ended(slot, outcome="succeeded", **fields):
    return record(f"{slot}-{outcome}", outcome, slot=slot, started_at=(slot or START) + 2, **fields)


def test_nothing_is_known_of_a_task_that_never_ran():
    assert Histories().of("t") == TaskHistory()


def test_the_last_run_is_reported_by_its_end():
    history = history_after(ended(START, "failed", duration_seconds=30.5, lateness_seconds=2))

    assert history.last_run == START + 32.5
    assert history.duration_seconds == 30.5
    assert history.lateness_seconds == 2
    assert history.last_success == 0


@pytest.mark.parametrize(
    ("outcomes", "failures"),
    [
        pytest.param(["failed", "timed_out", "failed"], 3, id="never succeeded"),
        pytest.param(["failed", "succeeded"], 0, id="a success ends them"),
        pytest.param(["succeeded", "failed", "interrupted", "failed"], 2, id="interrupted"),
        pytest.param(["succeeded"], 0, id="a success"),
    ],
)
def test_failures_in_a_row_are_counted(outcomes, failures):
    runs = [ended(START + 60 * at, outcome) for at, outcome in enumerate(outcomes)]

    assert history_after(*runs).consecutive_failures == failures


def test_a_success_for_an_older_slot_leaves_the_failures_of_newer_ones():
    history = history_after(ended(START + 60, "failed"), ended(START))

    assert history.consecutive_failures == 1
    assert history.last_success > 0


@pytest.mark.parametrize(
    ("runs", "since"),
    [
        pytest.param([ended(START)], START, id="the slot of a success"),
        pytest.param([ended(START + 60), ended(START)], START + 60, id="the newest of two"),
        pytest.param([ended(START), ended(START + 60, "failed")], START, id="not of a failure"),
        pytest.param([ended(START, "failed")], START - 1, id="the first slot itself"),
        pytest.param([ended(None)], START + 2, id="the start of a run without a slot"),
        pytest.param([ended(START, "interrupted")], None, id="nothing has ended yet"),
    ],
)
def test_a_success_is_owed_since(runs, since):
    assert history_after(*runs).owes_since == since


def test_what_is_no_end_of_a_run_changes_nothing():
    histories = Histories()
    histories(SlotsSkipped("t", START, START, 1, capped=False, reason=SkipReason.OVERLAP))
    histories(RunLost("t", "r", START))

    assert histories.of("t") == TaskHistory()


def test_slots_that_were_skipped_while_the_task_was_suspended_are_not_owed():
    ledger = MemoryLedger()
    ledger.run_started(run("r"), START)
    ledger.run_ended(record("r"), owed=False)
    skipped = SlotsSkipped(
        "t", START + 60, START + 600, 10, capped=False, reason=SkipReason.SUSPENDED
    )
    ledger.slots_skipped(skipped, START + 601)

    digests = ledger.digests(["t"], recent=5)

    assert history_of(digests["t"]).owes_since == START + 600


def test_a_ledger_without_the_task_has_nothing_to_say():
    assert history_of(TaskDigest()) == TaskHistory()


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["succeeded", "failed", "timed_out"])),
        unique_by=lambda run: run[0],
        max_size=8,
    )
)
def test_the_next_process_recalls_what_this_one_knows(story):
    ledger, histories = MemoryLedger(), Histories()
    for at, outcome in sorted(story):
        one = ended(START + 60 * at, outcome, lateness_seconds=2.0)
        ledger.run_started(one.run, one.started_at)
        ledger.run_ended(one, owed=False)
        histories(RunFinished(one))

    next_ones = Histories()
    next_ones.recall(ledger.digests(["t"], recent=10))

    assert next_ones.of("t") == histories.of("t")
