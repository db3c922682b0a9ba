"""Whether tasks get a client of the type that they are written for."""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rota.api.blocking import BlockingClient
from rota.api.client import BusinessApiClient
from rota.model.errors import TaskDefinitionError
from rota.tasks.annotations import annotation_of
from rota.tasks.base import BaseTask
from rota.tasks.definition import TaskDefinition
from rota.tasks.function import FunctionTask


def check_clients(tasks: Iterable[TaskDefinition], client: BusinessApiClient) -> None:
    """Raise TaskDefinitionError for a task whose annotation wants another client than `client`.

    An annotation that cannot be evaluated, or that is no class, is passed over.
    """
    for task in tasks:
        wanted = [each for each in _wanted(task.handler) if isinstance(each, type) or each is Any]
        if wanted and not any(_accepts(each, client) for each in wanted):
            raise TaskDefinitionError(
                f"task {task.name!r} ({task.source}) wants a {_path(wanted[0])}, but "
                f"gets a {_path(type(client))}: {_advice(wanted[0])}"
            )


def _wanted(handler: Any) -> Iterator[Any]:
    """Yield the types of client that a task accepts; nothing where it does not say."""
    if isinstance(handler, FunctionTask):
        yield from _of_annotation(handler.function, 0)
    elif isinstance(handler, BaseTask):
        found = [*_of_annotation(type(handler).execute, 1)]
        yield from found or _of_type(_argument_of_base(type(handler)))


def _of_annotation(function: Callable[..., Any], position: int) -> Iterator[Any]:
    try:
        parameter = list(inspect.signature(function).parameters)[position]
        found = annotation_of(function, parameter)
    except Exception:  # noqa: BLE001 (names under TYPE_CHECKING, or anything an application wrote)
        return
    yield from _of_type(found)


def _of_type(found: Any) -> Iterator[Any]:
    """Yield the clients of an annotation; in place of a BlockingClient the one that it wraps."""
    origin, arguments = typing.get_origin(found), typing.get_args(found)
    if origin in (typing.Union, types.UnionType):
        for each in arguments:
            yield from _of_type(each)
    elif found is BlockingClient:
        yield BusinessApiClient
    elif origin is BlockingClient:
        yield from _of_type(arguments[0])
    elif found is not None:
        yield found


def _argument_of_base(task_class: type) -> Any:
    """Return what is in the brackets after BaseTask, of the most derived class that has them."""
    for each in task_class.__mro__:
        for base in vars(each).get("__orig_bases__", ()):
            if typing.get_origin(base) is BaseTask:
                return typing.get_args(base)[0]
    return None


def _accepts(wanted: type, client: BusinessApiClient) -> bool:
    if wanted is Any or getattr(wanted, "_is_protocol", False):
        return True
    return isinstance(client, wanted)


def _path(found: type) -> str:
    return f"{found.__module__}.{found.__qualname__}"


def _advice(wanted: type) -> str:
    if issubclass(wanted, BusinessApiClient):
        return (
            f"set ROTA_API_CLIENT={wanted.__module__}:{wanted.__qualname__}, or name it as the "
            "entry point rota.api_client of the package"
        )
    return "annotate the parameter with a subclass of rota.BusinessApiClient, or not at all"
