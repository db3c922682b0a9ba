"""A task that is a function: `@task`, and what it makes of the function."""

import functools
import inspect
import logging
import sys
import weakref
from collections.abc import Awaitable, Callable, Mapping
from types import FunctionType
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar, Unpack, overload

from rota.model.errors import ConfigError, TaskDefinitionError
from rota.model.plain import plain_repr
from rota.model.result import Result
from rota.model.run import Run
from rota.model.task_fields import TASK_FIELD_BY_NAME
from rota.tasks.class_check import is_blocking
from rota.tasks.naming import check_name
from rota.tasks.options import TaskOptions, check_options
from rota.tasks.parameters import Parameters, parameters_of

_P = ParamSpec("_P")
_R = TypeVar(
    "_R",
    bound=Awaitable[Mapping[str, int] | Result | None] | Mapping[str, int] | Result | None,
)
_R_co = TypeVar("_R_co", covariant=True)

_decorated: "weakref.WeakSet[FunctionTask[..., Any]]" = weakref.WeakSet()


class FunctionTask(Generic[_P, _R_co]):
    """A function that `@task` has made a task of: called as before, and with a task's attributes.

    An attribute is what the decorator states, else what it is for a class that states nothing.
    Nothing of it can be changed.
    """

    name: str
    # fields: written by `make generate` from rota.model.task_fields
    interval_seconds: int
    schedule: str | None
    timezone: str | None
    splay_minutes: int | None
    run_on_start: bool
    timeout_seconds: float | None
    overlap: str | None
    catch_up_seconds: int | None
    catch_up: str | None
    backoff_limit: int | None
    shards: int | None
    enabled: bool | None
    suspend: bool | None
    # end of fields
    function: Callable[_P, _R_co]
    parameters: Parameters
    blocking: bool

    def __init__(
        self,
        function: Callable[_P, _R_co],
        name: str,
        parameters: Parameters,
        stated: Mapping[str, Any],
    ) -> None:
        # The function's own __dict__ stays with it: what stands in this one is what is stated.
        own = {"name": name, "function": function, "parameters": parameters, **stated}
        self.__dict__.update(own, blocking=is_blocking(function))
        for attribute in functools.WRAPPER_ASSIGNMENTS:
            self.__dict__[attribute] = getattr(function, attribute, None)
        self.__dict__["__wrapped__"] = function

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co:
        """Call the function itself, outside of any run, as a test of it does."""
        return self.function(*args, **kwargs)

    def __getattr__(self, attribute: str) -> Any:
        field = TASK_FIELD_BY_NAME.get(attribute)
        if field is None:
            raise AttributeError(f"{self!r} has no attribute {attribute!r}")
        return field.class_value

    def __setattr__(self, attribute: str, value: object) -> NoReturn:
        """Refuse, since what is stated has been read when a run begins."""
        raise AttributeError(f"{self!r} cannot be changed: state {attribute!r} in @task(…)")

    def __repr__(self) -> str:
        return f"<task {self.__dict__.get('name')!r} {self.target}>"

    @property
    def target(self) -> str:
        """`module:function`, as ROTA_TASKS names it."""
        function = self.__dict__.get("function")
        return f"{getattr(function, '__module__', '?')}:{getattr(function, '__qualname__', '?')}"

    @property
    def logger(self) -> logging.Logger:
        """A standard logger with the name of the function's module and the function."""
        return logging.getLogger(self.target.replace(":", "."))

    def arguments_for(self, run: Run) -> dict[str, Any]:
        """Return what the function is called with by name in `run`, besides the client."""
        offered = {"run": run, "log": self.logger}
        return {name: offered[name] for name in self.parameters.handed_over} | dict(run.arguments)


def decorated() -> list[FunctionTask[..., Any]]:
    """Return the function tasks that modules have made so far and that still exist."""
    return sorted(_decorated, key=lambda task: task.target)


@overload
def task(function: Callable[_P, _R], /) -> FunctionTask[_P, _R]: ...


@overload
def task(
    *,
    name: str | None = None,
    schedule: str,
    timezone: str | None = None,
    **options: Unpack[TaskOptions],
) -> Callable[[Callable[_P, _R]], FunctionTask[_P, _R]]: ...


@overload
def task(
    *,
    name: str | None = None,
    interval_seconds: int | None = None,
    **options: Unpack[TaskOptions],
) -> Callable[[Callable[_P, _R]], FunctionTask[_P, _R]]: ...


def task(*function: Any, name: str | None = None, **options: Any) -> Any:
    """Make a task of a function: `@task`, or `@task(schedule="0 6 * * *", …)`.

    A plain `def` runs in a thread, and is handed a BlockingClient.

    The options are the fields of a task, and `name`; without one it is the function's, with `-` for
    `_`. The function's first parameter is handed the API client. It may ask for `run` and `log` by
    name; all others have defaults, which `rota run TASK --arg name=value` may replace. A function
    is not found by being decorated: see docs/writing-tasks.md for how tasks are registered.

    Raises TaskDefinitionError or ScheduleError, with file and line, for what cannot be a task.
    """
    if not function:
        return lambda each: _make(each, name, options)
    if len(function) > 1 or name is not None or options or not _is_decorable(function[0]):
        raise TaskDefinitionError(f"@task{_place_of_caller()}: {_positional(function[0])}")
    return _make(function[0], None, {})


def _is_decorable(found: object) -> bool:
    return callable(found) or isinstance(found, staticmethod | classmethod | property)


def _positional(found: object) -> str:
    options = "its options have names"
    if isinstance(found, str):
        return f"{options}: write @task(schedule={plain_repr(found, 80)})"
    if isinstance(found, int):
        return f"{options}: write @task(interval_seconds={plain_repr(found, 80)})"
    return f"{options}, and it stands above its function: write @task(schedule=…) in a line there"


def _make(function: Any, name: str | None, options: Mapping[str, Any]) -> FunctionTask[..., Any]:
    try:
        _check_kind(function)
        parameters = parameters_of(function)
        stated = check_options(options)
        found = check_name(function.__name__.strip("_").replace("_", "-") if name is None else name)
    except ConfigError as error:
        shown = getattr(function, "__qualname__", None) or plain_repr(function, 80)
        raise type(error)(f"@task on {shown}{_place_of(function)}: {error}") from None
    made: FunctionTask[..., Any] = FunctionTask(function, found, parameters, stated)
    _decorated.add(made)
    return made


def _check_kind(found: Any) -> None:
    """Raise TaskDefinitionError for what is no function by itself that returns."""
    if isinstance(found, FunctionTask):
        raise TaskDefinitionError(
            f"it is the task {found.name!r} already: keep one @task, with all the options"
        )
    if inspect.isclass(found):
        raise TaskDefinitionError(
            "a class needs no decorator: let it inherit rota.BaseTask, and state the options as "
            "attributes"
        )
    if isinstance(found, staticmethod | classmethod | property) or _is_method(found):
        raise TaskDefinitionError(
            "a method cannot be a task: move the function out of the class, or let the class "
            "inherit rota.BaseTask"
        )
    if not isinstance(found, FunctionType):
        raise TaskDefinitionError("only a function can be decorated: write a def that calls it")
    if found.__name__ == "<lambda>":
        raise TaskDefinitionError("a lambda has no name: write a def")
    written = inspect.unwrap(found)
    if inspect.isgeneratorfunction(written) or inspect.isasyncgenfunction(written):
        raise TaskDefinitionError("it yields, and a task returns: write it without yield")


def _is_method(found: Any) -> bool:
    outer = getattr(found, "__qualname__", "").rpartition(".")[0]
    return inspect.ismethod(found) or (outer != "" and not outer.endswith("<locals>"))


def _place_of(function: Any) -> str:
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    if code is None:
        return _place_of_caller()
    return f" ({code.co_filename}, line {code.co_firstlineno})"


def _place_of_caller() -> str:
    """Return the line outside of this module that is being executed."""
    frame = sys._getframe()  # noqa: SLF001 (the documented way)
    while frame.f_back is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return f" ({frame.f_code.co_filename}, line {frame.f_lineno})"
