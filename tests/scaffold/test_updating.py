import pytest

from rota import __version__
from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput, project_files
from rota.scaffold.record import RECORD_NAME, Record, digest, read_record
from rota.scaffold.task_stub import parse_task
from rota.scaffold.updating import Change, plan, todays_files

WANTED = ProjectInput(parse_context("shop"))
OLD, NEW, EDITED = "old\n", "new\n", "old, edited\n"


def planned(*, recorded=None, here=None, today=None, kept=()):
    """Plan for one file, the texts of which are given; return its change, why not, its hash."""
    hashes = {} if recorded is None else {"f": digest(recorded)}
    texts = {"f": here}
    update = plan(
        Record("0.0.1", WANTED, hashes),
        {} if today is None else {"f": today},
        here=texts.get,
        written=lambda _, sha: next((text for text in kept if digest(text) == sha), None),
    )
    changes = {change.path: change for change in update.changes}
    record = changes.pop(RECORD_NAME)
    return changes.get("f"), update.left_out.get("f"), record.after


@pytest.mark.parametrize(
    ("texts", "change"),
    [
        ({"recorded": OLD, "here": OLD, "today": NEW}, Change("f", OLD, NEW)),
        ({"recorded": OLD, "here": EDITED, "today": NEW, "kept": [OLD]}, Change("f", OLD, NEW)),
        ({"today": NEW}, Change("f", None, NEW)),
        ({"recorded": OLD, "here": OLD}, Change("f", OLD, None)),
        ({"recorded": OLD, "here": EDITED, "kept": [OLD]}, Change("f", OLD, None)),
        ({"recorded": OLD, "here": EDITED, "today": OLD}, None),
        ({"recorded": OLD, "here": NEW, "today": NEW}, None),
        ({"here": NEW, "today": NEW}, None),
        ({"recorded": OLD}, None),
    ],
    ids=[
        "as-it-was",
        "edited-and-kept-by-git",
        "new-in-the-template",
        "no-longer-in-it",
        "no-longer-in-it-but-edited",
        "same-template-edited",
        "changed-alike",
        "made-alike",
        "gone-in-both",
    ],
)
def test_a_change_leads_from_what_was_written_to_what_would_be(texts, change):
    found, why, record = planned(**texts)

    assert (found, why) == (change, None)
    today = texts.get("today")
    assert ('"f"' in record) == (today is not None)
    if today is not None:
        assert digest(today) in record


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"recorded": OLD, "here": EDITED, "today": NEW}, "edited, and git has not kept"),
        ({"recorded": OLD, "here": EDITED}, "edited, and git has not kept"),
        ({"recorded": OLD, "today": NEW}, "you have deleted it"),
        ({"here": EDITED, "today": NEW}, "you have one of your own"),
    ],
    ids=["edited", "edited-and-dropped", "deleted", "own"],
)
def test_what_cannot_be_told_is_left_out_and_asked_about_again(texts, told):
    found, why, record = planned(**texts)

    assert found is None
    assert told in why
    assert (digest(OLD) in record) == ("recorded" in texts)
    assert digest(NEW) not in record


def test_the_record_gets_the_version(tmp_path):
    (tmp_path / RECORD_NAME).write_text(planned(recorded=OLD, here=OLD, today=NEW)[2])

    assert read_record(tmp_path) == Record(__version__, WANTED, {"f": digest(NEW)})


def test_a_project_of_this_version_needs_nothing():
    files = project_files(WANTED)
    hashes = {path: digest(text) for path, text in files.items()}
    record = Record(__version__, WANTED, hashes)
    update = plan(
        record,
        todays_files(record),
        here=(files | {RECORD_NAME: record.text}).get,
        written=lambda *_: None,
    )

    assert (update.changes, update.left_out) == ([], {})


def test_added_tasks_are_part_of_what_would_be_written():
    record = Record(__version__, WANTED, {}, [(parse_task("poll=5m"), True)])
    files = todays_files(record)

    assert "class PollTask(" in files["src/shop_worker/tasks/poll_task.py"]
    assert "PollTask,\n]" in files["src/shop_worker/tasks/__init__.py"]
    assert "  poll:" in files["deploy/tasks.yaml"]
