"""Checks a task's class, before a run would fail."""

import difflib
import inspect
from types import FunctionType
from typing import Any

from rota.model.errors import TaskDefinitionError
from rota.model.task_fields import TASK_FIELD_BY_NAME
from rota.tasks.base import BaseTask
from rota.tasks.declaration import is_task

# Close enough to be a typo: `shedule`, `interval_second`; `timeout` and `interval` are not.
_TYPO_RATIO = 0.85


def check_task_class(name: str, task: object) -> None:
    """Raise TaskDefinitionError for a mistake in a task's class.

    It has no name, misspells an attribute, or its `execute` cannot be awaited with the client.
    """
    task_class = type(task)
    if is_task(task):
        _check_attributes(name, task_class)
    if not isinstance(task, BaseTask):
        return
    if name == BaseTask.name:
        raise TaskDefinitionError(
            f"{task_class.__module__}.{task_class.__qualname__} has no name; "
            'write name = "…" in the class'
        )
    _check_execute(name, task)


def is_blocking(function: Any) -> bool:
    """Whether a function is a plain one, which runs in a thread, rather than async.

    Anything else, such as functools.partial or a mock, may return an awaitable, and so may a
    decorated function if it, or what it wraps, is async.
    """
    written = getattr(function, "__func__", function)
    while not inspect.iscoroutinefunction(written):
        if not hasattr(written, "__wrapped__"):
            return isinstance(written, FunctionType)
        written = written.__wrapped__
    return False


def _check_attributes(name: str, task_class: type) -> None:
    for each in task_class.__mro__:
        if each in BaseTask.__mro__:
            continue
        for attribute, value in vars(each).items():
            if hasattr(BaseTask, attribute) or attribute.startswith("_") or callable(value):
                continue
            near = difflib.get_close_matches(attribute, TASK_FIELD_BY_NAME, n=1, cutoff=_TYPO_RATIO)
            if near:
                raise TaskDefinitionError(
                    f"task {name!r}: {attribute!r} is not an attribute of a task, did you mean "
                    f"{near[0]!r}? (begin it with an underscore if it is meant)"
                )


def _check_execute(name: str, task: BaseTask) -> None:
    function = inspect.unwrap(getattr(task.execute, "__func__", task.execute))
    if not isinstance(function, FunctionType):
        return
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        raise TaskDefinitionError(
            f"task {name!r}: execute yields; write async def execute(self, api_client) "
            "without yield"
        )
    try:
        inspect.signature(task.execute).bind(None)
    except TypeError as error:
        raise TaskDefinitionError(
            f"task {name!r}: execute cannot be called with only the API client ({error}); "
            "write async def execute(self, api_client)"
        ) from None
