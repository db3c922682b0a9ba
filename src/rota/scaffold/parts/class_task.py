"""The task `example-task`."""

from rota import BaseTask

from example_worker.infrastructure.http.business_api_client import ExampleClient


class ExampleTask(BaseTask[ExampleClient]):
    """Have the Business API do its operation `example-task`."""

    name = "example-task"
    schedule = "0 * * * *"

    async def execute(self, api_client: ExampleClient) -> dict[str, int]:
        """Return what was done."""
        result = await api_client.run_operation("example-task")
        return {"done": result["done"]}
