"""How a run calls its task, of whichever kind that is."""

from typing import Any

from rota.model.run import Run
from rota.tasks.base import BaseTask
from rota.tasks.definition import TaskDefinition
from rota.tasks.function import FunctionTask


async def invoke(task: TaskDefinition, run: Run, api_client: Any) -> Any:
    """Call the task for `run`, with the arguments that the run has; return what it returns."""
    handler: Any = task.handler
    if isinstance(handler, FunctionTask):
        return await handler.function(api_client, **handler.arguments_for(run))
    if isinstance(handler, BaseTask) and run.arguments:
        return await handler.execute(api_client, **run.arguments)
    return await handler(api_client, **run.arguments)
