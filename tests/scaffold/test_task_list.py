import ast

import pytest

from rota.model.errors import UsageError
from rota.scaffold.task_list import with_task

GENERATED = '''\
"""The tasks that run: what is not in this list does not."""

from shop_worker.tasks.cleanup_task import cleanup
from shop_worker.tasks.notifications_task import notifications

TASKS = [
    cleanup,
    notifications,
]
'''


def added(text, name="poll"):
    module = f"shop_worker.tasks.{name}_task"
    return with_task(text, module=module, name=name, where="tasks/__init__.py")


def test_a_task_is_imported_in_order_and_comes_last_in_the_list():
    assert added(GENERATED) == GENERATED.replace(
        "\nTASKS", "from shop_worker.tasks.poll_task import poll\n\nTASKS"
    ).replace("notifications,\n]", "notifications,\n    poll,\n]")


def test_the_ends_of_lines_stay_as_they_are():
    assert added(GENERATED.replace("\n", "\r\n")) == added(GENERATED).replace("\n", "\r\n")


def test_an_import_goes_before_those_that_sort_after_it():
    lines = added(GENERATED, "delete10").splitlines()

    assert lines[2:5] == [
        "from shop_worker.tasks.cleanup_task import cleanup",
        "from shop_worker.tasks.delete10_task import delete10",
        "from shop_worker.tasks.notifications_task import notifications",
    ]


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param("TASKS = []", "TASKS = [\n    poll,\n]", id="empty"),
        pytest.param(
            "TASKS = [Çleanup(), b]  # all",
            "TASKS = [\n    Çleanup(),\n    b,\n    poll,\n]  # all",
            id="one-line",
        ),
        pytest.param("TASKS = [\n    a\n]", "TASKS = [\n    a,\n    poll,\n]", id="no-last-comma"),
        pytest.param(
            "TASKS: list[object] = [\n    a,  # first\n    # second\n    b,\n]",
            "TASKS: list[object] = [\n    a,  # first\n    # second\n    b,\n    poll,\n]",
            id="annotated-with-comments",
        ),
        pytest.param("TASKS = [\n]", "TASKS = [\n    poll,\n]", id="empty-lines"),
        pytest.param(
            "A = 1\x0c\nTASKS = [\n]", "A = 1\x0c\nTASKS = [\n    poll,\n]", id="form-feed"
        ),
        pytest.param("TASKS = [a,\n  b]", "TASKS = [\n    a,\n    b,\n    poll,\n]", id="dense"),
    ],
)
def test_every_form_of_a_list_is_added_to(listed, expected):
    assert added(listed) == f"from shop_worker.tasks.poll_task import poll\n{expected}\n"


def test_without_imports_it_follows_the_docstring():
    assert added('"""Tasks."""\n\nTASKS = []\n') == (
        '"""Tasks."""\n\nfrom shop_worker.tasks.poll_task import poll\n\nTASKS = [\n    poll,\n]\n'
    )


def test_what_else_is_in_the_file_stays():
    more = f"{GENERATED}\n\ndef register_tasks(scheduler):\n    for task in TASKS: ...\n"
    text = added(more)

    ast.parse(text)
    assert text.endswith("    for task in TASKS: ...\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("TASKS = make()\n", "there is no list `TASKS = "),
        ("TASK = [a]\n", "add `from shop_worker.tasks.poll_task import poll` and `poll` by hand"),
        ("TASKS = [a,  # first\n  b]\n", "move the bracket to the next line, or add `from shop"),
        ("TASKS = [\n", "not Python: "),
        ("from somewhere import poll\nTASKS = []\n", "there is a 'poll' already"),
        ("import poll.x\nTASKS = []\n", "there is a 'poll' already"),
        ("def poll(): ...\nTASKS = []\n", "there is a 'poll' already"),
        ("poll = 3\nTASKS = []\n", "there is a 'poll' already"),
    ],
)
def test_a_list_that_cannot_be_added_to_is_refused(text, told):
    with pytest.raises(UsageError, match=r"tasks/__init__\.py: ") as refused:
        added(text)

    assert told in str(refused.value)
