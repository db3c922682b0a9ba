"""The task `example-task`."""

from rota import task

from example_worker.infrastructure.http.business_api_client import ExampleClient


@task(schedule="0 * * * *")
async def example_task(api: ExampleClient) -> dict[str, int]:
    """Have the Business API do its operation `example-task`."""
    result = await api.run_operation("example-task")
    return {"done": result["done"]}
