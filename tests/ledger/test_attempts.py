from dataclasses import replace

import pytest

from rota.ledger.attempts import Attempt, merged
from support.ledger_runs import START

KNOWN = Attempt(
    "p-a",
    node="node-1",
    exit_code=4,
    reason="no route",
    created_at=START + 1.0,
    started_at=START + 2.0004,
    ended_at=START + 3.25,
    message={"run_id": "r", "outcome": "failed"},
)


def test_the_facts_of_an_attempt_are_those_of_its_pod_and_its_last_words():
    assert KNOWN.facts() == {
        "pod": "p-a",
        "node": "node-1",
        "exit_code": 4,
        "meaning": KNOWN.facts()["meaning"],
        "reason": "no route",
        "run_id": "r",
        "created_at": "2026-11-24T00:00:01Z",
        "scheduled_at": None,
        "started_at": "2026-11-24T00:00:02Z",
        "ended_at": "2026-11-24T00:00:03.250000Z",
    }
    assert KNOWN.facts()["meaning"]


def test_what_is_not_known_of_an_attempt_is_null():
    facts = Attempt("p-a").facts()

    assert facts.pop("pod") == "p-a"
    assert set(facts.values()) == {None}


RUNNING = Attempt("p-a", node="node-1")


@pytest.mark.parametrize(
    ("before", "after", "known"),
    [
        ([], [RUNNING], [RUNNING]),
        ([RUNNING], [], [RUNNING]),
        ([RUNNING], [KNOWN], [KNOWN]),
        ([KNOWN], [RUNNING], [KNOWN]),
        ([KNOWN], [replace(KNOWN, exit_code=0)], [replace(KNOWN, exit_code=0)]),
        (
            [KNOWN, Attempt("p-b")],
            [Attempt("p-c"), RUNNING],
            [KNOWN, Attempt("p-b"), Attempt("p-c")],
        ),
    ],
    ids=["new", "gone", "ended", "ended before", "another end", "several"],
)
def test_of_attempts_that_are_told_again_the_order_and_the_ends_stay(before, after, known):
    assert merged(before, after) == tuple(known)
