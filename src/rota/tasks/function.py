"""Function tasks: the decorator `@task`, and the object that it makes of a function."""

import functools
import inspect
import logging
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar, Unpack, overload

from rota.model.errors import ConfigError, TaskDefinitionError
from rota.model.plain import plain_repr
from rota.model.result import Result
from rota.model.run import Run
from rota.model.task_fields import TASK_FIELD_BY_NAME
from rota.tasks.class_check import is_blocking
from rota.tasks.naming import check_formerly, check_name
from rota.tasks.options import TaskOptions, check_options
from rota.tasks.parameters import Parameters, parameters_of
from rota.tasks.places import caller, place_of, place_of_caller
from rota.tasks.variant import combined_options, split_changes, with_defaults

_P = ParamSpec("_P")
_R = TypeVar(
    "_R",
    bound=Awaitable[Mapping[str, int] | Result | None] | Mapping[str, int] | Result | None,
)
_R_co = TypeVar("_R_co", covariant=True)

_decorated: "weakref.WeakSet[FunctionTask[..., Any]]" = weakref.WeakSet()


class FunctionTask(Generic[_P, _R_co]):
    """A function decorated with `@task`: it can be called as before, and has a task's attributes.

    An attribute that the decorator does not set has the value that it has in BaseTask. Attributes
    cannot be changed.
    """

    name: str
    formerly: tuple[str, ...]
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
    presets: Mapping[str, Any]
    home: str
    blocking: bool

    def __init__(
        self,
        function: Callable[_P, _R_co],
        name: str,
        parameters: Parameters,
        fields: Mapping[str, Any],
        *,
        formerly: tuple[str, ...] = (),
        presets: Mapping[str, Any] | None = None,
        home: str | None = None,
    ) -> None:
        """Make a task. `presets` are other defaults of parameters, `home` the task's own module."""
        # Not with the function's __dict__: this one has only the fields that are set.
        attributes = {"name": name, "function": function, "parameters": parameters, **fields}
        self.__dict__.update(
            attributes,
            formerly=formerly,
            presets=presets or {},
            home=home or function.__module__,
            blocking=is_blocking(function),
        )
        for attribute in functools.WRAPPER_ASSIGNMENTS:
            self.__dict__[attribute] = getattr(function, attribute, None)
        self.__dict__["__wrapped__"] = function

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R_co:
        """Call the function itself, outside a run, as a test does."""
        if self.presets:
            named: dict[str, Any] = with_defaults(self.function, self.presets, args, kwargs)
            return self.function(*args, **named)
        return self.function(*args, **kwargs)

    def also(
        self,
        name: str,
        /,
        *,
        schedule: str | None = None,
        interval_seconds: int | None = None,
        **changes: Any,
    ) -> "FunctionTask[_P, _R_co]":
        """Return a second task of the same function, with another name.

        `changes` are options of `@task`, and other defaults for the function's parameters. What
        they leave out is as in this task; a schedule replaces its interval, and the other way
        round. Like any task it must be registered. Raises as `task` does.
        """
        formerly = changes.pop("formerly", ())
        chosen = {"schedule": schedule, "interval_seconds": interval_seconds, **changes}
        stated = {
            field: self.__dict__[field] for field in TASK_FIELD_BY_NAME if field in vars(self)
        }
        try:
            options, defaults = split_changes(chosen, self.parameters.values)
            made: FunctionTask[_P, _R_co] = FunctionTask(
                self.function,
                check_name(name),
                self.parameters._replace(values={**self.parameters.values, **defaults}),
                check_options(combined_options(stated, options)),
                formerly=check_formerly(name, formerly),
                presets={**self.presets, **defaults},
                home=caller().f_globals.get("__name__"),
            )
        except ConfigError as error:
            shown = f"{self.target}.also({plain_repr(name, 80)})"
            raise type(error)(f"{shown}{place_of_caller()}: {error}") from None
        made.__dict__["another"] = True
        _decorated.add(made)
        return made

    def __getattr__(self, attribute: str) -> Any:
        field = TASK_FIELD_BY_NAME.get(attribute)
        if field is None:
            raise AttributeError(f"{self!r} has no attribute {attribute!r}")
        return field.class_value

    def __setattr__(self, attribute: str, value: object) -> NoReturn:
        """Refuse, since the fields have been read by the time a run begins."""
        raise AttributeError(f"{self!r} cannot be changed: set {attribute!r} in @task(…)")

    def __repr__(self) -> str:
        return f"<task {self.__dict__.get('name')!r} {self.target}>"

    @property
    def target(self) -> str:
        """`module:function`, as ROTA_TASKS names it, and what `also` made of it."""
        function = self.__dict__.get("function")
        place = f"{getattr(function, '__module__', '?')}:{getattr(function, '__qualname__', '?')}"
        return f'{place}.also("{self.name}")' if self.__dict__.get("another") else place

    @property
    def logger(self) -> logging.Logger:
        """A standard logger with the name of the function's module and the function."""
        return logging.getLogger(self.target.partition(".also(")[0].replace(":", "."))

    def arguments_for(self, run: Run) -> dict[str, Any]:
        """Return the keyword arguments of the function in `run`."""
        available = {"run": run, "log": self.logger}
        provided = {name: available[name] for name in self.parameters.provided}
        return {**provided, **self.presets, **run.arguments}


def decorated() -> list[FunctionTask[..., Any]]:
    """Return the function tasks that exist."""
    return sorted(_decorated, key=lambda task: task.target)


@overload
def task(function: Callable[_P, _R], /) -> FunctionTask[_P, _R]: ...


@overload
def task(
    *,
    name: str | None = None,
    formerly: Sequence[str] = (),
    schedule: str,
    timezone: str | None = None,
    **options: Unpack[TaskOptions],
) -> Callable[[Callable[_P, _R]], FunctionTask[_P, _R]]: ...


@overload
def task(
    *,
    name: str | None = None,
    formerly: Sequence[str] = (),
    interval_seconds: int | None = None,
    **options: Unpack[TaskOptions],
) -> Callable[[Callable[_P, _R]], FunctionTask[_P, _R]]: ...


def task(
    *function: Any, name: str | None = None, formerly: Sequence[str] = (), **options: Any
) -> Any:
    """Make a task of a function: `@task`, or `@task(schedule="0 6 * * *", …)`.

    A plain `def` runs in a thread, with a BlockingClient.

    The options are the fields of a task, `name`, by default the function's name with `-` for `_`,
    and `formerly`, the names that it had. The function's first parameter gets the API client, and
    `run` and `log` get these. All other parameters need defaults, which `rota run TASK --arg
    name=value` may replace. Decorating a function does not register it: see docs/writing-tasks.md.

    Raises TaskDefinitionError or ScheduleError, with file and line, for a function that cannot be
    a task.
    """
    if not function:
        return lambda each: _make(each, name, formerly, options)
    alone = name is None and not formerly and not options
    if len(function) > 1 or not alone or not _is_decorable(function[0]):
        raise TaskDefinitionError(f"@task{place_of_caller()}: {_positional(function[0])}")
    return _make(function[0], None, (), {})


def _is_decorable(found: object) -> bool:
    return callable(found) or isinstance(found, staticmethod | classmethod | property)


def _positional(found: object) -> str:
    options = "options are passed by name"
    if isinstance(found, str):
        return f"{options}: write @task(schedule={plain_repr(found, 80)})"
    if isinstance(found, int):
        return f"{options}: write @task(interval_seconds={plain_repr(found, 80)})"
    return f"{options}, above a function: write @task(schedule=…) in the line before it"


def _make(
    function: Any, name: str | None, formerly: Sequence[str], options: Mapping[str, Any]
) -> FunctionTask[..., Any]:
    try:
        _check_kind(function)
        parameters = parameters_of(function)
        fields = check_options(options)
        found = check_name(function.__name__.strip("_").replace("_", "-") if name is None else name)
        former = check_formerly(found, formerly)
    except ConfigError as error:
        shown = getattr(function, "__qualname__", None) or plain_repr(function, 80)
        raise type(error)(f"@task on {shown}{place_of(function)}: {error}") from None
    made: FunctionTask[..., Any] = FunctionTask(
        function, found, parameters, fields, formerly=former
    )
    _decorated.add(made)
    return made


def _check_kind(found: Any) -> None:
    """Raise TaskDefinitionError for anything but a plain or async function."""
    if isinstance(found, FunctionTask):
        raise TaskDefinitionError(
            f"it already is the task {found.name!r}: keep one @task, with all options, and make "
            f'another task with {found.__name__}.also("another-name", schedule=…)'
        )
    if inspect.isclass(found):
        raise TaskDefinitionError(
            "a class needs no decorator: let it inherit rota.BaseTask, and set the options as "
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
        raise TaskDefinitionError("it yields, but a task must return: write it without yield")


def _is_method(found: Any) -> bool:
    outer = getattr(found, "__qualname__", "").rpartition(".")[0]
    return inspect.ismethod(found) or (outer != "" and not outer.endswith("<locals>"))
