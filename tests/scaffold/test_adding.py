import pytest

from rota.model.errors import UsageError
from rota.scaffold.adding import VALUES_PATH, add_task, task_list_path
from rota.scaffold.names import parse_context
from rota.scaffold.project import ProjectInput, project_files
from rota.scaffold.task_stub import parse_task

NAMES = parse_context("shop")
LIST = task_list_path(NAMES)


def added(task="send-reminders=0 8 * * *", *, class_task=False, **files):
    generated = project_files(ProjectInput(NAMES))
    before = {path: generated[path] for path in (LIST, VALUES_PATH)} | files
    return add_task(before, NAMES, parse_task(task), class_task=class_task)


@pytest.mark.parametrize(("class_task", "entry"), [(False, "poll"), (True, "PollTask")])
def test_a_task_has_a_module_a_test_and_an_entry(class_task, entry):
    addition = added("poll=5m", class_task=class_task)

    assert set(addition.new) == {
        "src/shop_worker/tasks/poll_task.py",
        "tests/unit/test_poll_task.py",
    }
    assert f"import {entry}\n" in addition.changed[LIST]
    assert addition.changed[LIST].endswith(f"    {entry},\n]\n")
    assert all("xample" not in text for text in addition.new.values())


def test_it_is_the_same_as_a_task_that_rota_new_writes():
    stub = parse_task("send-reminders=0 8 * * *")
    made = project_files(ProjectInput(NAMES, (stub,)))
    addition = added(stub.text)

    assert addition.new == {path: made[path] for path in addition.new}


def test_the_values_of_the_chart_get_it_too():
    addition = added("poll=5m")

    assert addition.exported
    assert "  poll:\n    intervalSeconds: 300\n" in addition.changed[VALUES_PATH]


@pytest.mark.parametrize(
    "text",
    [
        "tasks:\n  cleanup: {schedule: 0 * * * *}\n",
        "tasks: [\n",
        "tasks:\n",
        "- 3\n",
        "",
        "tasks:\n  poll:\n    intervalSeconds: 60\n",
    ],
    ids=["by-hand", "no-yaml", "empty", "list", "nothing", "there-already"],
)
def test_values_that_somebody_wrote_are_left_to_the_export(text):
    addition = added("poll=5m", **{VALUES_PATH: text})

    assert not addition.exported
    assert set(addition.changed) == {LIST}


def test_a_list_that_cannot_be_read_is_refused():
    with pytest.raises(UsageError, match=r"src/shop_worker/tasks/__init__\.py: there is no list"):
        added(**{LIST: "TASKS = tuple()\n"})
