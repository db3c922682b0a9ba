"""How a run calls its task, whatever its kind."""

import inspect
from functools import partial
from typing import Any

from rota.model.errors import TaskDefinitionError
from rota.model.run import Run
from rota.tasks.base import BaseTask
from rota.tasks.class_check import is_blocking
from rota.tasks.definition import TaskDefinition
from rota.tasks.function import FunctionTask


async def invoke(task: TaskDefinition, run: Run, api_client: Any) -> Any:
    """Call the task for `run`, with the run's arguments; return what it returns.

    Plain functions of `@task` and of `execute` run in a thread, with a blocking client.
    """
    handler: Any = task.handler
    if isinstance(handler, FunctionTask):
        function = partial(handler.function, **handler.arguments_for(run))
        blocks = handler.blocking
    elif isinstance(handler, BaseTask):
        blocks = is_blocking(handler.execute)
        call = handler.execute if blocks or run.arguments else handler
        function = partial(call, **run.arguments)
    else:
        function, blocks = partial(handler, **run.arguments), False
    if not blocks:
        returned = await function(api_client)
        _refuse_awaitable(task.name, returned, "its result was not awaited: write return await …")
        return returned
    from rota.runs.blocking import call_in_thread  # noqa: PLC0415 (most tasks need none of it)

    returned = await call_in_thread(task.name, function, api_client)
    _refuse_awaitable(task.name, returned, "its function is not async: write async def")
    return returned


def _refuse_awaitable(name: str, returned: object, mistake: str) -> None:
    """Raise TaskDefinitionError for what nobody would await: its work is not done."""
    if not inspect.isawaitable(returned):
        return
    if inspect.iscoroutine(returned):
        returned.close()
    raise TaskDefinitionError(f"task {name!r} returned something to await; {mistake}")
