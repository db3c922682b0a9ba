"""How a run calls its task, whatever its kind."""

from functools import partial
from typing import Any

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
        return await function(api_client)
    from rota.runs.blocking import call_in_thread  # noqa: PLC0415 (most tasks need none of it)

    return await call_in_thread(task.name, function, api_client)
