import json

import pytest

from rota.scaffold import local_rota
from rota.scaffold.record import RECORD_NAME, digest, read_record

TASK = ("add", "task", "send-reminders", "--schedule", "0 8 * * MON-FRI")
MODULE = "src/shop_worker/tasks/send_reminders_task.py"
TEST = "tests/unit/test_send_reminders_task.py"
LIST = "src/shop_worker/tasks/__init__.py"
VALUES = "deploy/tasks.yaml"


@pytest.fixture
def shop(rota, tmp_path, monkeypatch):
    """A project of `rota new`, in whose folder the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(local_rota, "local_rota", lambda: None)
    assert rota("new", "shop", "--directory", ".").exit_code == 0
    folder = tmp_path / "shop_worker"
    monkeypatch.chdir(folder)
    return folder


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def changes(before, after):
    return {path for path in before | after if before.get(path) != after.get(path)}


def test_a_task_is_added_from_anywhere_in_the_project(rota, shop, monkeypatch):
    before = tree(shop)
    monkeypatch.chdir(shop / "tests/unit")
    ended = rota(*TASK)

    assert ended.exit_code == 0, ended.stderr
    assert changes(before, tree(shop)) == {MODULE, TEST, LIST, VALUES, RECORD_NAME}
    assert ended.stdout.endswith("Next:\n  make test\n")
    assert f"  new      {MODULE}\n" in ended.stdout
    assert f"  changed  {LIST}\n" in ended.stdout


def test_the_record_knows_it(rota, shop):
    made = read_record(shop)
    rota(*TASK)
    record = read_record(shop)

    assert [(stub.name, class_task) for stub, class_task in record.added] == [
        ("send-reminders", False)
    ]
    assert (record.wanted, record.version) == (made.wanted, made.version)
    after = tree(shop)
    assert record.hashes == {path: digest(after[path]) for path in {*made.hashes, MODULE, TEST}}


def test_what_was_edited_stays_edited_for_the_record(rota, shop):
    before = read_record(shop).hashes[LIST]
    (shop / LIST).write_text((shop / LIST).read_text() + "# edited\n")
    rota(*TASK)

    assert read_record(shop).hashes[LIST] == before
    assert (shop / LIST).read_text().endswith("# edited\n")


def test_the_same_project_is_still_already_so(rota, shop, monkeypatch):
    rota(*TASK)
    monkeypatch.chdir(shop.parent)
    ended = rota("new", "shop", "--directory", ".")

    assert ended.exit_code == 0
    assert "already so" in ended.stdout


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (((), ()), "async def poll("),
        (((), ("--class",)), "class PollTask("),
        ((("--class-tasks",), ()), "class PollTask("),
        ((("--class-tasks",), ("--function",)), "async def poll("),
    ],
)
def test_it_is_written_as_the_others_unless_asked_otherwise(
    rota, shop, monkeypatch, options, expected
):
    made_as, option = options
    monkeypatch.chdir(shop.parent)
    rota("new", "depot", "--directory", ".", *made_as)
    monkeypatch.chdir(shop.parent / "depot_worker")
    ended = rota("add", "task", "poll", "--schedule", "5m", *option)

    assert ended.exit_code == 0, ended.stderr
    assert (
        expected in (shop.parent / "depot_worker/src/depot_worker/tasks/poll_task.py").read_text()
    )


def test_a_dry_run_tells_the_same_and_writes_nothing(rota, shop):
    before = tree(shop)
    dry = json.loads(rota(*TASK, "--dry-run", "--json").stdout)
    between = tree(shop)
    told = json.loads(rota(*TASK, "--json").stdout)

    assert between == before
    assert dry == {**told, "state": "dry run"}
    assert set(told["new"]) == {MODULE, TEST}
    assert set(told["changed"]) == {LIST, VALUES}


def test_values_written_by_hand_are_left_to_make_export(rota, shop):
    (shop / VALUES).unlink()
    ended = rota(*TASK)

    assert ended.exit_code == 0
    assert ended.stdout.endswith("Next:\n  make export\n  make test\n")
    assert not (shop / VALUES).exists()


def test_nothing_is_overwritten(rota, shop):
    rota(*TASK)
    before = tree(shop)
    again = rota(*TASK)
    (shop / TEST.replace("send_reminders", "poll")).write_text("mine")
    taken = rota("add", "task", "poll", "--schedule", "5m")
    (shop / TEST.replace("send_reminders", "poll")).unlink()

    assert (again.exit_code, taken.exit_code) == (2, 2)
    assert f"{LIST}: there is a 'send_reminders' already" in again.stderr
    assert "tests/unit/test_poll_task.py: there already, and nothing was written" in taken.stderr
    assert tree(shop) == before


@pytest.mark.parametrize("path", [LIST, VALUES, RECORD_NAME])
def test_a_file_that_cannot_be_written_leaves_nothing_changed(rota, shop, path):
    before = tree(shop)
    file = shop / path
    file.with_name(f".{file.name}.new").mkdir()
    ended = rota(*TASK)

    assert ended.exit_code == 2
    assert "cannot be written: Is a directory; nothing has changed" in ended.stderr
    assert tree(shop) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["Poll", "--schedule", "5m"], "'Poll' is not allowed"),
        (["poll", "--schedule", "soon"], "task 'poll'"),
        (["class", "--schedule", "5m"], "cannot be the name of a function"),
        (["poll", "--schedule", "5s"], "less than the minute"),
        (["poll"], "--schedule"),
    ],
)
def test_bad_input_is_refused(rota, shop, arguments, told):
    before = tree(shop)
    ended = rota("add", "task", *arguments)

    assert ended.exit_code == 2
    assert told in ended.stderr
    assert tree(shop) == before


def test_a_missing_list_and_a_missing_project_are_told(rota, shop, monkeypatch):
    (shop / LIST).unlink()
    no_list = rota(*TASK)
    (shop / LIST).write_bytes(b"\xff")
    no_text = rota(*TASK)
    monkeypatch.chdir(shop.parent)
    no_project = rota(*TASK)

    assert f"{LIST}: cannot be read: not UTF-8" in no_text.stderr
    assert (no_list.exit_code, no_project.exit_code) == (2, 2)
    assert f"{LIST}: missing" in no_list.stderr
    assert f"there is no {RECORD_NAME} here or above" in no_project.stderr
