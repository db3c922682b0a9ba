from rota.dev.board import Board, Phase

TASKS = [
    {"name": "bills", "schedule": "every 1 h", "next_slot": 3600, "running": 1},
    {"name": "cleanup", "schedule": "0 3 * * *", "next_slot": None, "running": 0},
]
FINISHED = {"event": "finished", "task": "bills", "at": 10.5, "outcome": "failed"}


def board_of(*messages):
    board = Board()
    for message in messages:
        board.take(message)
    return board


def tasks(listed=TASKS):
    return {"event": "tasks", "tasks": listed}


def test_a_task_that_has_not_run_yet_has_no_outcome():
    row = board_of(tasks()).rows["bills"]

    assert (row.schedule, row.next_slot, row.running) == ("every 1 h", 3600, 1)
    assert (row.runs, row.outcome) == (0, None)


def test_the_last_run_is_kept_over_a_reload_and_a_task_that_is_gone_is_not():
    board = board_of(tasks(), FINISHED, tasks(TASKS[:1]))

    assert [*board.rows] == ["bills"]
    assert (board.rows["bills"].runs, board.rows["bills"].outcome) == (1, "failed")


def test_counts_note_and_reason_are_told_together():
    facts = {"counts": {"sent": 2, "failed": 1}, "note": "a note", "reason": "a reason"}

    assert board_of(FINISHED | facts).rows["bills"].detail == "sent 2, failed 1, a note, a reason"


def test_a_refusal_stays_until_the_next_start_whatever_the_exit_code():
    board = board_of({"event": "refused", "text": "no module 'shop'"})
    board.ended(2)
    assert (board.phase, board.problem) == (Phase.BROKEN, "no module 'shop'")
    board.starting()

    assert (board.phase, board.problem) == (Phase.STARTING, "")


def test_a_child_that_ends_without_a_word_is_named_by_its_exit_code():
    board = board_of(tasks())
    board.ended(-9)

    assert board.problem == "the child process ended with exit code -9"
    assert (board.rows["bills"].running, board.rows["bills"].next_slot) == (0, None)


def test_it_is_running_once_the_child_is_ready():
    board = board_of({"event": "ready", "api": "http://a"})

    assert (board.phase, board.api, board.was_ready) == (Phase.RUNNING, "http://a", True)


def test_messages_of_another_version_change_nothing():
    board = board_of({"event": "news"}, {}, {"event": "finished"}, {"event": "tasks"})

    assert board.rows == {}
