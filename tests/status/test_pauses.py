"""What is shown of a task that somebody has paused."""

import pytest

from rota.model.pause import Pause
from rota.status.task_status import TaskState
from support.ledger_runs import START
from support.statuses import Installation, make_task, text

HOUR = 3600
NOW = START + 10 * HOUR + 60
SENTENCE = "paused by ada until 2026-11-24T12:30:00Z: the disk is full"


@pytest.fixture
def paused():
    task = make_task("t", interval_seconds=HOUR, timeout_seconds=60, catch_up_seconds=600)
    installation = Installation(NOW, task)
    installation.ran("t", START + 2 * HOUR)
    pause = Pause(START + 3 * HOUR, START + 12 * HOUR + 1800, "ada", "the disk is full")
    installation.ledger.paused("t", pause)
    return installation


def test_a_paused_task_says_who_wanted_that_until_when_and_why(paused):
    status = paused.board.task("t")

    assert (status.state, status.reason) == (TaskState.PAUSED, SENTENCE)
    assert status.facts()["pause"] == {
        "since": text(START + 3 * HOUR),
        "until": text(START + 12 * HOUR + 1800),
        "actor": "ada",
        "reason": "the disk is full",
    }
    assert paused.board.overview().counts["paused"] == 1


def test_what_comes_next_comes_after_the_pause(paused):
    board = paused.board

    assert board.task("t").next_slots[0] == board.task("t").next_slot == START + 13 * HOUR
    assert board.upcoming(4, 10) == [(START + 13 * HOUR, "t"), (START + 14 * HOUR, "t")]
    assert board.upcoming(4, 1) == [(START + 13 * HOUR, "t")]


def test_nothing_is_owed_for_the_time_of_a_pause(paused):
    assert paused.board.task("t").success_due > START + 14 * HOUR
    paused.clock.now = START + 13 * HOUR + 60
    after = paused.board.task("t")

    assert (after.state, after.pause, after.reason) == (TaskState.OK, None, None)


def test_a_slot_that_comes_in_the_pause_is_said_to_be_skipped(paused):
    board = paused.board

    assert board.explain("t", START + 12 * HOUR).sentences[1] == (
        f"It will be skipped: the task is {SENTENCE}."
    )
    assert len(board.explain("t", START + 13 * HOUR).sentences) == 1


def test_a_slot_that_was_skipped_says_by_which_pause(paused):
    paused.skipped("t", START + 4 * HOUR, reason="paused", detail=SENTENCE)
    explained = paused.board.explain("t", START + 4 * HOUR)

    assert list(explained.sentences) == [
        "It was skipped: the task was paused.",
        f"{SENTENCE}.",
    ]
    assert explained.facts()["detail"] == SENTENCE
