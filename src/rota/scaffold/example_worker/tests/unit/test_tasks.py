"""What holds for every task."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rota.testing import FakeApi, assert_idempotent, run_task

from example_worker import tasks

TASKS: list[Any] = [*tasks.TASKS]  # functions, classes, or both
NAMES = [task.name for task in TASKS]


def test_every_task_that_is_written_is_registered() -> None:
    written = Path(tasks.__file__).parent.glob("*_task.py")

    assert sorted(path.stem for path in written) == sorted(
        f"{name.replace('-', '_')}_task" for name in NAMES
    )


@pytest.mark.parametrize("task", TASKS, ids=NAMES)
def test_a_run_that_is_killed_and_repeated_does_everything_once(
    task: object, new_api: Callable[[], FakeApi]
) -> None:
    assert_idempotent(task, new_api)


@pytest.mark.parametrize("task", TASKS, ids=NAMES)
def test_another_attempt_is_made_where_the_api_is_out_of_reach(task: object, api: FakeApi) -> None:
    run = run_task(task, api=api, outage="refused")

    assert run.exit_code == 4, run
