"""Which runs are forgotten: a rule without I/O, and the same in the tables."""

import sqlite3
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.ledger import pruning
from rota.ledger.batch import Batch
from rota.ledger.memory import MemoryLedger
from rota.ledger.pruning import Pruning
from rota.ledger.records import RecordedSkip, recorded_end
from rota.ledger.retention import Retention, forgettable
from rota.ledger.rows import write
from rota.ledger.run_filter import RunFilter
from rota.ledger.schema import migrate
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from support.ledger_runs import START, record

DAY = 86_400
RETENTION = Retention(runs=3, age=timedelta(days=1), failures=2, total_bytes=2**30)
OUTCOMES = st.sampled_from(["succeeded", "failed", "interrupted", "timed_out"])


def history(*outcomes, task="t", age_days=10.0):
    """Return the ends of runs a minute apart, the last one `age_days` ago."""
    first = START - age_days * DAY - 60 * len(outcomes)
    return [
        record(
            f"{task}-{n}", outcome, task=task, slot=int(first + 60 * n), started_at=first + 60 * n
        )
        for n, outcome in enumerate(outcomes)
    ]


def kept(records, **options):
    runs = [recorded_end(each) for each in records]
    gone = {run.run_id for run in forgettable(runs, RETENTION, now=START, **options)}
    return [run.run_id.rpartition("-")[2] for run in runs if run.run_id not in gone]


S, F = "succeeded", "failed"


@pytest.mark.parametrize(
    ("outcomes", "numbers"),
    [
        pytest.param([S] * 6, "345", id="the last three"),
        pytest.param([S, F, F, F, F, F], "0345", id="and the last success"),
        pytest.param([F, F, F, S, S, S], "12345", id="and the last two failures"),
        pytest.param([S, S], "01", id="fewer than three"),
    ],
)
def test_of_what_is_old_there_is_kept(outcomes, numbers):
    assert "".join(kept(history(*outcomes))) == numbers


def test_what_is_younger_than_the_age_is_kept_however_much_it_is():
    assert len(kept(history(*[S] * 50, age_days=0.5))) == 50


def test_where_bytes_are_short_only_the_last_success_and_the_last_failures_are_kept():
    found = history(F, F, F, S, S, S, age_days=0.1)
    assert "".join(kept(found, short_of_bytes=True)) == "125"


def test_a_slot_that_is_owed_is_not_forgotten():
    found = history("interrupted", *[S] * 5, F, F, S, S, S)
    owed = {("t", int(found[0].run.slot.timestamp()))}
    assert kept(found, owed=owed)[0] == "0"


@st.composite
def histories(draw):
    records = []
    for task in draw(st.sets(st.sampled_from(["a", "b", "c"]), min_size=1)):
        outcomes = draw(st.lists(OUTCOMES, max_size=12))
        records += history(*outcomes, task=task, age_days=draw(st.sampled_from([0.5, 0.999, 3])))
    return sorted(records, key=lambda each: each.started_at)


@given(histories(), st.booleans(), st.integers(1, 4))
@settings(deadline=None, max_examples=200)
def test_the_tables_forget_what_the_rule_says(records, short, step_rows):
    runs = [recorded_end(each) for each in records]
    owed = {(run.task, run.slot) for run in runs[::3]}
    limit = Retention(
        RETENTION.runs, RETENTION.age, RETENTION.failures, 0 if short else RETENTION.total_bytes
    )
    gone = forgettable(runs, limit, now=START, owed=owed, short_of_bytes=short)
    with sqlite3.connect(":memory:") as connection:
        migrate(connection)
        write(connection, Batch(
            runs={each.run.run_id: each for each in records},
            owed=dict.fromkeys(owed, True),
        ))  # fmt: skip
        before = pruning.STEP_ROWS
        pruning.STEP_ROWS = step_rows
        try:
            steps = Pruning(limit)
            for _ in range(len(records) // step_rows + 1):
                steps.step(connection, START)
        finally:
            pruning.STEP_ROWS = before
        left = {run_id for (run_id,) in connection.execute("SELECT run_id FROM runs")}
    connection.close()

    # What is short of bytes is looked at in steps, and what has gone no longer counts.
    expected = {run.run_id for run in runs} - {run.run_id for run in gone}
    assert left == expected


def test_old_runs_are_looked_for_once_an_hour():
    with sqlite3.connect(":memory:") as connection:
        migrate(connection)
        steps = Pruning(RETENTION)
        assert steps.step(connection, START) == 0
        write(connection, Batch(runs={each.run.run_id: each for each in history(*[S] * 6)}))

        assert steps.step(connection, START + 3599) == 0
        assert steps.step(connection, START + 3600) == 3
    connection.close()


def test_old_runs_are_looked_for_again_when_the_clock_was_far_ahead():
    with sqlite3.connect(":memory:") as connection:
        migrate(connection)
        steps = Pruning(RETENTION)
        steps.step(connection, START + 365 * DAY)
        write(connection, Batch(runs={each.run.run_id: each for each in history(*[S] * 6)}))

        assert steps.step(connection, START) == 3
    connection.close()


def test_skips_that_are_more_than_a_step_do_not_wait_for_the_next_hour(monkeypatch):
    monkeypatch.setattr(pruning, "STEP_ROWS", 2)
    missed = SlotsSkipped("t", 1, 1, 1, capped=False, reason=SkipReason.OVERLAP)
    with sqlite3.connect(":memory:") as connection:
        migrate(connection)
        write(connection, Batch(skips=[RecordedSkip(missed, noted_at) for noted_at in range(5)]))
        steps = Pruning(RETENTION)

        assert [steps.step(connection, START + second) for second in range(4)] == [2, 2, 1, 0]
    connection.close()


def test_a_ledger_in_memory_keeps_to_its_bytes():
    ledger = MemoryLedger(Retention(total_bytes=40_000))
    for number in range(10_000):
        ledger.run_ended(record(f"run-{number}", started_at=START + number), owed=False)

    assert 90 < len(ledger.runs(limit=500)) < 130
    assert ledger.runs()[0].run_id == "run-9999"


def test_the_last_success_and_failures_survive_in_memory_too():
    ledger = MemoryLedger(Retention(total_bytes=4_000, failures=2))
    for name in ("ok", "bad-1", "bad-2"):
        outcome = "succeeded" if name == "ok" else "failed"
        ledger.run_ended(record(name, outcome, task="rare"), owed=False)
    for number in range(1000):
        ledger.run_ended(record(f"run-{number}", task="often"), owed=False)

    assert [each.run_id for each in ledger.runs(RunFilter("rare"))] == ["bad-2", "bad-1", "ok"]
