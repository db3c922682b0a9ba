import pytest

from rota.model.errors import UnknownTaskError, UsageError
from support.ledger_runs import START, record
from support.statuses import Installation, make_task, text

MINUTE, HOUR = 60, 3600
NOW = START + 10 * HOUR + 30


@pytest.fixture
def installation():
    return Installation(NOW, make_task("t", interval_seconds=HOUR))


def states(installation, first, last):
    slots = installation.board.slots("t", START + first * HOUR, START + last * HOUR)
    return [(int((each.slot - START) / HOUR), each.state.value, each.reason) for each in slots]


def test_every_slot_of_the_schedule_has_exactly_one_state(installation):
    installation.ran("t", START + 2 * HOUR)
    installation.ran("t", START + 3 * HOUR, "failed", reason="no luck")
    installation.skipped("t", START + 4 * HOUR, START + 6 * HOUR, count=3, reason="missed")
    installation.ran("t", START + 7 * HOUR, "interrupted", reason="stopped")
    installation.ran("t", START + 7 * HOUR)
    installation.ledger.slot_due("t", START + 9 * HOUR)
    installation.runs("t", START + 10 * HOUR)

    assert states(installation, 1, 12) == [
        (1, "unobserved", None),
        (2, "succeeded", None),
        (3, "failed", "no luck"),
        (4, "skipped", "missed"),
        (5, "skipped", "missed"),
        (6, "skipped", "missed"),
        (7, "succeeded", None),
        (8, "unobserved", None),
        (9, "due", None),
        (10, "running", None),
        (11, "upcoming", None),
        (12, "upcoming", None),
    ]


def test_slots_of_an_earlier_schedule_are_there_where_something_is_known_of_them(installation):
    installation.ran("t", START + HOUR + 7 * MINUTE)
    installation.skipped("t", START + HOUR + 20 * MINUTE)

    found = installation.board.slots("t", START + HOUR, START + 2 * HOUR)
    assert [(each.slot - START - HOUR) / MINUTE for each in found] == [0, 7, 20, 60]


def test_the_wall_clock_of_the_schedule_is_beside_each_slot():
    task = make_task("t", schedule="30 2 * * *", timezone="America/St_Johns")
    slot = next(iter(Installation(NOW, task).board.slots("t", NOW, NOW + 86_400)))

    assert slot.facts() == {
        "at": "2026-11-25T06:00:00Z",
        "local": "Wed 2026-11-25 02:30:00 -03:30",
        "state": "upcoming",
        "reason": None,
        "detail": None,
        "retry_at": None,
        "run": None,
    }


WHY = {
    "succeeded": "Run run-1 (schedule) started {at} and succeeded after 1.5 s with exit code 0 "
    "(succeeded).",
    "late": "Run run-1 (schedule) started {late}, 2m late and succeeded after 1.5 s with exit code "
    "0 (succeeded).",
    "failed": "Run run-1 (schedule) started {at} and failed after 1.5 s with exit code 1 (the task "
    "raised): no luck",
    "overlap": "It was skipped: another run of the task was active, and a newer slot came before "
    "that run ended (overlap: forbid).",
    "active": "Active at that moment: run run-1 for the slot {before}, from {before} to {after} "
    "(succeeded).",
    "too_late": "It was skipped: it could not start within 1h (catch_up_seconds, catch_up).",
    "upcoming": "It comes in 59m30s.",
    "old": "Nothing is known from so long ago: the oldest record of the task is of {after}.",
    "gap": "Nothing was recorded for it: no scheduler was there, the task had another schedule "
    "then, or the record was deleted to keep the history small.",
    "none": "Nothing has been recorded of this task yet.",
    "due": "It is due, and waits for its run.",
    "again": "It waits to be tried again at {soon}, in 4m.",
    "again_late": "It was to be tried again at {after}, and waits for its turn, or for a "
    "scheduler.",
}
SLOT = START + 3 * HOUR
SOON = NOW + 4 * MINUTE


def nothing(_):
    pass


def trying_again(retry_at):
    def arrange(installation):
        installation.ledger.slot_due("t", SLOT)
        ended = record(
            "run-1", "failed", slot=SLOT, started_at=SLOT, reason="no luck", retry_at=retry_at
        )
        installation.ledger.run_ended(ended, owed=True)

    return arrange


def overlapping(installation):
    # Three hours long, from the slot before.
    installation.ran("t", SLOT - HOUR, duration_seconds=2.0 * HOUR, late=0)
    installation.skipped("t", SLOT)


@pytest.mark.parametrize(
    ("arrange", "slot", "why"),
    [
        pytest.param(lambda i: i.ran("t", SLOT, late=0), SLOT, ["succeeded"], id="ran"),
        pytest.param(lambda i: i.ran("t", SLOT, late=120), SLOT, ["late"], id="ran late"),
        pytest.param(
            lambda i: i.ran("t", SLOT, "failed", late=0, reason="no luck"),
            SLOT,
            ["failed"],
            id="failed",
        ),
        pytest.param(overlapping, SLOT, ["overlap", "active"], id="skipped for an overlap"),
        pytest.param(
            lambda i: i.skipped("t", SLOT, reason="too_late"), SLOT, ["too_late"], id="too late"
        ),
        pytest.param(nothing, START + 11 * HOUR, ["upcoming"], id="upcoming"),
        pytest.param(lambda i: i.ran("t", SLOT + HOUR), SLOT, ["old"], id="before all records"),
        pytest.param(lambda i: i.ran("t", SLOT - HOUR), SLOT, ["gap"], id="unobserved"),
        pytest.param(nothing, SLOT, ["none"], id="no record at all"),
        pytest.param(lambda i: i.ledger.slot_due("t", SLOT), SLOT, ["due"], id="due"),
        pytest.param(trying_again(SOON), SLOT, ["failed", "again"], id="tried again soon"),
        pytest.param(
            trying_again(SLOT + HOUR), SLOT, ["failed", "again_late"], id="to be tried again"
        ),
    ],
)
def test_why_says_in_sentences_what_happened_to_a_slot(installation, arrange, slot, why):
    arrange(installation)
    places = {
        "at": text(SLOT),
        "late": text(SLOT + 120),
        "before": text(SLOT - HOUR),
        "after": text(SLOT + HOUR),
        "soon": text(SOON),
    }

    explanation = installation.board.explain("t", slot)

    assert list(explanation.sentences) == [WHY[key].format(**places) for key in why]


def test_why_gives_the_runs_that_were_active_as_evidence(installation):
    overlapping(installation)
    facts = installation.board.explain("t", SLOT).facts()

    assert facts["state"] == "skipped"
    assert [run["run_id"] for run in facts["evidence"]] == ["run-1"]
    assert facts["runs"] == []


def test_why_names_the_nearest_slots_where_there_is_none(installation):
    with pytest.raises(UsageError) as refused:
        installation.board.explain("t", SLOT + 60)

    assert str(refused.value) == (
        f"{text(SLOT + 60)} is not a slot of task 't'; the nearest are {text(SLOT)} and "
        f"{text(SLOT + HOUR)}"
    )


def test_a_task_that_is_not_there_is_refused_with_the_nearest_name(installation):
    with pytest.raises(UnknownTaskError) as refused:
        installation.board.task("tt")

    assert str(refused.value) == "no task is named 'tt', did you mean 't'? (known: t)"
